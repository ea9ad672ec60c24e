import type { CalendarSchedule, Trigger } from '../task/trigger.js';
import { offsetMs, type Transition } from '../time/zone.js';
import type { GateText } from '../words/schedule-texts.js';
import { changesThatMatter } from './changes-that-matter.js';
import { changeSpans, clockChanges, clockDifferences, sameClocks, shiftMinutes } from './clock-changes.js';
import { compareAtChanges } from './compare-fires.js';
import { runsSurviveChanges } from './exact-by-construction.js';
import { type DayPlan, nativeDays, shiftDays } from './native-days.js';
import { calendarTrigger, endlessTrigger, type StartDay } from './native-triggers.js';
import type { GridRule } from './rule.js';
import { gcd, hourCycles, type TimeRun, timeRuns, timeRunsAround } from './time-runs.js';

/** Triggers a task may have. Source: MS-TSCH 2.5.3. */
export const MAX_TRIGGERS = 48;

/** Triggers for one grid; reasons are there when a gate has to decide about some starts. */
export interface CompiledGrid {
  triggers: Trigger[];
  reasons: GateText[];
}

/** Times that share their days. */
interface DayGroup {
  calendars: CalendarSchedule[];
  times: number[];
}

const OTHER_ZONE: GateText =
  "the time zone is not the host's: it starts at all host times that can be meant and the gate decides";
const CHANGE_DAY = 'on days when clocks change some starts are extra and the gate drops them';
const TOO_MANY: GateText = `more than ${MAX_TRIGGERS} triggers would be needed: it starts more often and the gate decides`;

const isDaily = (plan: DayPlan) => plan.calendars.length === 1 && plan.calendars[0]?.kind === 'day';

/** All hours of all days: endless repetitions by elapsed time, exact wherever clock changes are multiples of the step. */
function endless(rule: GridRule, start: StartDay, host: string): Trigger[] | undefined {
  const minutes = rule.times.filter((time) => time < 60);
  const cycles = hourCycles(minutes);
  const foreign = !sameClocks(rule.zone, host);
  const shifts = foreign ? shiftMinutes(rule.zone) : shiftMinutes(host);
  if (cycles.length > MAX_TRIGGERS || cycles.some(({ step }) => shifts.some((shift) => shift % step !== 0)))
    return undefined;
  if (!foreign) return cycles.map(({ phase, step }) => endlessTrigger(phase, step, start));
  const offset = offsetMs(rule.zone, start.wallMs) / 60_000;
  const utc: StartDay = { ...start, suffix: 'Z' };
  return cycles.map(({ phase, step }) => endlessTrigger((((phase - offset) % 60) + 60) % 60, step, utc));
}

/** A zone that never changes its clocks, every day: boundaries in UTC say exactly that on any host. */
function fixedUtc(rule: GridRule, plan: DayPlan, start: StartDay): Trigger[] | undefined {
  if (!isDaily(plan) || clockChanges(rule.zone).length > 0) return undefined;
  const offset = offsetMs(rule.zone, start.wallMs) / 60_000;
  const times = rule.times.map((time) => (((time - offset) % 1440) + 1440) % 1440).sort((a, b) => a - b);
  const runs = timeRuns(times);
  return runs.map((run) => calendarTrigger(plan.calendars[0]!, run, { ...start, suffix: 'Z' }));
}

/** The grid's times and those to which its skipped ones move; a superset, since the latter count on one day a year. */
function withMoved(rule: GridRule): number[] {
  if (rule.everyPass) return [...rule.times];
  const hit = changeSpans(rule.zone).filter(({ from, to }) => rule.times.some((time) => time >= from && time < to));
  return [...new Set([...rule.times, ...hit.map(({ to }) => to)])].sort((a, b) => a - b);
}

/** The grid's times on the host's clock, for every difference the two zones can have. */
function hostGroups(rule: GridRule, plan: DayPlan, host: string): { groups: DayGroup[]; reason?: GateText } {
  if (sameClocks(rule.zone, host)) return { groups: [{ calendars: plan.calendars, times: [...rule.times] }] };
  const differences = clockDifferences(rule.zone, host);
  const groups = new Map<string, DayGroup>();
  let reason: GateText | undefined = differences.length > 1 ? OTHER_ZONE : undefined;
  for (const time of differences.length > 1 ? withMoved(rule) : rule.times) {
    for (const difference of differences) {
      const carry = Math.floor((time + difference) / 1440);
      const moved = shiftDays(plan, carry);
      reason ??= carry === 0 ? undefined : moved.reason;
      const key = JSON.stringify(moved.calendars);
      const group = groups.get(key) ?? { calendars: moved.calendars, times: [] };
      group.times.push(time + difference - carry * 1440);
      groups.set(key, group);
    }
  }
  const sorted = [...groups.values()].map(({ calendars, times }) => ({
    calendars,
    times: [...new Set(times)].sort((a, b) => a - b),
  }));
  return reason === undefined ? { groups: sorted } : { groups: sorted, reason };
}

function build(groups: DayGroup[], start: StartDay, split: (times: number[]) => TimeRun[], extra = 0): Trigger[] {
  return groups.flatMap(({ calendars, times }) => {
    const runs = split(times);
    return calendars.flatMap((calendar) => runs.map((run) => calendarTrigger(calendar, run, start, extra)));
  });
}

/** One run over all times of the day, ending later by the largest clock change so that a long day is covered. */
function covering(times: number[], shifts: number[]): TimeRun[] {
  const first = times[0]!;
  const step = [...times.map((time) => time - first), ...shifts].reduce(gcd, 0);
  const last = times[times.length - 1]!;
  return [{ start: first, step, count: step === 0 ? 1 : (last - first) / step + 1 }];
}

/** The widest net: one endless repetition that hits every time on every day. */
export function coverAll(rule: GridRule, start: StartDay, host: string): Trigger {
  const zones = [host, rule.zone];
  const differences = clockDifferences(rule.zone, host);
  const times = withMoved(rule).flatMap((time) => differences.map((difference) => time + difference));
  const phase = ((times[0]! % 1440) + 1440) % 1440;
  const step = [1440, ...times.map((time) => time - times[0]!), ...zones.flatMap(shiftMinutes)].reduce(gcd, 0);
  return endlessTrigger(phase % step, step, start);
}

/**
 * Native triggers for a grid of times: the first of the candidates, fewest triggers first, whose fires equal the grid's,
 * clock changes included (simulated for 2024-2037). When none does, the first that covers the grid, for a gate.
 */
export function compileGrid(rule: GridRule, start: StartDay, host: string): CompiledGrid {
  const plan = nativeDays(rule.cron);
  if (rule.everyPass && isDaily(plan)) {
    const triggers = endless(rule, start, host);
    if (triggers) return { triggers, reasons: [] };
  }
  const local = sameClocks(rule.zone, host);
  if (!local) {
    const triggers = fixedUtc(rule, plan, start);
    if (triggers && triggers.length <= MAX_TRIGGERS) return { triggers, reasons: [] };
  }
  const { groups, reason } = hostGroups(rule, plan, host);
  const reasons = [plan.reason, reason].filter((text) => text !== undefined);
  const shifts = shiftMinutes(host);
  const spans = changeSpans(host);
  const largest = Math.max(0, ...shifts);
  const splits = [timeRuns, (times: number[]) => timeRunsAround(times, spans)];
  const candidates = [
    ...splits.map((split) => ({
      make: () => build(groups, start, split),
      // On the same clocks, what happens at their changes can be told without trying.
      survives: () => rule.zone === host && runsSurviveChanges(split([...rule.times]), rule),
      long: false,
    })),
    {
      make: () => build(groups, start, (times) => covering(times, shifts), largest),
      survives: () => false,
      long: true,
    },
  ];
  let changes: Transition[] | undefined;
  let fallback: Trigger[] | undefined;
  let tooMany = false;
  for (const { make, survives, long } of candidates) {
    const triggers = make();
    tooMany ||= triggers.length > MAX_TRIGGERS && fallback === undefined;
    if (triggers.length > MAX_TRIGGERS) continue;
    if (!tooMany && survives()) return { triggers, reasons };
    changes ??= changesThatMatter(rule, host);
    const coverage = compareAtChanges(rule, triggers, host, changes);
    // What reaches beyond its day is wrong on every calm day too, unless the next day fires at those times anyway.
    const calm = !long || largest === 0 || isDaily(plan);
    const exact = coverage === 'equal' && calm && reasons.length === 0 && !tooMany;
    if (exact) return { triggers, reasons: [] };
    if (coverage !== 'lacking') fallback ??= triggers;
    if (fallback && reasons.length > 0) break;
  }
  const why = [...reasons, ...(tooMany ? [TOO_MANY] : [])];
  return { triggers: fallback ?? [coverAll(rule, start, host)], reasons: why.length > 0 ? why : [CHANGE_DAY] };
}
