import { daysInMonth, weekdayOf } from '../cron/matching-days.js';
import { type CalendarSchedule, MONTHS, WEEKDAYS } from '../task/trigger.js';

const DAY = 86_400_000;

function monthMatches(months: readonly string[] | undefined, month: number): boolean {
  return months === undefined || months.includes(MONTHS[month - 1]!);
}

function daysOfMonth(schedule: CalendarSchedule, year: number, month: number): number[] {
  const length = daysInMonth(year, month);
  const all = Array.from({ length }, (_, index) => index + 1);
  if (schedule.kind === 'month') {
    if (!monthMatches(schedule.months, month)) return [];
    return all.filter(
      (day) => schedule.daysOfMonth.includes(day) || (day === length && schedule.daysOfMonth.includes('Last')),
    );
  }
  if (schedule.kind === 'month-day-of-week') {
    if (!monthMatches(schedule.months, month)) return [];
    return all.filter((day) => {
      if (!schedule.daysOfWeek.includes(WEEKDAYS[weekdayOf(year, month, day)]!)) return false;
      const week = Math.ceil(day / 7);
      return schedule.weeks.some((wanted) => (wanted === 'Last' ? day + 7 > length : wanted === week));
    });
  }
  return [];
}

function* byMonth(schedule: CalendarSchedule, startDay: number, fromDay: number): Generator<number> {
  const first = new Date(Math.max(startDay, fromDay));
  let year = first.getUTCFullYear();
  let month = first.getUTCMonth() + 1;
  // A rule that never matches (31 February) must not loop for ever.
  for (let tried = 0; tried < 12 * 9; tried++) {
    for (const day of daysOfMonth(schedule, year, month)) {
      const dayWall = Date.UTC(year, month - 1, day);
      if (dayWall < Math.max(startDay, fromDay)) continue;
      tried = 0;
      yield dayWall;
    }
    if (month === 12) {
      year += 1;
      month = 1;
    } else month += 1;
  }
}

function* byDay(interval: number, startDay: number, fromDay: number): Generator<number> {
  const step = Math.max(1, interval) * DAY;
  const skipped = Math.max(0, Math.ceil((fromDay - startDay) / step));
  for (let dayWall = startDay + skipped * step; ; dayWall += step) yield dayWall;
}

/** Weeks are counted from the week of the start boundary; weeks begin on Sunday (assumed, MS-TSCH does not say). */
function* byWeek(schedule: CalendarSchedule & { kind: 'week' }, startDay: number, fromDay: number): Generator<number> {
  const wanted = WEEKDAYS.map((name) => schedule.daysOfWeek.includes(name));
  if (!wanted.includes(true)) return;
  const firstSunday = startDay - new Date(startDay).getUTCDay() * DAY;
  const step = Math.max(1, schedule.weeksInterval) * 7 * DAY;
  const skipped = Math.max(0, Math.floor((fromDay - firstSunday) / step));
  for (let sunday = firstSunday + skipped * step; ; sunday += step) {
    for (let weekday = 0; weekday < 7; weekday++) {
      const dayWall = sunday + weekday * DAY;
      if (wanted[weekday] && dayWall >= startDay && dayWall >= fromDay) yield dayWall;
    }
  }
}

/**
 * The dates of a CalendarTrigger as midnights read as UTC, ascending, from the start boundary's date on and not before
 * `fromDay`. Endless unless the rule can never match.
 */
export function calendarDays(schedule: CalendarSchedule, startDay: number, fromDay: number): Generator<number> {
  if (schedule.kind === 'day') return byDay(schedule.daysInterval, startDay, fromDay);
  if (schedule.kind === 'week') return byWeek(schedule, startDay, fromDay);
  return byMonth(schedule, startDay, fromDay);
}
