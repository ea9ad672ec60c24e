import { mergeOrdered } from '@carillon/wintask/schedule/merge-ordered';
import { scheduleInstants } from '@carillon/wintask/schedule/occurrences';
import { isTimed, type Schedule } from '@carillon/wintask/schedule/schedule';

/** What some hosts of a time zone start alike: one timetable of one job. */
export interface FirePlan {
  readonly job: string;
  readonly schedule: Schedule;
  readonly enabled: boolean;
  readonly hostTimezone: string;
  /** Of one host; without it the times are as they were written, before each host's own offset. */
  readonly spreadKey?: string;
  readonly hosts: number;
}

export interface ComingFire {
  readonly atMs: number;
  readonly job: string;
  readonly hosts: number;
}

export interface ComingRange {
  /** Fires after this instant, */
  readonly fromMs: number;
  /** up to this one, */
  readonly untilMs: number;
  /** and no more than so many. */
  readonly limit: number;
}

/** The next starts by time of several timetables, in order; those of one job at one instant are one. */
export function comingFires(plans: readonly FirePlan[], range: ComingRange): { fires: ComingFire[]; isMore: boolean } {
  const fires: ComingFire[] = [];
  const sources = plans.map((plan) => firesOf(plan, range));
  for (const fire of mergeOrdered(sources, ({ atMs }) => atMs)) {
    const same = sameInstant(fires, fire);
    if (same === undefined) {
      if (fires.length === range.limit) return { fires, isMore: true };
      fires.push(fire);
    } else fires[same] = { ...fire, hosts: fire.hosts + (fires[same]?.hosts ?? 0) };
  }
  return { fires, isMore: false };
}

function* firesOf(plan: FirePlan, { fromMs, untilMs }: ComingRange): Generator<ComingFire> {
  const { job, hosts, hostTimezone, spreadKey, schedule, enabled } = plan;
  if (!enabled || fromMs >= untilMs) return;
  const clocks = { hostTimezone, ...(spreadKey === undefined ? {} : { spreadKey }) };
  for (const atMs of scheduleInstants(schedule.filter(isTimed), { fromMs, untilMs, ...clocks }))
    yield { atMs, job, hosts };
}

/** Where among the last fires one of the same job and instant stands. */
function sameInstant(fires: readonly ComingFire[], { atMs, job }: ComingFire): number | undefined {
  for (let index = fires.length - 1; index >= 0 && fires[index]?.atMs === atMs; index -= 1)
    if (fires[index]?.job === job) return index;
  return undefined;
}
