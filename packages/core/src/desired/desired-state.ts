import { sha256Hex } from './canonical-json.js';
import { type HostPause, pauseLine } from './pause.js';

/** One job version that a host should have. */
export interface DesiredEntry {
  readonly jobId: string;
  readonly version: number;
  /** SHA-256 of the signed manifest's text. */
  readonly manifestHash: string;
}

/**
 * Identity of everything one host should have. Two sides with the same hash agree; nothing else is compared.
 * The order of entries does not matter. The server computes the same value in SQL (desired.store.ts).
 */
export function desiredHash(entries: readonly DesiredEntry[], pause?: HostPause): string {
  const lines = entries.map((entry) => `${entry.jobId}:${entry.version}:${entry.manifestHash}\n`);
  return sha256Hex([...lines, ...(pause ? [pauseLine(pause)] : [])].sort().join(''));
}

export interface DesiredChange {
  /** Entries to register: new, or another version or manifest than the one registered. */
  readonly apply: DesiredEntry[];
  /** Jobs to take off the host. */
  readonly remove: string[];
}

/** What the agent must do to get from what it has registered to what is desired. */
export function planDesired(wanted: readonly DesiredEntry[], registered: readonly DesiredEntry[]): DesiredChange {
  const have = new Map(registered.map((entry) => [entry.jobId, entry]));
  const want = new Set(wanted.map((entry) => entry.jobId));
  return {
    apply: wanted.filter((entry) => {
      const now = have.get(entry.jobId);
      return now?.version !== entry.version || now.manifestHash !== entry.manifestHash;
    }),
    remove: registered.filter((entry) => !want.has(entry.jobId)).map((entry) => entry.jobId),
  };
}
