import type { Reason } from '../alert/reason.js';
import { type ChainHead, type ChainPlace, type ChainProblem, checkLinks, type KeptLink } from './chain.js';

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
