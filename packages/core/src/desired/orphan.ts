import type { RunDetail } from '../run/detail-texts.js';

/** What becomes of a job's starts on a host that is on its own. */
export interface OrphanRule {
  /** So long without a word from the centre, and nothing starts by itself any more. */
  readonly disableAfterMs: number;
}

/** Reason of a start that was left out. */
export const orphanedReason = 'orphaned';

export type OrphanVerdict = { readonly orphaned: false } | { readonly orphaned: true; readonly message: RunDetail };

/**
 * May a job start by itself on a host that the centre has not reached for a while? Judged on the host, by the signed definition
 * and its own clock. Where it is not known when the centre was heard last it may: a lost file stops nothing.
 * @param rule undefined: it goes on for ever
 * @param lastContactMs when the host last heard the centre; null: not known
 */
export function judgeOrphan(rule: OrphanRule | undefined, lastContactMs: number | null, nowMs: number): OrphanVerdict {
  if (!rule || lastContactMs === null || nowMs - lastContactMs < rule.disableAfterMs) return { orphaned: false };
  const since = new Date(lastContactMs).toISOString();
  const days = Math.floor(rule.disableAfterMs / 8_640_000) / 10;
  return {
    orphaned: true,
    message: `the centre was last heard ${since}; after ${days} days without it this job starts no more (orphans)`,
  };
}
