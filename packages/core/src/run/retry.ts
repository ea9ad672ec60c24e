import type { RetryRules } from '../job/job-spec.js';
import type { Outcome } from './outcome.js';

/** Longest wait between two attempts, whatever the backoff makes of it. */
const longestMs = 24 * 3_600_000;

/**
 * Whether a run is tried again after an attempt, and how long it waits first: the delay, times the backoff for each
 * attempt after the first. Only what failed or ran into its timeout is tried again; a run that somebody stopped is not.
 * @param attempt the one that has just ended, from 1
 * @returns the wait in milliseconds; null when that was the last attempt
 */
export function retryDelay(rules: RetryRules | null, attempt: number, outcome: Outcome): number | null {
  if (rules === null || attempt >= rules.attempts || !isWorthTrying(rules, outcome)) return null;
  return delayAfter(rules, attempt);
}

/** The wait after an attempt, counted from 1, in milliseconds. */
export function delayAfter({ delayMs, backoff }: RetryRules, attempt: number): number {
  return Math.min(longestMs, Math.round(delayMs * backoff ** (attempt - 1)));
}

function isWorthTrying({ on }: RetryRules, { state, exitCode }: Outcome): boolean {
  if (state === 'timed_out') return on === null || on.timeout;
  if (state !== 'failed') return false;
  return on === null || (exitCode !== null && on.codes.some(({ from, to }) => exitCode >= from && exitCode <= to));
}
