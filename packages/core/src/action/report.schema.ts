import { z } from 'zod';
import { durationSchema, nameSchema } from '../job/parts.schema.js';
import { targetsSchema } from '../job/targets.schema.js';
import { problemParams, says } from '../zod-problems.js';
import { actionLimits, reportDefaults } from './action-limits.js';
import type { ReportSpec } from './report.js';

const each = (names: readonly string[]) => new Set(names.map((name) => name.toLowerCase())).size === names.length;
const oneOrMany = (value: unknown) => (typeof value === 'string' ? [value] : value);

const patternSchema = z
  .string()
  .min(1)
  .max(actionLimits.patternCharacters)
  .refine(
    (name) => !/[\\/\p{Cc}]/u.test(name),
    problemParams('wrong_value', 'the name of a job, with * for any text, such as Night*'),
  );

/** `report` as people write it; parsing gives the full definition. */
export const reportSchema = z
  .strictObject({
    to: z.preprocess(
      oneOrMany,
      z
        .array(nameSchema)
        .min(1)
        .max(actionLimits.reportChannels)
        .refine(each, problemParams('duplicate', 'each channel once')),
    ),
    jobs: z.preprocess(oneOrMany, z.array(patternSchema).min(1).max(actionLimits.patterns)).optional(),
    hosts: z.union([z.literal('this'), targetsSchema], says('this, or a map as in targets')).optional(),
    period: z
      .union(
        [z.literal('since-last'), durationSchema(actionLimits.reportPeriodMs)],
        says('a duration such as 24h or 7d, or since-last'),
      )
      .optional(),
  })
  .transform(
    ({ to, jobs, hosts, period }): ReportSpec => ({
      to,
      jobs: jobs ?? null,
      hosts: hosts ?? null,
      periodMs: period === 'since-last' ? null : (period ?? reportDefaults.periodMs),
    }),
  );
