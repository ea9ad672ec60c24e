import { createHash } from 'node:crypto';

/** A seed of its own for each thing that must not depend on what others drew before it. */
export function seedOf(...parts: readonly (string | number)[]): number {
  return createHash('sha256').update(parts.join('\n')).digest().readUInt32BE(0);
}
