import { describe, expect, it } from 'vitest';
import type { RetryRules } from '../job/job-spec.js';
import type { Outcome } from './outcome.js';
import { retryDelay } from './retry.js';

const rules: RetryRules = { attempts: 4, delayMs: 60_000, backoff: 2, on: null };
const failed: Outcome = { state: 'failed', reason: 'exit_code', exitCode: 75 };
const timedOut: Outcome = { state: 'timed_out', reason: 'timeout', exitCode: null };
const only75: RetryRules = { ...rules, on: { codes: [{ from: 70, to: 75 }], timeout: false } };

describe('a retry', () => {
  it.each([
    ['after the first attempt', rules, 1, failed, 60_000],
    ['waits longer each time', rules, 3, failed, 240_000],
    ['ends with the last attempt', rules, 4, failed, null],
    ['is not there without rules', null, 1, failed, null],
    ['after a timeout', rules, 1, timedOut, 60_000],
    ['not after success', rules, 1, { state: 'succeeded', reason: null, exitCode: 0 }, null],
    ['not after a warning', rules, 1, { state: 'warning', reason: 'exit_code', exitCode: 1 }, null],
    ['not after somebody stopped it', rules, 1, { state: 'killed', reason: 'stopped_by_command', exitCode: 1 }, null],
    ['only for its exit codes', only75, 1, failed, 60_000],
    ['not for others', only75, 1, { ...failed, exitCode: 1 }, null],
    ['not for a timeout it does not name', only75, 1, timedOut, null],
    ['for the timeout it names', { ...rules, on: { codes: [], timeout: true } }, 1, timedOut, 60_000],
    ['never waits longer than a day', { ...rules, attempts: 100, backoff: 10 }, 50, failed, 86_400_000],
  ] as const)('%s', (_what, given, attempt, outcome, expected) => {
    expect(retryDelay(given, attempt, outcome)).toBe(expected);
  });
});
