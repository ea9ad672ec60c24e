import { parseWallClock } from '@carillon/wintask/time/wall-clock';
import { fromWall, isTimeZone } from '@carillon/wintask/time/zone';
import { z } from 'zod';
import type { ExpectedText } from '../../text/expected-texts.js';
import { problemParams, says } from '../../zod-problems.js';
import { type Matcher, readMatcher } from '../quiet/matchers.js';

/** Limits of what people write about alerts. */
export const alertDocumentLimits = {
  matchers: 20,
  reasonCharacters: 500,
  steps: 10,
  targets: 20,
  repeats: 5,
  depth: 5,
  routes: 50,
  people: 100,
  layers: 10,
  spans: 20,
  overrides: 100,
  waitMs: { min: 0, max: 7 * 24 * 3_600_000 },
  everyMs: { min: 60_000, max: 7 * 24 * 3_600_000 },
  windowMs: { min: 60_000, max: 14 * 24 * 3_600_000 },
} as const;

/** `role=db`, `host=~web-.*`. */
const matcherSchema = z.string().transform((text, context): Matcher => {
  const read = readMatcher(text);
  if (read.ok) return read.value;
  const expected: ExpectedText = `${read.message} (such as role=db, host=~web-.*, env!=prod)`;
  context.addIssue({ code: 'custom', input: text, ...problemParams('wrong_value', expected) });
  return z.NEVER;
});

/** One matcher, a list of them, or a map of labels to the values they have. */
export const matchersSchema = z
  .union(
    [
      z.string(),
      z.array(z.string()).max(alertDocumentLimits.matchers),
      z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    ],
    says('labels such as env=prod, host=~web-.*'),
  )
  .transform((given) => {
    if (typeof given === 'string') return [given];
    return Array.isArray(given) ? given : Object.entries(given).map(([label, value]) => `${label}=${value}`);
  })
  .pipe(z.array(matcherSchema).max(alertDocumentLimits.matchers));

export const zoneSchema = z
  .string()
  .refine(isTimeZone, problemParams('wrong_value', 'an IANA time zone such as Europe/Berlin'));

export const wallClockSchema = z
  .string()
  .refine(
    (text) => parseWallClock(text) !== undefined,
    problemParams('wrong_value', 'a date and time such as 2026-12-31T23:00 (or with Z or +08:00)'),
  );

/** The instant that a date and time means in a zone; the first of two, the end of a gap. NaN: one of them cannot be read. */
export function instantOf(text: string, zone: string): number {
  const read = parseWallClock(text);
  // What is wrong is said of the fields themselves; those that compare them run beside that.
  if (!read || !isTimeZone(zone)) return Number.NaN;
  return read.offsetMs === undefined ? instantOfWall(zone, read.wallMs) : read.wallMs - read.offsetMs;
}

export function instantOfWall(zone: string, wallMs: number): number {
  const meaning = fromWall(zone, wallMs);
  return meaning.kind === 'overlap' ? meaning.first : meaning.at;
}

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** `mon`, `mon-fri`, `sat-sun` → numbers of days, 0 for Sunday. */
const dayRangeSchema = z.string().transform((text, context) => {
  const [first, last = first] = text.toLowerCase().split('-');
  const from = weekdays.indexOf(first as (typeof weekdays)[number]);
  const to = weekdays.indexOf(last as (typeof weekdays)[number]);
  if (from >= 0 && to >= 0) return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, index) => (from + index) % 7);
  context.addIssue({
    code: 'custom',
    input: text,
    ...problemParams('wrong_value', 'a day or days such as mon or mon-fri'),
  });
  return z.NEVER;
});

/** `22:00` → minutes since midnight; `24:00` is the end of a day. */
const timeOfDaySchema = z.string().transform((text, context) => {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text);
  const minutes = match ? Number(match[1]) * 60 + Number(match[2]) : Number.NaN;
  if (minutes <= 1_440 && Number(match?.[2]) < 60) return minutes;
  context.addIssue({ code: 'custom', input: text, ...problemParams('wrong_value', 'a time such as 22:00') });
  return z.NEVER;
});

/** A piece of every week. When it ends before it begins it ends on the next day. */
export interface WeeklySpan {
  /** Days on which it begins, 0 for Sunday. */
  readonly days: readonly number[];
  /** Minutes since midnight, on the clocks of the document's zone. */
  readonly fromMinute: number;
  readonly toMinute: number;
}

export const weeklySpansSchema = z
  .array(
    z.strictObject({
      days: z.union([dayRangeSchema, z.array(dayRangeSchema).min(1).max(7)]).optional(),
      from: timeOfDaySchema,
      to: timeOfDaySchema,
    }),
  )
  .min(1)
  .max(alertDocumentLimits.spans)
  .transform((spans) =>
    spans.map(
      ({ days, from, to }): WeeklySpan => ({
        days: days ? [...new Set(days.flat())].sort((a, b) => a - b) : [0, 1, 2, 3, 4, 5, 6],
        fromMinute: from,
        toMinute: to,
      }),
    ),
  );

export const reasonTextSchema = z.string().min(1).max(alertDocumentLimits.reasonCharacters);
