import { usageError } from './errors.js';

/** `k=v` sets, `k-` removes. */
export interface LabelChanges {
  readonly set: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

/** Reads `env=prod role-`. Which keys are allowed is the server's business. */
export function parseLabelChanges(args: readonly string[]): LabelChanges {
  const set: Record<string, string> = {};
  const remove: string[] = [];
  for (const text of args) {
    const pair = /^([^=]+)=(.*)$/s.exec(text);
    if (pair?.[1] !== undefined && pair[2] !== undefined) set[pair[1]] = pair[2];
    else if (/^[^=]+-$/.test(text)) remove.push(text.slice(0, -1));
    else throw usageError(`label: expected key=value, or key- to remove it, got ${JSON.stringify(text)}`);
  }
  return { set, remove };
}

/** Only `k=v`, as for a new host. */
export function parseLabels(args: readonly string[]): Record<string, string> {
  const { set, remove } = parseLabelChanges(args);
  if (remove.length > 0) throw usageError(`label: expected key=value, got ${JSON.stringify(`${remove[0]}-`)}`);
  return set;
}
