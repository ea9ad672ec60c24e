import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { nextFire } from '@carillon/contract/http/jobs.shapes';
import type { Response } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import { isTimed } from '@carillon/wintask/schedule/schedule';
import type { z } from 'zod';
import { previewFires } from '../../shared/task-preview.js';
import type { OtherJobRow } from '../../store/assignment.store.js';

type Preview = Response<typeof jobRoutes.preview>;

/** Starts of another job that are looked at. */
const comparedFires = 100;

/** Other jobs that start together with one of these fires, in the order of when that is first so. */
export function overlapsOf(
  fires: readonly z.infer<typeof nextFire>[],
  others: readonly OtherJobRow[],
  { nowMs, hostTimezone }: { nowMs: number; hostTimezone: string },
): NonNullable<Preview['overlaps']> {
  const own = new Set(fires.map(({ at }) => at));
  const found = others.flatMap(({ job, hosts, schedule }) => {
    if (!schedule.some(isTimed)) return [];
    const at = previewFires(schedule, { nowMs, count: comparedFires, hostTimezone }).find((fire) =>
      own.has(fire.at),
    )?.at;
    return at === undefined ? [] : [{ job, hosts, at }];
  });
  return found.sort((a, b) => a.at.localeCompare(b.at)).slice(0, limits.previewOverlaps);
}
