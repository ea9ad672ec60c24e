import type { Reason } from '../alert/reason.js';
import { type ChainHead, type ChainPlace, type ChainProblem, chainStart, checkLinks, type KeptLink } from './chain.js';

/** What a watch found: up to where the chain holds, or what does not fit. */
export type ChainFinding = { readonly place: ChainPlace } | { readonly problem: WatchProblem };
export type WatchProblem = Omit<ChainProblem, 'code'> & {
  readonly code: ChainProblem['code'] | 'cut_off' | 'rewritten';
  /** The host that keeps what is missed; absent: a server does. */
  readonly witness?: string;
};

/** Rows that are looked at in one turn. */
export const watchRows = 500;
/** From one page of older rows to the next: a million rows take 17 hours. */
export const watchAgainMs = 30_000;

/** @param rows those that follow the place, oldest first */
export function findInChain(place: ChainPlace, rows: readonly KeptLink[]): ChainFinding {
  const verdict = checkLinks(place, rows);
  return verdict.ok ? { place: { head: verdict.head, unchained: verdict.unchained } } : { problem: verdict.problem };
}

/**
 * Whether an end that was kept apart from the database is in the chain still: it shows a chain that was cut off or written
 * anew, which fits in itself.
 * @param kept null: none was kept yet
 * @param hash of the row of that number now; undefined: there is none
 */
export function findKept(kept: ChainHead | null, hash: string | null | undefined): WatchProblem | null {
  if (kept === null || kept.seq === 0 || hash === kept.hash) return null;
  const { seq } = kept;
  if (hash === undefined)
    return { seq, code: 'cut_off', text: `the chain went to row ${seq}, which is not there any more` };
  return { seq, code: 'rewritten', text: `its hash was ${kept.hash}, it is ${hash}` };
}

/**
 * Whether a chain that was found cut off or written anew is held for that still: until whoever knows that row finds it again.
 * What a host keeps, the servers cannot find again: that stays until somebody takes the chain as it is.
 * @param kept by whoever looks now, who may know less
 */
export function stillMissed(known: WatchProblem | null, kept: ChainHead | null): WatchProblem | null {
  const isMissed = known?.code === 'cut_off' || known?.code === 'rewritten';
  return isMissed && (known.witness !== undefined || (kept?.seq ?? 0) < known.seq) ? known : null;
}

/**
 * What is missing of the chain, by ends that are kept elsewhere.
 * @param kept by whoever looks now; null: nothing
 * @param hash of the row of that number now; undefined: there is none
 * @param known what was wrong in the turn before
 * @param isAccepted whoever runs the servers took the chain as it is: what others keep is not missed any more
 */
export function missingEnd({
  kept,
  hash,
  known,
  isAccepted,
}: {
  readonly kept: ChainHead | null;
  readonly hash: string | null | undefined;
  readonly known: WatchProblem | null;
  readonly isAccepted: boolean;
}): WatchProblem | null {
  return findKept(kept, hash) ?? (isAccepted ? null : stillMissed(known, kept));
}

/** Whether people are to be told: something fits no more, or all of it fits again. */
export function isWatchNews(before: WatchProblem | null, now: WatchProblem | null): boolean {
  return (before === null) !== (now === null);
}

/** A page of the chain, as it was found: `place` is where it went on to, or stayed at when something did not fit. */
export interface CheckedPage {
  readonly place: ChainPlace;
  readonly problem: WatchProblem | null;
  /** Rows in it. */
  readonly count: number;
}

/** How far a watch has come. */
export interface WatchState {
  /** Up to where each row was looked at once. */
  readonly newest: ChainPlace;
  /** Where the older rows, which are looked at again and again, go on. */
  readonly again: ChainPlace;
  readonly againAtMs: number;
  /** What did not fit in the turn before. */
  readonly problem: WatchProblem | null;
}

/**
 * Whether this turn looks at older rows too: when nothing new came for a while. A row of theirs that did not fit is looked at
 * in every turn, until it does.
 * @param fresh how many rows are new
 */
export function looksAgain({ again, againAtMs, problem }: WatchState, fresh: number, nowMs: number): boolean {
  const isIdle = fresh === 0 && nowMs - againAtMs >= watchAgainMs;
  return isIdle || (problem !== null && problem.seq === again.head.seq + 1);
}

/**
 * What a watch knows after a turn.
 * @param missing an end that is kept elsewhere and not in the chain
 * @param again the older rows; null: they were not looked at in this turn
 */
export function afterTurn(
  state: WatchState,
  { missing, newest, again }: { missing: WatchProblem | null; newest: CheckedPage; again: CheckedPage | null },
  nowMs: number,
): WatchState {
  const problem = missing ?? newest.problem ?? (again === null ? olderProblem(state) : again.problem);
  if (again === null) return { ...state, newest: newest.place, problem };
  // At the end of the chain it begins from the first row.
  const next = again.count === 0 ? chainStart : again.place;
  return { newest: newest.place, again: next, againAtMs: nowMs, problem };
}

/** One that the newest rows or a kept end have shown is over when these fit; one of the older rows waits for its turn. */
function olderProblem({ problem, newest }: WatchState): WatchProblem | null {
  const isOfOlder =
    problem !== null && problem.seq <= newest.head.seq && !['cut_off', 'rewritten'].includes(problem.code);
  return isOfOlder ? problem : null;
}

/** What people are told. @param problem null: it fits again */
export function watchReason(problem: WatchProblem | null): Reason {
  if (problem === null) return { code: 'audit_chain_ok', text: 'the rows of the audit fit again' };
  const { seq, code, text } = problem;
  return {
    code: 'audit_chain_broken',
    text: `row ${seq} of the audit does not fit (${code}): ${text}`,
    figures: { seq },
  };
}
