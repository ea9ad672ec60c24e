import { AsyncLocalStorage } from 'node:async_hooks';
import type { RawQuery } from './audit-append.js';

/** What waits for the end of a transaction, by whom it belongs to. */
type Waiting = Map<object, { readonly items: unknown[]; finish(query: RawQuery, items: unknown[]): Promise<void> }>;

const waiting = new AsyncLocalStorage<Waiting>();

/** The work of one transaction, and what it leaves to be written at its end, before its rows in the audit. */
export async function withCommitWork<T>(query: RawQuery, work: () => Promise<T>): Promise<T> {
  const owners: Waiting = new Map();
  const result = await waiting.run(owners, work);
  for (const { items, finish } of owners.values()) await finish(query, items);
  return result;
}

/**
 * Leaves something to be written by the end of the transaction that is under way: what would make others wait comes last.
 * @param owner all that one owner leaves in a transaction is written by one call of `finish`
 * @throws Error outside of a transaction
 */
export function beforeCommit<T>(
  owner: object,
  item: T,
  finish: (query: RawQuery, items: readonly T[]) => Promise<void>,
): void {
  const owners = waiting.getStore();
  if (!owners) throw new Error('something is left for a commit outside of a transaction');
  const entry = owners.get(owner) ?? {
    items: [],
    finish: finish as (query: RawQuery, items: unknown[]) => Promise<void>,
  };
  owners.set(owner, entry);
  entry.items.push(item);
}
