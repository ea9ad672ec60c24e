import { parseCron } from '@carillon/wintask/cron/cron';
import { z } from 'zod';
import { jobLimits } from '../../job/job-limits.js';
import { durationSchema, nameSchema } from '../../job/parts.schema.js';
import type { ExpectedText } from '../../text/expected-texts.js';
import { problemParams } from '../../zod-problems.js';
import type { Matcher } from '../quiet/matchers.js';
import {
  alertDocumentLimits,
  instantOf,
  matchersSchema,
  reasonTextSchema,
  type WeeklySpan,
  wallClockSchema,
  weeklySpansSchema,
  zoneSchema,
} from './alert-parts.schema.js';

/** Planned quiet, once or again and again. */
export interface MaintenanceWindowSpec extends PlannedTimes {
  readonly name: string;
  readonly description: string;
  /** All of them have to fit; none: everything. */
  readonly match: readonly Matcher[];
  readonly reason: string;
}

/** A time, or times that come again and again. */
export interface PlannedTimes {
  /** On whose clocks its times are. */
  readonly timezone: string;
  readonly when: WindowTimes;
  /** Between which it may recur; ISO instants, null without a border. */
  readonly from: string | null;
  readonly until: string | null;
}

export type WindowTimes =
  /** ISO instants. */
  | { readonly kind: 'once'; readonly from: string; readonly until: string }
  | { readonly kind: 'cron'; readonly expression: string; readonly durationMs: number }
  | { readonly kind: 'weekly'; readonly spans: readonly WeeklySpan[] };

const cronSchema = z.string().superRefine((expression, context) => {
  const result = parseCron(expression);
  if (result.ok) return;
  const expected: ExpectedText = `${result.problem.expected} in the ${result.problem.field} field of a 5-field crontab`;
  context.addIssue({ code: 'custom', input: expression, ...problemParams('wrong_value', expected) });
});

/** Fields that say when: `from` and `until`, or `cron` and `for`, or `weekly`. */
export const timesShape = {
  timezone: zoneSchema.optional(),
  from: wallClockSchema.optional(),
  until: wallClockSchema.optional(),
  cron: cronSchema.optional(),
  for: durationSchema(alertDocumentLimits.windowMs).optional(),
  weekly: weeklySpansSchema.optional(),
};

/** `kind: MaintenanceWindow` as people write it: `from` and `until`, or `cron` and `for`, or `weekly`. */
export const maintenanceWindowFileSchema = z
  .strictObject({
    kind: z.literal('MaintenanceWindow'),
    name: nameSchema,
    description: z.string().max(jobLimits.descriptionCharacters).optional(),
    match: matchersSchema.optional(),
    reason: reasonTextSchema.optional(),
    ...timesShape,
  })
  .superRefine(checkTimes)
  .transform(
    (file): MaintenanceWindowSpec => ({
      name: file.name,
      description: file.description ?? '',
      match: file.match ?? [],
      reason: file.reason ?? '',
      ...readTimes(file),
    }),
  );

interface Times {
  readonly timezone?: string | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly cron?: string | undefined;
  readonly for?: number | undefined;
  readonly weekly?: readonly WeeklySpan[] | undefined;
}

/** A problem with what was written in the fields of `timesShape`, at the field that has it. */
export function checkTimes(file: Times, context: z.RefinementCtx): void {
  const problem = timesProblem(file);
  if (!problem) return;
  const [path, expected] = problem;
  context.addIssue({ code: 'custom', path: [path], input: file[path], ...problemParams('wrong_value', expected) });
}

export function readTimes(file: Times): PlannedTimes {
  const timezone = file.timezone ?? 'UTC';
  const iso = (text: string | undefined) =>
    text === undefined ? null : new Date(instantOf(text, timezone)).toISOString();
  const { cron, weekly } = file;
  const [from, until] = [iso(file.from), iso(file.until)];
  const when: WindowTimes = cron
    ? { kind: 'cron', expression: cron, durationMs: file.for ?? 0 }
    : weekly
      ? { kind: 'weekly', spans: weekly }
      : { kind: 'once', from: from ?? '', until: until ?? '' };
  return { timezone, when, from, until };
}

function timesProblem(file: Times): [keyof Times, ExpectedText] | null {
  const { timezone = 'UTC', from, until, cron, weekly } = file;
  if (cron !== undefined && weekly !== undefined) return ['weekly', 'cron or weekly, not both'];
  if (cron !== undefined && file.for === undefined) return ['for', 'a duration such as 2h, how long each window is'];
  if (cron === undefined && file.for !== undefined) return ['for', 'a cron beside it (a single window has an until)'];
  const again = cron !== undefined || weekly !== undefined;
  if (!again && from === undefined) return ['from', 'a date and time (or a cron with for, or weekly times)'];
  if (!again && until === undefined) return ['until', 'a date and time: every window ends'];
  if (from !== undefined && until !== undefined && instantOf(from, timezone) >= instantOf(until, timezone))
    return ['until', `a time after from (${from})`];
  return null;
}
