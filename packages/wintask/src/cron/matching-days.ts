import type { Cron } from './cron.js';

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Days in a month; month is 1-12. Counted, not asked of `Date`, which costs ten times as much: this is every loop's core. */
export function daysInMonth(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : LENGTHS[month - 1]!;
}

/** Weekday of a date, 0 = Sunday; month is 1-12. */
export function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

/** The weekday (Monday to Friday) nearest to a day, inside the month; undefined when the month lacks the day. */
function nearestWeekday(year: number, month: number, day: number): number | undefined {
  const length = daysInMonth(year, month);
  if (day > length) return undefined;
  const weekday = weekdayOf(year, month, day);
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === length ? day - 2 : day + 1;
  return day;
}

function monthDays(cron: Cron, year: number, month: number): Set<number> {
  const length = daysInMonth(year, month);
  const found = new Set<number>(cron.days.days);
  for (const back of cron.days.lastOffsets) found.add(length - back);
  for (const day of cron.days.nearest) found.add(nearestWeekday(year, month, day) ?? 0);
  if (cron.days.lastWeekday) found.add(nearestWeekday(year, month, length)!);
  return found;
}

function weekdayDays(cron: Cron, year: number, month: number): Set<number> {
  const length = daysInMonth(year, month);
  const firstWeekday = weekdayOf(year, month, 1);
  const found = new Set<number>();
  for (let day = 1; day <= length; day++) {
    const weekday = (firstWeekday + day - 1) % 7;
    const week = Math.ceil(day / 7);
    const matches =
      cron.weekdays.days.includes(weekday) ||
      cron.weekdays.nth.some((rule) => rule.weekday === weekday && rule.week === week) ||
      (day + 7 > length && cron.weekdays.last.includes(weekday));
    if (matches) found.add(day);
  }
  return found;
}

/**
 * The days of one month on which a cron expression matches, sorted. Both day fields restricted: either is enough;
 * otherwise both must match. Source: crontab(5).
 */
export function matchingDays(cron: Cron, year: number, month: number): number[] {
  if (!cron.months.includes(month)) return [];
  const byDay = monthDays(cron, year, month);
  const byWeekday = weekdayDays(cron, year, month);
  const length = daysInMonth(year, month);
  const either = cron.days.restricted && cron.weekdays.restricted;
  const found: number[] = [];
  for (let day = 1; day <= length; day++) {
    const matches = either ? byDay.has(day) || byWeekday.has(day) : byDay.has(day) && byWeekday.has(day);
    if (matches) found.push(day);
  }
  return found;
}

/**
 * `matchingDays` of one expression, each answer worked out once: what a rule names in a month (last days, counted
 * weekdays, nearest weekdays) follows from the month's length and the weekday of its first day, so 28 answers are all.
 */
export function matchingDaysOf(cron: Cron): (year: number, month: number) => readonly number[] {
  const known: number[][] = [];
  const none: number[] = [];
  return (year, month) => {
    if (!cron.months.includes(month)) return none;
    const shape = (daysInMonth(year, month) - 28) * 7 + weekdayOf(year, month, 1);
    known[shape] ??= matchingDays(cron, year, month);
    return known[shape];
  };
}
