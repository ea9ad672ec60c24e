import { type Cron, isRebootMacro, parseCron } from '../cron/cron.js';
import { daysInMonth, matchingDays } from '../cron/matching-days.js';
import { parseWallClock } from '../time/wall-clock.js';
import { isTimeZone } from '../time/zone.js';
import type { ScheduleEntry } from './schedule.js';

/** Fixed rates are counted from here, so that every host and the server agree without exchanging anything. */
export const RATE_ANCHOR_MS = Date.UTC(2024, 0, 1);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Times of day on matching days, read from the wall clock of a zone.
 * `everyPass` is the interval-like case (all hours of the day): such a grid follows elapsed time, so a doubled hour fires
 * twice and a skipped hour not at all. Other grids fire once per wall-clock time whatever the clocks do.
 */
export interface GridRule {
  kind: 'grid';
  zone: string;
  /** Minutes since midnight, sorted. */
  times: readonly number[];
  everyPass: boolean;
  cron?: Cron;
  daysOf(year: number, month: number): readonly number[];
}
/** A fixed rate in elapsed time. */
export interface RateRule {
  kind: 'rate';
  zone: string;
  intervalMs: number;
}
/** One date and time: `wallMs` are the digits read as UTC, `offsetMs` is present when they fix the instant. */
export interface OnceRule {
  kind: 'once';
  zone: string;
  wallMs: number;
  offsetMs?: number;
}
/** Started by something other than time. */
export interface SignalRule {
  kind: 'signal';
  entry: { kind: 'startup' } | { kind: 'logon' } | { kind: 'event'; log: string; source?: string; eventId?: number };
}
export type Rule = GridRule | RateRule | OnceRule | SignalRule;

export interface RuleProblem {
  code: string;
  message: string;
}
export type RuleResult = { ok: true; rule: Rule } | { ok: false; problem: RuleProblem };

function refuse(code: string, message: string): RuleResult {
  return { ok: false, problem: { code, message } };
}

function cronRule(expression: string, zone: string): RuleResult {
  if (isRebootMacro(expression)) return { ok: true, rule: { kind: 'signal', entry: { kind: 'startup' } } };
  const parsed = parseCron(expression);
  if (!parsed.ok) return refuse('cron', parsed.problem.message);
  const { cron } = parsed;
  const times = cron.hours.flatMap((hour) => cron.minutes.map((minute) => hour * 60 + minute));
  const daysOf = (year: number, month: number) => matchingDays(cron, year, month);
  // 2000 is a leap year and its 31st days cover every weekday rule in one cycle of 28 years.
  const ever = cron.months.some((month) => [...Array(28).keys()].some((year) => daysOf(2000 + year, month).length > 0));
  if (!ever) return refuse('cron-never', `"${expression}" names a day that no month has`);
  return { ok: true, rule: { kind: 'grid', zone, times, everyPass: cron.hours.length === 24, cron, daysOf } };
}

const allDays = [...Array(31).keys()].map((day) => day + 1);

function everyRule(intervalMs: number, zone: string): RuleResult {
  if (!Number.isInteger(intervalMs) || intervalMs < MINUTE || intervalMs % MINUTE !== 0) {
    return refuse('every', `every ${intervalMs} ms: expected whole minutes, at least 1`);
  }
  if (intervalMs > 31 * DAY) return refuse('every', `every ${intervalMs} ms: expected at most 31 days`);
  if (DAY % intervalMs !== 0) return { ok: true, rule: { kind: 'rate', zone, intervalMs } };
  const step = intervalMs / MINUTE;
  const times = [...Array(1440 / step).keys()].map((index) => index * step);
  const daysOf = (year: number, month: number) => allDays.slice(0, daysInMonth(year, month));
  return { ok: true, rule: { kind: 'grid', zone, times, everyPass: HOUR % intervalMs === 0, daysOf } };
}

function atRule(local: string, zone: string): RuleResult {
  const read = parseWallClock(local);
  if (!read) return refuse('at', `"${local}": expected a date and time such as 2026-12-31T23:00`);
  return { ok: true, rule: { kind: 'once', zone, ...read } };
}

/** Turns one schedule entry into the rule that both the compiler and the occurrence engine follow. */
export function ruleOf(entry: ScheduleEntry, hostTimezone: string): RuleResult {
  if (entry.kind === 'startup' || entry.kind === 'logon' || entry.kind === 'event') {
    if (entry.kind === 'event' && entry.log.trim() === '') return refuse('event', 'an event needs the name of its log');
    return { ok: true, rule: { kind: 'signal', entry } };
  }
  const zone = (entry.kind === 'every' ? undefined : entry.timezone) ?? hostTimezone;
  if (!isTimeZone(zone))
    return refuse('timezone', `"${zone}" is not a known time zone; expected a name such as Europe/Berlin`);
  if (entry.kind === 'cron') return cronRule(entry.expression, zone);
  if (entry.kind === 'every') return everyRule(entry.intervalMs, zone);
  return atRule(entry.local, zone);
}
