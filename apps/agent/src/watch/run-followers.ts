import type { Manifest } from '@carillon/core/job/job-spec';
import { isFollowed } from '@carillon/core/watch/follow';
import type { UnnumberedEvent } from '../state/event-log.js';
import { nothingWatched, type PendingFollow, type TriggerPorts } from './trigger-ports.js';

/** Keys kept to recognise events that are seen again. */
const remembered = 500;
/** Runs that ended longer ago than this, while no agent was there, start nothing any more. */
const lateMs = 24 * 3_600_000;

/**
 * Notes which jobs follow runs that have ended, on disk before the events leave the drop box: they are started by the next
 * look, also after a crash.
 * @returns whether there is something to start
 */
export function noteFollowers(
  events: readonly UnnumberedEvent[],
  { jobs, memory, now }: Pick<TriggerPorts, 'jobs' | 'memory' | 'now'>,
): boolean {
  const ended = events.flatMap(({ data }) => (data.kind === 'run.finished' ? [data] : []));
  if (ended.length === 0) return false;
  const known = jobs();
  const before = memory.load() ?? nothingWatched;
  const seen = new Set(before.follows.done);
  const fresh = ended
    .filter(({ finishedAt }) => now() - Date.parse(finishedAt) < lateMs)
    .flatMap((run) => {
      const job = known.find(({ jobId }) => jobId === run.jobId)?.name;
      return job === undefined ? [] : known.flatMap((follower) => followOf(follower, { ...run, job }, now()));
    })
    .filter(({ key }) => !seen.has(key));
  if (fresh.length === 0) return false;
  const done = [...before.follows.done, ...fresh.map(({ key }) => key)].slice(-remembered);
  memory.store({ ...before, follows: { pending: [...before.follows.pending, ...fresh], done } });
  return true;
}

function followOf(
  { jobId, enabled, schedule }: Manifest,
  run: { readonly runId: string; readonly job: string; readonly state: Parameters<typeof isFollowed>[1]['state'] },
  sinceMs: number,
): PendingFollow[] {
  const follows = enabled && schedule.some((entry) => entry.kind === 'job' && isFollowed(entry, run));
  if (!follows) return [];
  return [{ key: `${run.runId}/${jobId}`, jobId, cause: `run ${run.runId} of ${run.job}: ${run.state}`, sinceMs }];
}
