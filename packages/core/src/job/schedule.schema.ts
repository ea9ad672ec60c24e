import { parseCron } from '@carillon/wintask/cron/cron';
import { dayFilter } from '@carillon/wintask/schedule/day-calendar';
import type { DayCalendar, ScheduleEntry, WatchedEntry } from '@carillon/wintask/schedule/schedule';
import { isTimeZone } from '@carillon/wintask/time/zone';
import { z } from 'zod';
import { isCalendarName } from '../calendar/named-days.js';
import type { ExpectedText } from '../text/expected-texts.js';
import { problemParams, says } from '../zod-problems.js';
import { jobLimits } from './job-limits.js';
import { durationSchema, filePatternSchema, nameSchema, percentSchema } from './parts.schema.js';

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

/** `{ file: 'D:\\in\\*.csv' }`, `{ cpuAbove: 85%, for: 5m }`, `{ job: extract, outcome: success }`: what the agent watches for. */
const watchedShape = {
  file: filePatternSchema.optional(),
  cpuAbove: percentSchema.optional(),
  memoryAbove: percentSchema.optional(),
  diskAbove: percentSchema.optional(),
  /** A drive; the system's own without it. */
  disk: z
    .string()
    .regex(/^([A-Za-z]:|\/.{0,200})$/, says('a drive such as C:'))
    .optional(),
  for: durationSchema(jobLimits.metricForMs).optional(),
  job: nameSchema.optional(),
  outcome: z.enum(['success', 'failure', 'any']).optional(),
};

const signals = ['event', 'file', 'cpuAbove', 'memoryAbove', 'diskAbove', 'job'] as const;
/** Which keys can stand beside which. */
const companions: Readonly<Record<string, readonly string[]>> = {
  for: ['cpuAbove', 'memoryAbove', 'diskAbove'],
  disk: ['diskAbove'],
  outcome: ['job'],
};

const signalSchema = z
  .unknown()
  .transform((on) => (typeof on === 'string' ? { word: on } : on))
  .pipe(
    z
      .strictObject({ word: z.string().optional(), event: eventSchema.optional(), ...watchedShape })
      .superRefine((on, context) => {
        const refuse = (path: string[], expected: ExpectedText) =>
          context.addIssue({ code: 'custom', input: on, path, ...problemParams('wrong_value', expected) });
        const given = signals.filter((key) => on[key] !== undefined);
        const isWord = on.word === 'startup' || on.word === 'logon';
        if (on.word === undefined ? given.length !== 1 : !isWord)
          refuse([], `startup, logon or one of ${signals.map((key) => `{ ${key}: … }`).join(', ')}`);
        for (const [key, beside] of Object.entries(companions))
          if (on[key as keyof typeof on] !== undefined && !beside.some((other) => other === given[0]))
            refuse([key], `no ${key} without ${beside.join(', ')}`);
      }),
  );

const minutesSchema = durationSchema(jobLimits.everyMs).refine(
  (ms) => ms % 60_000 === 0,
  problemParams('wrong_value', 'whole minutes'),
);

const daysSchema = z.union([z.string(), z.array(z.string()).max(jobLimits.calendarDays)]).transform((days, context) => {
  const list = typeof days === 'string' ? [days] : days;
  const read = dayFilter({ only: list.filter((item) => !isCalendarName(item)) });
  if (!read.ok)
    context.addIssue({ code: 'custom', input: days, ...problemParams('wrong_value', `days, but ${read.message}`) });
  return list;
});

/** `cn-holidays`: on its days alone; `-cn-holidays`: on all but its days. */
const calendarSchema = z.preprocess(
  (written, context) => {
    if (typeof written !== 'string') return written;
    const name = written.startsWith('-') ? written.slice(1) : written;
    if (isCalendarName(name)) return written === name ? { only: [name] } : { except: [name] };
    context.addIssue({
      code: 'custom',
      input: written,
      ...problemParams(
        'wrong_value',
        'the name of a calendar, or -name for all days but its, or days such as { except: [2026-12-25, 10-01..10-07] }',
      ),
    });
    return z.NEVER;
  },
  z.strictObject({ only: daysSchema.optional(), except: daysSchema.optional() }),
);

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
    const refuse = (path: string[], expected: ExpectedText) =>
      context.addIssue({ code: 'custom', input: entry, path, ...problemParams('wrong_value', expected) });
    const given = kinds.filter((key) => entry[key] !== undefined);
    const [kind] = given;
    if (given.length !== 1 || kind === undefined) return refuse([], `exactly one of ${kinds.join(', ')}`);
    for (const [key, allowed] of Object.entries(beside)) {
      if (entry[key as keyof typeof entry] !== undefined && !allowed.includes(kind))
        refuse([key], `no ${key} beside ${kind}: only beside ${allowed.join(', ')}`);
    }
    if (entry.jitter !== undefined && entry.on && watchedEntry(entry.on))
      refuse(['jitter'], 'no jitter beside what the agent watches for');
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
    const watched = entry.on && watchedEntry(entry.on);
    if (watched) return watched;
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

function watchedEntry(on: z.output<typeof signalSchema>): WatchedEntry | undefined {
  if (on.file !== undefined) return { kind: 'file', pattern: on.file };
  if (on.job !== undefined) return { kind: 'job', job: on.job, outcome: on.outcome ?? 'success' };
  const shared = { kind: 'metric' as const, forMs: on.for ?? jobLimits.metricForMs.default };
  if (on.cpuAbove !== undefined) return { ...shared, metric: 'cpu', abovePercent: on.cpuAbove };
  if (on.memoryAbove !== undefined) return { ...shared, metric: 'memory', abovePercent: on.memoryAbove };
  if (on.diskAbove !== undefined)
    return {
      ...shared,
      metric: 'disk',
      abovePercent: on.diskAbove,
      ...(on.disk === undefined ? {} : { disk: on.disk }),
    };
  return undefined;
}

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
