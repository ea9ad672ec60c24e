import { daysInMonth } from '../cron/matching-days.js';
import { formatWall } from '../time/wall-clock.js';
import { fromWall, offsetMs, toLocal } from '../time/zone.js';
import type { GridRule, OnceRule, RateRule, Rule } from './rule.js';

/** One time at which a schedule fires. `local` is what the clocks of `zone` show at `atMs`. */
export interface Occurrence {
  atMs: number;
  local: string;
  zone: string;
  /** `after-gap`: moved to the first instant after a skipped hour. `repeated-hour`: the second pass of a doubled hour. */
  mark?: 'after-gap' | 'repeated-hour';
}

interface Instant {
  atMs: number;
  mark?: 'after-gap' | 'repeated-hour';
}

const SECOND = 1000;
const MINUTE = 60_000;
const DAY = 86_400_000;
// No zone is further from UTC than this, so a day widened by it contains all its local readings.
const ZONE_REACH = 26 * 3_600_000;

function meaningsOf(rule: GridRule, wallMs: number): Instant[] {
  const meaning = fromWall(rule.zone, wallMs);
  switch (meaning.kind) {
    case 'unique':
      return [{ atMs: meaning.at }];
    case 'gap':
      return rule.everyPass ? [] : [{ atMs: meaning.at, mark: 'after-gap' }];
    case 'overlap':
      if (!rule.everyPass) return [{ atMs: meaning.first }];
      return [{ atMs: meaning.first }, { atMs: meaning.second, mark: 'repeated-hour' }];
  }
}

/** The fires of one local day in order; `dayWall` is its midnight read as UTC. */
function dayInstants(rule: GridRule, dayWall: number): Instant[] {
  const offset = offsetMs(rule.zone, dayWall - ZONE_REACH);
  if (offset === offsetMs(rule.zone, dayWall + DAY + ZONE_REACH)) {
    const base = dayWall + rule.seconds * SECOND - offset;
    return rule.times.map((time) => ({ atMs: base + time * MINUTE }));
  }
  // A stable sort keeps a time that exists ahead of one that was moved onto it, whose mark would mislead.
  const all = rule.times.flatMap((time) => meaningsOf(rule, dayWall + time * MINUTE + rule.seconds * SECOND));
  return all.sort((a, b) => a.atMs - b.atMs || Number(a.mark !== undefined) - Number(b.mark !== undefined));
}

function occurrence(rule: { zone: string }, instant: Instant): Occurrence {
  const { atMs, mark } = instant;
  const local = formatWall(atMs + offsetMs(rule.zone, atMs));
  return mark === undefined ? { atMs, local, zone: rule.zone } : { atMs, local, zone: rule.zone, mark };
}

function* gridInstants(rule: GridRule, fromMs: number, untilMs: number): Generator<Instant> {
  const start = toLocal(rule.zone, fromMs);
  // One day back: a gap at midnight moves a fire into the next day.
  const firstDay = Date.UTC(start.year, start.month - 1, start.day) - DAY;
  const first = toLocal('UTC', firstDay);
  // A calendar of dates has an end, which keeps a search without one from looking for ever.
  const lastDay = Math.min(untilMs + ZONE_REACH, rule.calendar?.lastDayMs ?? Number.POSITIVE_INFINITY);
  let last = fromMs;
  for (let index = first.year * 12 + first.month - 1; ; index++) {
    const month = (index % 12) + 1;
    // A yearly rule looked far ahead is mostly months without it; only their years can end the search.
    if (month > 1 && rule.cron && !rule.cron.months.includes(month)) continue;
    const year = Math.floor(index / 12);
    if (Date.UTC(year, month - 1, 1) > lastDay) return;
    for (const day of rule.daysOf(year, month)) {
      const dayWall = Date.UTC(year, month - 1, day);
      if (dayWall < firstDay || day > daysInMonth(year, month)) continue;
      if (rule.calendar && !rule.calendar.has(year, month, day)) continue;
      for (const instant of dayInstants(rule, dayWall)) {
        if (instant.atMs <= last) continue;
        if (instant.atMs > untilMs) return;
        last = instant.atMs;
        yield instant;
      }
    }
  }
}

function* rateInstants(rule: RateRule, fromMs: number, untilMs: number): Generator<Instant> {
  const { anchorMs, intervalMs, calendar } = rule;
  const end = Math.min(untilMs, (calendar?.lastDayMs ?? Number.POSITIVE_INFINITY) + DAY + ZONE_REACH);
  const passed = Math.floor((fromMs - anchorMs) / intervalMs);
  for (let atMs = anchorMs + Math.max(0, passed + 1) * intervalMs; atMs <= end; atMs += intervalMs) {
    if (calendar) {
      const { year, month, day } = toLocal(rule.zone, atMs);
      if (!calendar.has(year, month, day)) continue;
    }
    yield { atMs };
  }
}

/** The instant of a single date and time, moved behind a gap, the first of two. */
export function instantOfOnce(rule: OnceRule): Instant {
  if (rule.offsetMs !== undefined) return { atMs: rule.wallMs - rule.offsetMs };
  const meaning = fromWall(rule.zone, rule.wallMs);
  if (meaning.kind === 'gap') return { atMs: meaning.at, mark: 'after-gap' };
  return { atMs: meaning.kind === 'overlap' ? meaning.first : meaning.at };
}

/** The instants of one rule in (fromMs, untilMs], in order, each once. */
export function* ruleInstants(rule: Rule, fromMs: number, untilMs: number): Generator<Instant> {
  switch (rule.kind) {
    case 'grid':
      yield* gridInstants(rule, fromMs, untilMs);
      return;
    case 'rate':
      yield* rateInstants(rule, fromMs, untilMs);
      return;
    case 'once': {
      const instant = instantOfOnce(rule);
      if (instant.atMs > fromMs && instant.atMs <= untilMs) yield instant;
      return;
    }
    case 'signal':
    case 'after':
    case 'watched':
      return;
  }
}

/** Fires of one rule in (fromMs, untilMs], in order, each instant once. */
export function* ruleOccurrences(rule: Rule, fromMs: number, untilMs: number): Generator<Occurrence> {
  if (!('zone' in rule)) return;
  for (const instant of ruleInstants(rule, fromMs, untilMs)) yield occurrence(rule, instant);
}
