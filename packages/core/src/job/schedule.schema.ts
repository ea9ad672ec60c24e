import { parseCron } from '@carillon/wintask/cron/cron';
import { dayFilter } from '@carillon/wintask/schedule/day-calendar';
import type { DayCalendar, ScheduleEntry } from '@carillon/wintask/schedule/schedule';
import { isTimeZone } from '@carillon/wintask/time/zone';
import { z } from 'zod';
import { problemParams } from '../zod-problems.js';
import { jobLimits } from './job-limits.js';
import { durationSchema } from './parts.schema.js';

const timezoneSchema = z
  .string()
  .refine(
    (zone) => zone === 'host' || isTimeZone(zone),
    problemParams('wrong_value', 'an IANA time zone such as Asia/Shanghai, or host'),
  );

const cronSchema = z.string().superRefine((expression, context) => {
  if (expression.trim() === '@reboot') return;
  const result = parseCron(expression);
  if (result.ok) return;
  const { field, expected } = result.problem;
  context.addIssue({
    code: 'custom',
    input: expression,
    ...problemParams('wrong_value', `${expected} in the ${field} field of a 5-field crontab`),
  });
});

const atSchema = z
  .string()
  .refine(
    (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?$/.test(text) && !Number.isNaN(Date.parse(text)),
    problemParams('wrong_value', 'a date and time such as 2026-12-31T23:00'),
  );

const eventSchema = z.strictObject({
  log: z.string().min(1).max(255),
  source: z.string().min(1).max(255).optional(),
  id: z.int().min(0).max(65_535).optional(),
});

/** What the agent could watch for; refused by name, never ignored. */
const watched: Readonly<Record<string, string>> = {
  file: 'file arrival',
  cpuAbove: 'measures',
  memoryAbove: 'measures',
  diskAbove: 'measures',
  job: 'chains of jobs',
};

const signalSchema = z
  .unknown()
  .transform((on) => (typeof on === 'string' ? { word: on } : on))
  .superRefine((on, context) => {
    const refuse = (code: 'wrong_value' | 'not_supported_yet', expected: string, path: string[] = []) =>
      context.addIssue({ code: 'custom', input: on, path, ...problemParams(code, expected) });
    const keys = typeof on === 'object' && on !== null ? Object.keys(on) : [];
    const later = keys.find((key) => watched[key] !== undefined);
    if (later) refuse('not_supported_yet', `no ${watched[later]}: this version does not run it yet`, [later]);
    else if (
      keys.length === 0 ||
      ('word' in (on as object) && !/^(startup|logon)$/.test((on as { word: string }).word))
    )
      refuse('wrong_value', 'startup, logon or { event: { log, source, id } }');
  })
  .pipe(z.strictObject({ word: z.enum(['startup', 'logon']).optional(), event: eventSchema.optional() }));

const minutesSchema = durationSchema(jobLimits.everyMs).refine(
  (ms) => ms % 60_000 === 0,
  problemParams('wrong_value', 'whole minutes'),
);

const daysSchema = z.union([z.string(), z.array(z.string()).max(jobLimits.calendarDays)]).transform((days, context) => {
  const list = typeof days === 'string' ? [days] : days;
  const read = dayFilter({ only: list });
  if (!read.ok)
    context.addIssue({ code: 'custom', input: days, ...problemParams('wrong_value', `days, but ${read.message}`) });
  return list;
});

const calendarSchema = z
  .unknown()
  .refine(
    (calendar) => typeof calendar !== 'string',
    problemParams(
      'not_supported_yet',
      'no calendars by name yet: list the days, { except: [2026-12-25, 10-01..10-07] }',
    ),
  )
  .pipe(z.strictObject({ only: daysSchema.optional(), except: daysSchema.optional() }));

const kinds = ['cron', 'every', 'at', 'after', 'on'] as const;
type Kind = (typeof kinds)[number];

/** Which entries a key can stand beside. */
const beside: Readonly<Record<string, readonly Kind[]>> = {
  timezone: ['cron', 'at'],
  calendar: ['cron', 'every'],
  jitter: ['cron', 'every', 'at', 'on'],
};

const entrySchema = z
  .strictObject({
    cron: cronSchema.optional(),
    every: minutesSchema.optional(),
    at: atSchema.optional(),
    after: minutesSchema.optional(),
    on: signalSchema.optional(),
    timezone: timezoneSchema.optional(),
    calendar: calendarSchema.optional(),
    jitter: durationSchema(jobLimits.jitterMs).optional(),
  })
  .superRefine((entry, context) => {
    const refuse = (path: string[], expected: string) =>
      context.addIssue({ code: 'custom', input: entry, path, ...problemParams('wrong_value', expected) });
    const given = kinds.filter((key) => entry[key] !== undefined);
    const [kind] = given;
    if (given.length !== 1 || kind === undefined) return refuse([], `exactly one of ${kinds.join(', ')}`);
    for (const [key, allowed] of Object.entries(beside)) {
      if (entry[key as keyof typeof entry] !== undefined && !allowed.includes(kind))
        refuse([key], `no ${key} beside ${kind}: only beside ${allowed.join(', ')}`);
    }
  })
  .transform((entry): ScheduleEntry => {
    const zone = entry.timezone === undefined || entry.timezone === 'host' ? {} : { timezone: entry.timezone };
    const jitter = entry.jitter === undefined ? {} : { jitterMs: entry.jitter };
    const limits = { ...(entry.calendar === undefined ? {} : { calendar: calendarOf(entry.calendar) }), ...jitter };
    if (entry.cron !== undefined)
      return entry.cron.trim() === '@reboot'
        ? { kind: 'startup', ...jitter }
        : { kind: 'cron', expression: oneBlank(entry.cron), ...zone, ...limits };
    if (entry.every !== undefined) return { kind: 'every', intervalMs: entry.every, ...limits };
    if (entry.at !== undefined) return { kind: 'at', local: entry.at, ...zone, ...jitter };
    if (entry.after !== undefined) return { kind: 'after', delayMs: entry.after };
    if (entry.on?.event) {
      const { log, source, id } = entry.on.event;
      return {
        kind: 'event',
        log,
        ...(source === undefined ? {} : { source }),
        ...(id === undefined ? {} : { eventId: id }),
        ...jitter,
      };
    }
    return { kind: entry.on?.word === 'logon' ? 'logon' : 'startup', ...jitter };
  });

function calendarOf({ only, except }: z.output<typeof calendarSchema>): DayCalendar {
  return { ...(only === undefined ? {} : { only }), ...(except === undefined ? {} : { except }) };
}

/** `"0 2 * * *"`, one entry, or a list of entries -> the schedule as wintask understands it. */
export const scheduleSchema = z.preprocess(
  (value) =>
    value === undefined
      ? value
      : (Array.isArray(value) ? value : [value]).map((entry) => (typeof entry === 'string' ? { cron: entry } : entry)),
  z.array(entrySchema).min(1).max(jobLimits.scheduleEntries),
);

function oneBlank(expression: string): string {
  return expression.trim().split(/\s+/).join(' ');
}
