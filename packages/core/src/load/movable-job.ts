import { scheduleInstants } from '@carillon/wintask/schedule/occurrences';
import { isTimed, type TimedEntry } from '@carillon/wintask/schedule/schedule';
import type { FirePlan } from '../timeline/coming-fires.js';
import type { LoadRange } from './expected-load.js';
import type { MovableJob } from './suggest-spread.js';

const minuteMs = 60_000;
const hourMinutes = 60;

/**
 * What may be done about the starts of a job in an hour. Only where all its hosts have it alike: one timetable, whose
 * starts in this hour are spread over the same time.
 * @param plans of one job: one for each time zone and timetable
 * @returns null when it starts nothing in the hour, or cannot be moved
 */
export function movableJob(plans: readonly FirePlan[], { fromMs, minutes }: LoadRange): MovableJob | null {
  const starts = Array<number>(minutes).fill(0);
  let room = hourMinutes;
  const entries = new Map<string, TimedEntry>();
  for (const { schedule, enabled, hostTimezone, hosts } of plans) {
    if (!enabled) continue;
    for (const entry of schedule.filter(isTimed)) {
      const range = { fromMs: fromMs - 1, untilMs: fromMs + (minutes + hourMinutes) * minuteMs, hostTimezone };
      const fires = Array.from(scheduleInstants([entry], range), (atMs) => Math.floor((atMs - fromMs) / minuteMs));
      const within = fires.filter((minute) => minute < minutes);
      if (within.length === 0) continue;
      entries.set(JSON.stringify(entry), entry);
      for (const minute of within) starts[minute] = (starts[minute] ?? 0) + hosts;
      for (const [index, minute] of fires.entries())
        room = Math.min(room, (fires[index + 1] ?? minute + room) - minute);
    }
  }
  const [entry, ...others] = entries.values();
  // Rates are counted from a fixed time, and `at` means just then.
  if (entry === undefined || others.length > 0 || entry.kind !== 'cron') return null;
  return {
    job: plans[0]?.job ?? '',
    starts,
    spreadMinutes: Math.round((entry.jitterMs ?? 0) / minuteMs),
    roomMinutes: room - 1,
    canShift: /^\s*\d+\s/.test(entry.expression),
  };
}
