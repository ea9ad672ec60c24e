import type { ExitCodeRange, ExitCodeRules } from '../job/job-spec.js';
import type { RunState } from '../state/states.js';

/** Who ended a run before its time: a command of the centre, the host itself, or a newer run of a job that replaces. */
export type StoppedBy = 'command' | 'host' | 'replacement';

/** How a run's process came to its end, as the runner saw it. */
export type ProcessEnd =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'timed-out'; readonly exitCode: number | null }
  | { readonly kind: 'stopped'; readonly by: StoppedBy; readonly exitCode: number | null }
  | { readonly kind: 'not-started'; readonly exitCode: number; readonly reason: string };

export interface Outcome {
  readonly state: RunState;
  /** Machine name of why, for states that need one. */
  readonly reason: string | null;
  /** Unsigned 32 bits, as Windows keeps it. */
  readonly exitCode: number | null;
}

/** Maps the end of a process to the outcome of its run. */
export function judgeRun(end: ProcessEnd, rules: ExitCodeRules): Outcome {
  switch (end.kind) {
    case 'timed-out':
      return { state: 'timed_out', reason: 'timeout', exitCode: toUnsigned(end.exitCode) };
    case 'stopped':
      return { state: 'killed', reason: `stopped_by_${end.by}`, exitCode: toUnsigned(end.exitCode) };
    case 'not-started':
      return { state: 'failed', reason: end.reason, exitCode: toUnsigned(end.exitCode) };
    case 'exited': {
      const code = end.exitCode >>> 0;
      if (within(code, rules.success)) return { state: 'succeeded', reason: null, exitCode: code };
      if (within(code, rules.warning)) return { state: 'warning', reason: 'exit_code', exitCode: code };
      return { state: 'failed', reason: 'exit_code', exitCode: code };
    }
  }
}

function within(code: number, ranges: readonly ExitCodeRange[]): boolean {
  return ranges.some((range) => code >= range.from && code <= range.to);
}

function toUnsigned(code: number | null): number | null {
  return code === null ? null : code >>> 0;
}
