import type { JobSpec } from '@carillon/core/job/job-spec';
import { comingFires, type FirePlan } from '@carillon/core/timeline/coming-fires';
import { isTimed, type Schedule } from '@carillon/wintask/schedule/schedule';
import { isTimeZone } from '@carillon/wintask/time/zone';
import { previewFires } from '../../shared/task-preview.js';

/** 29 February is no further away. */
const horizonMs = 9 * 366 * 86_400_000;

/** The first start by time after now on hosts of these zones; null where none is known. */
export function nextStartOf({ enabled, schedule }: JobSpec, zones: readonly string[], nowMs: number): string | null {
  if (!enabled || !schedule.some(isTimed)) return null;
  const known = zones.filter(isTimeZone);
  const next = (known.length > 0 ? known : ['UTC']).flatMap((hostTimezone) =>
    previewFires(schedule, { nowMs, count: 1, hostTimezone }).map(({ at }) => at),
  );
  return next.sort()[0] ?? null;
}

/** Answers when a host with these timetables starts next, null where it never does; hosts that start alike are worked out once. */
export function nextStarts(nowMs: number): (plans: readonly FirePlan[]) => string | null {
  const known = new Map<Schedule, Map<string, number | null>>();
  const nextOf = (plan: FirePlan): number | null => {
    const { schedule, hostTimezone, enabled, spreadKey } = plan;
    const isSpread = schedule.some((entry) => 'jitterMs' in entry && entry.jitterMs !== undefined);
    const key = `${hostTimezone} ${enabled} ${isSpread ? spreadKey : ''}`;
    const ofSchedule = known.get(schedule) ?? new Map<string, number | null>();
    known.set(schedule, ofSchedule);
    let next = ofSchedule.get(key);
    if (next === undefined) {
      const { fires } = comingFires([plan], { fromMs: nowMs, untilMs: nowMs + horizonMs, limit: 1 });
      next = fires[0]?.atMs ?? null;
      ofSchedule.set(key, next);
    }
    return next;
  };
  return (plans) => {
    const times = plans.map(nextOf).filter((at) => at !== null);
    return times.length === 0 ? null : new Date(Math.min(...times)).toISOString();
  };
}
