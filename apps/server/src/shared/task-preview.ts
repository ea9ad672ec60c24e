import type { nextFire, taskPreview } from '@carillon/contract/http/jobs.shapes';
import type { Manifest } from '@carillon/core/job/job-spec';
import { taskForJob } from '@carillon/core/job/task-for-job';
import { scheduleOccurrences } from '@carillon/wintask/schedule/occurrences';
import type { Schedule } from '@carillon/wintask/schedule/schedule';
import { writeTaskXml } from '@carillon/wintask/task/write-task-xml';
import type { z } from 'zod';
import { invalidInput } from '../http/api-error.js';

/** Each host writes its own program here; the preview shows the usual place. */
const usualRunner = { command: 'C:\\Program Files\\Carillon\\carillon-agent.exe', arguments: ['run'] };
/** Far enough for 29 February; a schedule that never fires must not be searched for ever. */
const horizonMs = 9 * 366 * 86_400_000;

/** The task a host in this time zone gets. @throws ApiError when Task Scheduler cannot hold the schedule */
export function previewTask(manifest: Manifest, hostTimezone: string): z.infer<typeof taskPreview> {
  const task = taskForJob(manifest, { hostTimezone, runner: usualRunner });
  if (!task.ok) throw invalidInput(task.problems);
  const { path, definition, exactness, reasons } = task.value;
  return { path, hostTimezone, exactness, reasons: [...reasons], xml: writeTaskXml(definition) };
}

/** The next times a schedule fires after `nowMs`, with what the clocks of the zone show. */
export function previewFires(
  schedule: Schedule,
  options: { nowMs: number; count: number; hostTimezone: string },
): z.infer<typeof nextFire>[] {
  const { nowMs, count, hostTimezone } = options;
  const fires: z.infer<typeof nextFire>[] = [];
  for (const { atMs, local, zone, mark } of scheduleOccurrences(schedule, {
    fromMs: nowMs,
    untilMs: nowMs + horizonMs,
    hostTimezone,
  })) {
    fires.push({ at: new Date(atMs).toISOString(), local, timezone: zone, mark: mark ?? null });
    if (fires.length >= count) break;
  }
  return fires;
}
