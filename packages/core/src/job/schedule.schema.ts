import { parseCron } from '@carillon/wintask/cron/cron';
import type { ScheduleEntry } from '@carillon/wintask/schedule/schedule';
import { isTimeZone } from '@carillon/wintask/time/zone';
import { z } from 'zod';
import { problemParams } from '../zod-problems.js';
import { jobLimits } from './job-limits.js';
import { durationSchema, notSupportedYet } from './parts.schema.js';

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

const planned = {
  calendar: notSupportedYet('business calendars'),
  jitter: notSupportedYet('jitter'),
  after: notSupportedYet('fixed delay'),
};

const entrySchema = z
  .strictObject({
    cron: cronSchema.optional(),
    every: durationSchema(jobLimits.everyMs)
      .refine((ms) => ms % 60_000 === 0, problemParams('wrong_value', 'whole minutes'))
      .optional(),
    at: atSchema.optional(),
    on: z
      .union([z.enum(['startup', 'logon']), z.strictObject({ event: eventSchema })], {
        error: 'startup, logon or { event: { log, source, id } }',
      })
      .optional(),
    timezone: timezoneSchema.optional(),
    ...planned,
  })
  .superRefine((entry, context) => {
    const given = (['cron', 'every', 'at', 'on'] as const).filter((key) => entry[key] !== undefined);
    if (given.length !== 1) {
      context.addIssue({
        code: 'custom',
        input: entry,
        ...problemParams('wrong_value', 'exactly one of cron, every, at, on'),
      });
    }
    if (entry.timezone !== undefined && entry.cron === undefined && entry.at === undefined) {
      context.addIssue({
        code: 'custom',
        input: entry,
        path: ['timezone'],
        ...problemParams('wrong_value', 'a time zone only beside cron or at'),
      });
    }
  })
  .transform((entry): ScheduleEntry => {
    const zone = entry.timezone === undefined || entry.timezone === 'host' ? {} : { timezone: entry.timezone };
    if (entry.cron !== undefined)
      return entry.cron.trim() === '@reboot'
        ? { kind: 'startup' }
        : { kind: 'cron', expression: oneBlank(entry.cron), ...zone };
    if (entry.every !== undefined) return { kind: 'every', intervalMs: entry.every };
    if (entry.at !== undefined) return { kind: 'at', local: entry.at, ...zone };
    if (typeof entry.on === 'object') {
      const { log, source, id } = entry.on.event;
      return {
        kind: 'event',
        log,
        ...(source === undefined ? {} : { source }),
        ...(id === undefined ? {} : { eventId: id }),
      };
    }
    return { kind: entry.on ?? 'startup' };
  });

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
