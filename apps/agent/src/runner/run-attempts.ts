import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { describeDuration } from '@carillon/core/job/describe-schedule';
import type { Manifest } from '@carillon/core/job/job-spec';
import { judgeRun, type Outcome } from '@carillon/core/run/outcome';
import { retryDelay } from '@carillon/core/run/retry';
import type { ProcessUse } from './process-tree.js';
import type { ProgramResult } from './run-program.js';
import { stoppedBy } from './stop-orders.js';

export interface Attempts {
  /** Of the last attempt. */
  readonly outcome: Outcome;
  readonly attempts: number;
  /** From the first start to the last end, waits included; measured on a monotonic clock. */
  readonly durationMs: number;
  /** Of all attempts; undefined where nothing was measured. */
  readonly use: ProcessUse | undefined;
}

/**
 * Starts a job's program, again and again as its rules say, until an attempt is the last. A stop ends the wait between
 * two attempts as it ends a program.
 * @param start one attempt, numbered from 1
 * @param note takes lines that belong into the run's output
 */
export async function runAttempts(
  { retry = null, exitCodes }: Pick<Manifest, 'retry' | 'exitCodes'>,
  start: (attempt: number) => Promise<Pick<ProgramResult, 'end' | 'use'>>,
  { stop, note }: { readonly stop: AbortSignal; readonly note: (line: string) => void },
): Promise<Attempts> {
  const startedMs = performance.now();
  let use: ProcessUse | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const result = await start(attempt);
    use = together(use, result.use);
    let outcome = judgeRun(result.end, exitCodes);
    const delayMs = retryDelay(retry, attempt, outcome);
    if (delayMs !== null) {
      note(ending(attempt, outcome, retry, delayMs));
      if (!(await isStopped(delayMs, stop))) continue;
      outcome = judgeRun({ kind: 'stopped', by: stoppedBy(stop), exitCode: outcome.exitCode }, exitCodes);
    }
    return { outcome, attempts: attempt, durationMs: Math.round(performance.now() - startedMs), use };
  }
}

function together(before: ProcessUse | undefined, last: ProcessUse | undefined): ProcessUse | undefined {
  if (!before || !last) return last ?? before;
  const peaks = [before.peakMemoryBytes, last.peakMemoryBytes].filter((peak) => peak !== null);
  return { cpuMs: before.cpuMs + last.cpuMs, peakMemoryBytes: peaks.length > 0 ? Math.max(...peaks) : null };
}

/** Waits; true when a stop came first. */
async function isStopped(delayMs: number, stop: AbortSignal): Promise<boolean> {
  await wait(delayMs, undefined, { signal: stop }).catch(() => undefined);
  return stop.aborted;
}

function ending(attempt: number, { state, exitCode }: Outcome, retry: Manifest['retry'], delayMs: number): string {
  const how = state === 'timed_out' ? 'ran into its timeout' : `ended with exit code ${exitCode}`;
  return `carillon: attempt ${attempt} of ${retry?.attempts} ${how}; the next begins in ${describeDuration(delayMs)}`;
}
