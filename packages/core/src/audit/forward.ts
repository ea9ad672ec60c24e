import { formatShortDuration } from '@carillon/wintask/time/duration';
import type { Reason } from '../alert/reason.js';
import type { KeptLink } from './chain.js';

/** Where rows are sent. */
export const forwardTargets = ['syslog', 'webhook'] as const;
export type ForwardTarget = (typeof forwardTargets)[number];

/** Rows that are sent together: so many, and so many bytes of them. One that is longer goes alone. */
export const forwardRows = 200;
const forwardBytes = 256 * 1024;

/** @param rows oldest first */
export function nextBatch(rows: readonly KeptLink[]): KeptLink[] {
  let bytes = 0;
  const fits = rows.findIndex(({ body }, index) => {
    bytes += Buffer.byteLength(body);
    return index > 0 && bytes > forwardBytes;
  });
  return rows.slice(0, Math.min(fits < 0 ? rows.length : fits, forwardRows));
}

/** The body of a web hook, as Standard Webhooks wants it: rows as they are kept, so that the receiver can check the chain. */
export function forwardBody(rows: readonly KeptLink[], nowMs: number): string {
  const kept = rows.map(({ seq, at, hash, body }) => ({ seq, at, hash, body }));
  return JSON.stringify({ type: 'audit.rows', timestamp: new Date(nowMs).toISOString(), data: { rows: kept } });
}

/** The same for the same rows, so that a receiver knows what it has. */
export function forwardId(rows: readonly KeptLink[]): string {
  return `audit-${rows[0]?.seq}-${rows.at(-1)?.seq}`;
}

export interface ForwardState {
  readonly target: ForwardTarget;
  /** Of the oldest row that was not sent; null: all were. Epoch milliseconds. */
  readonly oldestMs: number | null;
  /** When rows were last sent, or the target was first seen. */
  readonly progressMs: number;
  readonly lateSinceMs: number | null;
  /** What went wrong last; null where the last attempt worked. */
  readonly fault: string | null;
}

/** Longer than a collector takes to be restarted, and soon enough for whoever relies on it. */
export const forwardLateMs = 10 * 60_000;

export type ForwardNews = { readonly kind: 'late' | 'caught_up'; readonly reason: Reason } | null;

/** What people are to be told of a target after an attempt. While rows go out, however many wait, it is not late. */
export function forwardNews(state: ForwardState, nowMs: number): ForwardNews {
  const { target, oldestMs, progressMs, lateSinceMs, fault } = state;
  const waitedMs = oldestMs === null ? 0 : nowMs - Math.max(oldestMs, progressMs);
  if (waitedMs > forwardLateMs && lateSinceMs === null) {
    const why = fault === null ? '' : `: ${fault}`;
    const text = `rows of the audit have not gone to ${target} for ${formatShortDuration(waitedMs)}${why}`;
    return { kind: 'late', reason: { code: 'audit_forward_late', text, figures: { waitedMs } } };
  }
  if (lateSinceMs !== null && waitedMs <= forwardLateMs && fault === null)
    return {
      kind: 'caught_up',
      reason: { code: 'audit_forward_ok', text: `rows of the audit go to ${target} again`, figures: {} },
    };
  return null;
}
