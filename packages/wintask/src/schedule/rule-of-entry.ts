import { isRebootMacro, parseCron } from '../cron/cron.js';
import { daysInMonth, matchingDaysOf } from '../cron/matching-days.js';
import { parseWallClock } from '../time/wall-clock.js';
import { isTimeZone } from '../time/zone.js';
import type { ScheduleProblemText } from '../words/schedule-texts.js';
import { changeSpans } from './clock-changes.js';
import { type DayFilter, dayFilter } from './day-calendar.js';
import { type GridRule, RATE_ANCHOR_MS, type Rule } from './rule.js';
import type { EntryLimits, ScheduleEntry, WatchedEntry } from './schedule.js';
import { spreadSeconds } from './spread.js';

export interface RuleProblem {
  code: string;
  message: ScheduleProblemText;
}
export type RuleResult = { ok: true; rule: Rule } | { ok: false; problem: RuleProblem };

/** Where a schedule is asked about: the host's zone, and what picks the offsets of jitter (none without it). */
export interface RuleContext {
  hostTimezone: string;
  spreadKey?: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Years in which every date meets every weekday, far from any date that a calendar names. */
const CYCLE = Array.from({ length: 28 }, (_, index) => 2400 + index);
const MONTHS = Array.from({ length: 12 }, (_, index) => index + 1);

function refuse(code: string, message: ScheduleProblemText): RuleResult {
  return { ok: false, problem: { code, message } };
}

type GridDays = Pick<GridRule, 'daysOf' | 'cron'>;

/** A grid with its spread and its calendar; `times` are the minutes of the day as written. */
function gridRule(
  times: readonly number[],
  everyPass: boolean,
  days: GridDays,
  zone: string,
  limits: { spreadKey: string | undefined; jitterMs: number | undefined; calendar: DayFilter | undefined },
): GridRule {
  const { calendar } = limits;
  const room = DAY - times[times.length - 1]! * MINUTE;
  const offset = spreadSeconds(limits.spreadKey, limits.jitterMs, room);
  const minutes = Math.floor(offset / 60);
  const spread = minutes === 0 ? times : times.map((time) => time + minutes);
  // A skipped time moves to a full minute, whatever its seconds: where that can happen the spread is in whole minutes.
  const seconds = offset % 60;
  const skippable =
    seconds > 0 &&
    !everyPass &&
    changeSpans(zone).some(({ from, to }) => spread.some((time) => time >= from && time < to));
  return {
    kind: 'grid',
    zone,
    times: spread,
    seconds: skippable ? 0 : seconds,
    everyPass,
    ...days,
    ...(calendar ? { calendar } : {}),
  };
}

/** Whether a grid has a day at all: in the cycle of all years, or among the dates its calendar names. */
function everFires({ daysOf }: Pick<GridRule, 'daysOf'>, calendar: DayFilter): boolean {
  const fires = (year: number, month: number) => daysOf(year, month).some((day) => calendar.has(year, month, day));
  if (CYCLE.some((year) => MONTHS.some((month) => fires(year, month)))) return true;
  const months = new Set(calendar.datesMs.map((ms) => ms - (new Date(ms).getUTCDate() - 1) * DAY));
  return [...months].map((ms) => new Date(ms)).some((date) => fires(date.getUTCFullYear(), date.getUTCMonth() + 1));
}

const allDays = Array.from({ length: 31 }, (_, index) => index + 1);
const everyDay: GridDays = { daysOf: (year, month) => allDays.slice(0, daysInMonth(year, month)) };

type CronRead = ReturnType<typeof readCron>;

function readCron(expression: string) {
  const parsed = parseCron(expression);
  if (!parsed.ok) return parsed;
  const { cron } = parsed;
  const times: number[] = [];
  for (const hour of cron.hours) for (const minute of cron.minutes) times.push(hour * 60 + minute);
  const daysOf = matchingDaysOf(cron);
  const isEver = CYCLE.some((year) => cron.months.some((month) => daysOf(year, month).length > 0));
  const days: GridDays = { cron, daysOf };
  return { ok: true as const, times, everyPass: cron.hours.length === 24, days, isEver };
}

/** A fleet has few expressions and asks for them all the time; reading one takes as long as a day of its fires. */
const cronsKept = 1_000;
const crons = new Map<string, CronRead>();

function cronOf(expression: string): CronRead {
  const known = crons.get(expression);
  if (known) return known;
  const read = readCron(expression);
  if (crons.size >= cronsKept) crons.clear();
  crons.set(expression, read);
  return read;
}

type Limits = Parameters<typeof gridRule>[4];

function cronRule(expression: string, zone: string, limits: Limits): RuleResult {
  const read = cronOf(expression);
  if (!read.ok) return refuse('cron', read.problem.message);
  const { times, everyPass, days, isEver } = read;
  if (!isEver) return refuse('cron-never', `"${expression}" names a day that no month has`);
  return { ok: true, rule: gridRule(times, everyPass, days, zone, limits) };
}

function everyRule(intervalMs: number, zone: string, limits: Limits): RuleResult {
  if (!Number.isInteger(intervalMs) || intervalMs < MINUTE || intervalMs % MINUTE !== 0) {
    return refuse('every', `every ${intervalMs} ms: expected whole minutes, at least 1`);
  }
  if (intervalMs > 31 * DAY) return refuse('every', `every ${intervalMs} ms: expected at most 31 days`);
  if (DAY % intervalMs !== 0) {
    const { calendar } = limits;
    const anchorMs = RATE_ANCHOR_MS + spreadSeconds(limits.spreadKey, limits.jitterMs, intervalMs) * 1000;
    return { ok: true, rule: { kind: 'rate', zone, intervalMs, anchorMs, ...(calendar ? { calendar } : {}) } };
  }
  const step = intervalMs / MINUTE;
  const times = Array.from({ length: 1440 / step }, (_, index) => index * step);
  return { ok: true, rule: gridRule(times, HOUR % intervalMs === 0, everyDay, zone, limits) };
}

function atRule(local: string, zone: string, limits: Limits): RuleResult {
  const read = parseWallClock(local);
  if (!read) return refuse('at', `"${local}": expected a date and time such as 2026-12-31T23:00`);
  if (limits.calendar) return refuse('calendar', 'a calendar beside `at`: it names its day itself');
  const room = DAY - (((read.wallMs % DAY) + DAY) % DAY);
  const wallMs = read.wallMs + spreadSeconds(limits.spreadKey, limits.jitterMs, room) * 1000;
  return { ok: true, rule: { kind: 'once', zone, ...read, wallMs } };
}

function watchedRule(entry: WatchedEntry): RuleResult {
  if (entry.kind === 'file' && entry.pattern.trim() === '') return refuse('file', 'a file needs its path');
  if (entry.kind === 'job' && entry.job.trim() === '') return refuse('job', 'expected the name of the job it follows');
  if (entry.kind === 'metric' && !(entry.abovePercent > 0 && entry.abovePercent < 100))
    return refuse('metric', `above ${entry.abovePercent}: expected a percentage between 0 and 100`);
  return { ok: true, rule: { kind: 'watched', entry } };
}

function readCalendar(entry: EntryLimits): { ok: true; calendar?: DayFilter } | { ok: false; result: RuleResult } {
  if (!entry.calendar) return { ok: true };
  const read = dayFilter(entry.calendar);
  return read.ok ? { ok: true, calendar: read.filter } : { ok: false, result: refuse('calendar', read.message) };
}

function signalDelay(entry: EntryLimits, context: RuleContext): number {
  return spreadSeconds(context.spreadKey, entry.jitterMs, Number.POSITIVE_INFINITY) * 1000;
}

/** Turns one schedule entry into the rule that both the compiler and the occurrence engine follow. */
export function ruleOf(entry: ScheduleEntry, context: RuleContext): RuleResult {
  switch (entry.kind) {
    case 'event':
      if (entry.log.trim() === '') return refuse('event', 'an event needs the name of its log');
      return { ok: true, rule: { kind: 'signal', entry, delayMs: signalDelay(entry, context) } };
    case 'startup':
    case 'logon':
      return { ok: true, rule: { kind: 'signal', entry, delayMs: signalDelay(entry, context) } };
    case 'after':
      if (!Number.isInteger(entry.delayMs) || entry.delayMs < MINUTE || entry.delayMs % MINUTE !== 0)
        return refuse('after', `after ${entry.delayMs} ms: expected whole minutes, at least 1`);
      return { ok: true, rule: { kind: 'after', delayMs: entry.delayMs } };
    case 'file':
    case 'metric':
    case 'job':
      return watchedRule(entry);
  }
  const zone = (entry.kind === 'every' ? undefined : entry.timezone) ?? context.hostTimezone;
  if (!isTimeZone(zone))
    return refuse('timezone', `"${zone}" is not a known time zone; expected a name such as Europe/Berlin`);
  if (entry.kind === 'cron' && isRebootMacro(entry.expression)) {
    const delayMs = signalDelay(entry, context);
    return { ok: true, rule: { kind: 'signal', entry: { kind: 'startup' }, delayMs } };
  }
  const days = readCalendar(entry);
  if (!days.ok) return days.result;
  const limits: Limits = { spreadKey: context.spreadKey, jitterMs: entry.jitterMs, calendar: days.calendar };
  const result =
    entry.kind === 'cron'
      ? cronRule(entry.expression, zone, limits)
      : entry.kind === 'every'
        ? everyRule(entry.intervalMs, zone, limits)
        : atRule(entry.local, zone, limits);
  if (!result.ok || !days.calendar) return result;
  return everFires(result.rule.kind === 'grid' ? result.rule : everyDay, days.calendar)
    ? result
    : refuse('calendar-never', 'the calendar leaves no day on which the entry could fire');
}
