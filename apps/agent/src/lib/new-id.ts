import { randomBytes } from 'node:crypto';
import { makeUuid7 } from '@carillon/core/state/uuid7';

/** A fresh UUIDv7. */
export function newId(nowMs = Date.now()): string {
  return makeUuid7(nowMs, randomBytes(10));
}
