import { daysInMonth } from '../cron/matching-days.js';
import type { CalendarText } from '../words/schedule-texts.js';
import type { DayCalendar } from './schedule.js';

/** Tells whether a day is one of a calendar's. Months count from 1. */
export interface DayFilter {
  has(year: number, month: number, day: number): boolean;
  /** Midnight, read as UTC, of the last day that can ever be one; absent when there is always another. */
  readonly lastDayMs?: number;
  /** The single dates it names as its own (`only`), midnights read as UTC. */
  readonly datesMs: readonly number[];
}

export type DayCalendarResult = { ok: true; filter: DayFilter } | { ok: false; message: CalendarText };

const DAY = 86_400_000;
const PATTERN = /^(?:(\d{4})-)?(\d\d)-(\d\d)$/;
/** A century of single days; more is a mistake rather than a calendar. */
const MAX_DAYS = 36_525;
const EXPECTED = 'expected 2026-12-25, 12-25 or a range such as 2026-10-01..2026-10-07';

interface Day {
  /** Absent for a day of every year. */
  year: number | undefined;
  month: number;
  day: number;
}

/** A range such as 12-24..01-02 goes over the turn of the year. */
const NEW_YEAR: Day = { year: undefined, month: 1, day: 1 };
const NEW_YEARS_EVE = Date.UTC(2000, 11, 31);

/** Days by number: `dates` are midnights read as UTC, `yearly` are `month * 100 + day`. */
interface DaySet {
  dates: Set<number>;
  yearly: Set<number>;
}

function readDay(text: string): Day | undefined {
  const [, year, month, day] = PATTERN.exec(text) ?? [];
  if (month === undefined) return undefined;
  const read = { year: year === undefined ? undefined : Number(year), month: Number(month), day: Number(day) };
  if (read.month < 1 || read.month > 12 || read.day < 1 || (read.year ?? 2000) < 1970) return undefined;
  // 29 February is a day of every year that has it.
  return read.day <= daysInMonth(read.year ?? 2000, read.month) ? read : undefined;
}

function midnight({ year, month, day }: Day): number {
  return Date.UTC(year ?? 2000, month - 1, day);
}

/** Adds a day or a range; the answer is what is wrong with it. */
function add(set: DaySet, text: string): CalendarText | undefined {
  const [first = '', second, ...more] = text.split('..');
  const from = readDay(first.trim());
  const to = second === undefined ? from : readDay(second.trim());
  if (!from || !to || more.length > 0) return `"${text}": ${EXPECTED}`;
  if ((from.year === undefined) !== (to.year === undefined))
    return `"${text}": expected the year at both ends of a range, or at none`;
  const fromMs = midnight(from);
  const toMs = midnight(to);
  if (from.year === undefined) {
    const spans =
      toMs >= fromMs
        ? [[fromMs, toMs]]
        : [
            [fromMs, NEW_YEARS_EVE],
            [midnight(NEW_YEAR), toMs],
          ];
    for (const [start = 0, end = 0] of spans) {
      for (const ms of midnights(start, end)) set.yearly.add(monthAndDay(new Date(ms)));
    }
    return undefined;
  }
  if (toMs < fromMs) return `"${text}": expected the earlier day first`;
  if ((toMs - fromMs) / DAY + set.dates.size > MAX_DAYS) return `"${text}": expected at most ${MAX_DAYS} days in all`;
  for (const ms of midnights(fromMs, toMs)) set.dates.add(ms);
  return undefined;
}

function* midnights(fromMs: number, toMs: number): Generator<number> {
  for (let ms = fromMs; ms <= toMs; ms += DAY) yield ms;
}

function monthAndDay(date: Date): number {
  return (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
}

function contains({ dates, yearly }: DaySet, year: number, month: number, day: number): boolean {
  return yearly.has(month * 100 + day) || (dates.size > 0 && dates.has(Date.UTC(year, month - 1, day)));
}

/** Reads a calendar; the message of a refusal quotes the day that is wrong and says what was expected. */
export function dayFilter(calendar: DayCalendar): DayCalendarResult {
  const only: DaySet = { dates: new Set(), yearly: new Set() };
  const except: DaySet = { dates: new Set(), yearly: new Set() };
  for (const [set, days] of [
    [only, calendar.only ?? []],
    [except, calendar.except ?? []],
  ] as const) {
    for (const text of days) {
      const message = add(set, text);
      if (message !== undefined) return { ok: false, message };
    }
  }
  const everyDay = calendar.only === undefined;
  const has = (year: number, month: number, day: number) =>
    (everyDay || contains(only, year, month, day)) && !contains(except, year, month, day);
  const datesMs = [...only.dates].sort((a, b) => a - b);
  const ends = !everyDay && only.yearly.size === 0;
  return { ok: true, filter: { has, datesMs, ...(ends ? { lastDayMs: datesMs.at(-1) ?? 0 } : {}) } };
}
