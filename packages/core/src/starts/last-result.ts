import type { StartFailure } from './start-failure.js';
import { causeOfCode } from './start-failure.js';

/** What Task Scheduler says of a task's last start, in its listing. */
export interface LastStart {
  readonly path: string;
  /** Whole seconds, epoch milliseconds; null when it never ran, or when the listing does not tell. */
  readonly lastRunMs: number | null;
  /** Unsigned 32 bits. */
  readonly lastResult: number | null;
}

/** Running, disabled, never run, no more runs, not scheduled, ended by hand or by its limit, queued: no failures to start. */
const harmless = { from: 0x41300, to: 0x41325 };

/**
 * The start that failed, from the task's last result alone: what is left where Task Scheduler's log cannot be read. Says
 * nothing where a runner left a run, whose program's exit code the result then is.
 */
export function failureOfLastStart(
  { path, lastRunMs, lastResult }: LastStart,
  hasRun: (path: string, sinceMs: number) => boolean,
): StartFailure | null {
  if (lastRunMs === null || lastResult === null || lastResult === 0) return null;
  if (lastResult >= harmless.from && lastResult <= harmless.to) return null;
  const key = path.toLowerCase();
  if (hasRun(key, lastRunMs - 2_000)) return null;
  return {
    path: key,
    recordId: 0,
    at: new Date(lastRunMs).toISOString(),
    // A code of Windows' own says that the runner never started, any other is the runner's.
    cause: lastResult >= 0x8000_0000 && lastResult < 0xc000_0000 ? causeOfCode(lastResult) : 'runner_failed',
    resultCode: lastResult,
    account: null,
    onDemand: false,
    records: [],
  };
}
