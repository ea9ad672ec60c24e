import type { WatchedEntry } from '@carillon/wintask/schedule/schedule';
import { type RunState, unreachable } from '../state/states.js';

type JobEntry = Extract<WatchedEntry, { kind: 'job' }>;

/** Whether a run of the job that an entry follows ended as the entry asks. A run that was skipped is none that ended. */
export function isFollowed(
  { job, outcome }: JobEntry,
  run: { readonly job: string; readonly state: RunState },
): boolean {
  if (job.toLowerCase() !== run.job.toLowerCase()) return false;
  switch (outcome) {
    case 'success':
      return run.state === 'succeeded' || run.state === 'warning';
    case 'failure':
      return run.state === 'failed' || run.state === 'timed_out' || run.state === 'killed';
    case 'any':
      return run.state !== 'waiting' && run.state !== 'running' && run.state !== 'skipped';
    default:
      return unreachable(outcome);
  }
}
