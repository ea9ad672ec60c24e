import { longestRetryAfterMs } from './action-limits.js';
import type { HttpSpec } from './http.js';

/** Answers after which the same request may go well a little later. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

export type RetryDecision =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'stop'; readonly reason: 'no_attempts_left' | 'not_worth_it' | 'asked_to_wait_too_long' };

/**
 * Whether a request is made again, and when. What the server asks for (`Retry-After`) is waited for where it is longer
 * than the job's own delay, and never cut short.
 * @param attempt the one that failed, from 1
 */
export function decideHttpRetry(
  retry: HttpSpec['retry'],
  attempt: number,
  { isWorthIt, retryAfterMs }: { readonly isWorthIt: boolean; readonly retryAfterMs: number | undefined },
): RetryDecision {
  if (!isWorthIt) return { kind: 'stop', reason: 'not_worth_it' };
  if (retry === null || attempt >= retry.attempts) return { kind: 'stop', reason: 'no_attempts_left' };
  if (retryAfterMs !== undefined && retryAfterMs > longestRetryAfterMs)
    return { kind: 'stop', reason: 'asked_to_wait_too_long' };
  const ownMs = Math.min(retry.delayMs * retry.backoff ** (attempt - 1), longestWaitMs);
  return { kind: 'wait', ms: Math.round(Math.max(ownMs, retryAfterMs ?? 0)) };
}

const longestWaitMs = 3_600_000;

/** `120`, or `Fri, 31 Dec 1999 23:59:59 GMT` (RFC 9110 10.2.3) -> milliseconds from now; undefined when it is neither. */
export function readRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const atMs = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
