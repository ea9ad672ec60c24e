import type { Cron } from '../cron/cron.js';
import { type CalendarSchedule, MONTHS, type MonthName, WEEKDAYS, type Week, type Weekday } from '../task/trigger.js';
import type { GateText } from '../words/schedule-texts.js';

/** The day part of a schedule as native calendars. `reason` says why they match more than was asked, when they do. */
export interface DayPlan {
  calendars: CalendarSchedule[];
  reason?: GateText;
}

const DAILY: CalendarSchedule = { kind: 'day', daysInterval: 1 };
const ALL_WEEKS: Week[] = [1, 2, 3, 4, 'Last'];
const NO_FIFTH = 'a fifth weekday has no native trigger: it starts on the last one and the gate decides';
const NEAREST =
  'nearest-weekday and counted-back days have no native trigger: it starts on all days they can be and the gate decides';
const EITHER = 'day and weekday are both restricted: a day that matches both starts twice and the gate drops one';
const BOTH = 'day and weekday must both match: it starts on the weekday and the gate checks the day';

const weekdayNames = (days: readonly number[]): Weekday[] => days.map((day) => WEEKDAYS[day]!);

// Written out even when it is all of them: whether Windows accepts a monthly schedule without months is not known.
function monthNames(cron: Cron): { months: MonthName[] } {
  return { months: cron.months.map((month) => MONTHS[month - 1]!) };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Days of the month, widened where Task Scheduler has no word for them. */
function monthPlan(cron: Cron): DayPlan {
  const { days, lastOffsets, nearest, lastWeekday } = cron.days;
  const wanted = new Set<number | 'Last'>(days);
  let widened = false;
  const widen = (from: number, to: number) => {
    widened = true;
    for (const day of range(Math.max(1, from), Math.min(31, to))) wanted.add(day);
  };
  for (const back of lastOffsets) {
    if (back === 0) wanted.add('Last');
    else widen(28 - back, 31 - back);
  }
  for (const day of nearest) widen(day - 2, day + 2);
  if (lastWeekday) widen(26, 31);
  const daysOfMonth = [...wanted].sort((a, b) => (a === 'Last' ? 32 : a) - (b === 'Last' ? 32 : b));
  const calendar: CalendarSchedule = { kind: 'month', daysOfMonth, ...monthNames(cron) };
  return { calendars: [calendar], ...(widened ? { reason: NEAREST } : {}) };
}

/** Weekdays of every week, and of counted weeks, one calendar for each distinct set of weeks. */
function weekdayPlan(cron: Cron): DayPlan {
  const { days, nth, last } = cron.weekdays;
  const calendars: CalendarSchedule[] = [];
  let reason: GateText | undefined;
  if (days.length > 0) {
    const daysOfWeek = weekdayNames(days);
    if (cron.months.length === 12) calendars.push({ kind: 'week', weeksInterval: 1, daysOfWeek });
    else calendars.push({ kind: 'month-day-of-week', weeks: ALL_WEEKS, daysOfWeek, ...monthNames(cron) });
  }
  const weeksByDay = new Map<number, Set<Week>>();
  const add = (weekday: number, week: Week) => {
    if (!days.includes(weekday)) weeksByDay.set(weekday, (weeksByDay.get(weekday) ?? new Set()).add(week));
  };
  for (const { weekday, week } of nth) {
    if (week === 5) reason = NO_FIFTH;
    add(weekday, week === 5 ? 'Last' : (week as Week));
  }
  for (const weekday of last) add(weekday, 'Last');
  const groups = new Map<string, { weeks: Week[]; weekdays: number[] }>();
  for (const [weekday, weeks] of weeksByDay) {
    const ordered = ALL_WEEKS.filter((week) => weeks.has(week));
    const group = groups.get(ordered.join()) ?? { weeks: ordered, weekdays: [] };
    group.weekdays.push(weekday);
    groups.set(ordered.join(), group);
  }
  for (const { weeks, weekdays } of groups.values()) {
    const daysOfWeek = weekdayNames(weekdays.sort((a, b) => a - b));
    calendars.push({ kind: 'month-day-of-week', weeks, daysOfWeek, ...monthNames(cron) });
  }
  return { calendars, ...(reason === undefined ? {} : { reason }) };
}

/** The native calendars of a cron expression's three day fields; without one, every day. */
export function nativeDays(cron: Cron | undefined): DayPlan {
  if (!cron) return { calendars: [DAILY] };
  const everyDay = cron.days.days.length === 31;
  const everyWeekday = cron.weekdays.days.length === 7;
  if (cron.days.restricted && cron.weekdays.restricted) {
    if (everyDay || everyWeekday)
      return cron.months.length === 12 ? { calendars: [DAILY] } : { calendars: [monthOfAll(cron)] };
    const month = monthPlan(cron);
    const week = weekdayPlan(cron);
    return { calendars: [...month.calendars, ...week.calendars], reason: month.reason ?? week.reason ?? EITHER };
  }
  if (everyDay && everyWeekday) return { calendars: [cron.months.length === 12 ? DAILY : monthOfAll(cron)] };
  if (everyWeekday) return monthPlan(cron);
  const plan = weekdayPlan(cron);
  return everyDay ? plan : { ...plan, reason: BOTH };
}

function monthOfAll(cron: Cron): CalendarSchedule {
  return { kind: 'month', daysOfMonth: range(1, 31), ...monthNames(cron) };
}

/** The same days, one day later or earlier; calendars that cannot be moved become every day. */
export function shiftDays(plan: DayPlan, by: number): DayPlan {
  if (by === 0) return plan;
  const single = plan.calendars[0];
  if (plan.calendars.length === 1 && single?.kind === 'day') return plan;
  if (plan.calendars.length === 1 && single?.kind === 'week') {
    const moved = single.daysOfWeek.map((name) => (WEEKDAYS.indexOf(name) + by + 7) % 7).sort((a, b) => a - b);
    return { ...plan, calendars: [{ ...single, daysOfWeek: weekdayNames(moved) }] };
  }
  return { calendars: [DAILY], reason: 'dates shift between the time zones: it starts every day and the gate decides' };
}
