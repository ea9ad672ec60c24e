import type { AuditActName } from './acts.js';
import type { AuditFacts } from './chain.js';

/** Something that was refused: somebody who was not let in. */
export interface Refusal extends Pick<AuditFacts, 'via' | 'from' | 'kind' | 'what'> {
  readonly act: AuditActName;
  /** In a few words. Never what somebody typed: people type passwords where a name belongs. */
  readonly why: string;
}

/** The same, so often from the first to the last. Instants in epoch milliseconds. */
export interface RefusalCount extends Refusal {
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** By what they have in common. */
export type RefusalBook = Map<string, RefusalCount>;

/** How long refusals are counted together: one row for each account, host or token and each address. */
export const refusalSpanMs = 60_000;
/** Rows that one server writes of one span. Whoever comes from many addresses is counted among `others`. */
export const mostRefusals = 100;
/** Stands for an account that does not exist, and for whatever is counted together. */
export const noAccount = '(no such account)';
const others = '(others)';
const beyond = 'more of them than are told apart';

/** Counts one more in a book, which stays bounded however many come. */
export function countRefusal(book: RefusalBook, refusal: Refusal, nowMs: number): void {
  addRefusals(book, { ...refusal, count: 1, firstMs: nowMs, lastMs: nowMs });
}

/** Counts those of a later book in an earlier one, which could not be written. */
export function mergeRefusals(earlier: RefusalBook, later: RefusalBook): void {
  for (const refusals of later.values()) addRefusals(earlier, refusals);
}

function addRefusals(book: RefusalBook, refusals: RefusalCount): void {
  const { via, kind, act, what, why, from } = refusals;
  const key = [via, kind, act, what, why, from ?? ''].join('\n');
  if (book.has(key) || book.size < mostRefusals) add(book, key, refusals);
  else add(book, [via, kind, act, others].join('\n'), { ...refusals, what: others, from: null, why: beyond });
}

function add(book: RefusalBook, key: string, refusals: RefusalCount): void {
  const known = book.get(key);
  const { count, firstMs } = refusals;
  book.set(key, { ...refusals, count: (known?.count ?? 0) + count, firstMs: known?.firstMs ?? firstMs });
}
