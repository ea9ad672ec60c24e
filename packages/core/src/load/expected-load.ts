import { scheduleOccurrences } from '@carillon/wintask/schedule/occurrences';
import { isTimed, type Schedule, type TimedEntry } from '@carillon/wintask/schedule/schedule';
import type { FirePlan } from '../timeline/coming-fires.js';

const minuteMs = 60_000;

export interface LoadRange {
  /** A whole minute. */
  readonly fromMs: number;
  readonly minutes: number;
}

/**
 * Expected starts of one timetable by the minute, as far as they fall into the range. Hosts that spread a start are
 * counted evenly over its time, as their own offsets lie.
 * @returns also how many fires were looked at, for whoever must not look at too many
 */
export function expectedStarts(plan: FirePlan, range: LoadRange): { starts: Float64Array; fires: number } {
  const starts = new Float64Array(range.minutes);
  let fires = 0;
  if (!plan.enabled) return { starts, fires };
  for (const { entries, jitterMs } of bySpread(plan.schedule)) {
    const spreadMinutes = Math.max(1, Math.round(jitterMs / minuteMs));
    // What began to be spread before the range reaches into it.
    const fromMs = range.fromMs - spreadMinutes * minuteMs - 1;
    const untilMs = range.fromMs + range.minutes * minuteMs - 1;
    for (const { atMs } of scheduleOccurrences(entries, { fromMs, untilMs, hostTimezone: plan.hostTimezone })) {
      fires += 1;
      addSpread(starts, { minute: Math.floor((atMs - range.fromMs) / minuteMs), spreadMinutes, hosts: plan.hosts });
    }
  }
  return { starts, fires };
}

/** Adds hosts to each minute over which they are spread; minutes outside are left out. */
export function addSpread(
  starts: Float64Array | number[],
  { minute, spreadMinutes, hosts }: { minute: number; spreadMinutes: number; hosts: number },
): void {
  for (let later = 0; later < spreadMinutes; later += 1) {
    const at = minute + later;
    if (at >= 0 && at < starts.length) starts[at] = (starts[at] ?? 0) + hosts / spreadMinutes;
  }
}

/** Entries that are spread over the same time. */
function bySpread(schedule: Schedule): { entries: TimedEntry[]; jitterMs: number }[] {
  const groups = new Map<number, TimedEntry[]>();
  for (const entry of schedule.filter(isTimed)) {
    const jitterMs = entry.jitterMs ?? 0;
    groups.set(jitterMs, [...(groups.get(jitterMs) ?? []), entry]);
  }
  return [...groups].map(([jitterMs, entries]) => ({ entries, jitterMs }));
}
