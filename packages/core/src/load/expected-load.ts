import { scheduleInstants } from '@carillon/wintask/schedule/occurrences';
import { isTimed, type Schedule, type TimedEntry } from '@carillon/wintask/schedule/schedule';
import type { FirePlan } from '../timeline/coming-fires.js';

const minuteMs = 60_000;

export interface LoadRange {
  /** A whole minute. */
  readonly fromMs: number;
  readonly minutes: number;
}

/** What starts at the same times, whichever jobs and hosts it is of. */
export interface Timetable extends Pick<FirePlan, 'schedule' | 'hostTimezone'> {
  /** How many hosts of all jobs have it, and of each. */
  readonly hosts: number;
  readonly hostsOfJob: ReadonlyMap<string, number>;
}

/** Starts of one host that are spread over the same time. */
export interface FireTimes {
  /** The minute of the range in which each may happen first; negative for what reaches into the range. */
  readonly minutes: readonly number[];
  /** Over how many minutes hosts spread it, 1 and more. */
  readonly spreadMinutes: number;
}

/**
 * The few timetables that many plans have: a fleet repeats itself, and each is then worked out once. Plans that are
 * switched off have none.
 */
export function timetablesOf(plans: Iterable<FirePlan>): Timetable[] {
  const found = new Map<string, Timetable & { hosts: number; hostsOfJob: Map<string, number> }>();
  const texts = new Map<Schedule, string>();
  for (const { schedule, hostTimezone, enabled, hosts, job } of plans) {
    if (!enabled) continue;
    const text = texts.get(schedule) ?? JSON.stringify(schedule);
    texts.set(schedule, text);
    const key = `${hostTimezone} ${text}`;
    const timetable = found.get(key) ?? { schedule, hostTimezone, hosts: 0, hostsOfJob: new Map<string, number>() };
    found.set(key, timetable);
    timetable.hosts += hosts;
    timetable.hostsOfJob.set(job, (timetable.hostsOfJob.get(job) ?? 0) + hosts);
  }
  return [...found.values()];
}

/** When one host starts something by a timetable, as far as it falls into the range. */
export function fireTimes(
  { schedule, hostTimezone }: Pick<Timetable, 'schedule' | 'hostTimezone'>,
  range: LoadRange,
): FireTimes[] {
  const untilMs = range.fromMs + range.minutes * minuteMs - 1;
  return bySpread(schedule).map(({ entries, jitterMs }) => {
    const spreadMinutes = Math.max(1, Math.round(jitterMs / minuteMs));
    // What began to be spread before the range reaches into it.
    const fromMs = range.fromMs - spreadMinutes * minuteMs - 1;
    const minutes: number[] = [];
    for (const atMs of scheduleInstants(entries, { fromMs, untilMs, hostTimezone }))
      minutes.push(Math.floor((atMs - range.fromMs) / minuteMs));
    return { minutes, spreadMinutes };
  });
}

/** How much starts in each minute of a range, added up. */
export interface LoadSum {
  /**
   * Adds hosts that start so; those that spread a start count evenly over its time, as their own offsets lie.
   * @returns how many starts of all of them fall into the range
   */
  add(times: readonly FireTimes[], hosts: number): number;
  /** By the minute. */
  starts(): Float64Array;
}

/** A sum whose cost is by the starts, not by the minutes over which they are spread. */
export function loadSum({ minutes }: Pick<LoadRange, 'minutes'>): LoadSum {
  const whole = new Float64Array(minutes);
  // By how much a minute differs from the one before it.
  const steps = new Float64Array(minutes + 1);
  const addSpan = (from: number, to: number, share: number) => {
    steps[from] = (steps[from] ?? 0) + share;
    steps[to] = (steps[to] ?? 0) - share;
  };
  return {
    add(times, hosts) {
      let sum = 0;
      for (const { minutes: firsts, spreadMinutes } of times) {
        const share = hosts / spreadMinutes;
        for (const first of firsts) {
          const [from, to] = [Math.max(0, first), Math.min(minutes, first + spreadMinutes)];
          if (to <= from) continue;
          sum += share * (to - from);
          if (spreadMinutes === 1) whole[from] = (whole[from] ?? 0) + hosts;
          else addSpan(from, to, share);
        }
      }
      return sum;
    },
    starts() {
      let level = 0;
      return whole.map((value, minute) => {
        level += steps[minute] ?? 0;
        return value + level;
      });
    },
  };
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
