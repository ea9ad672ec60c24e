import { z } from 'zod';
import { jobLimits } from '../../job/job-limits.js';
import { nameSchema } from '../../job/parts.schema.js';
import { problemParams } from '../../zod-problems.js';
import type { Matcher } from '../quiet/matchers.js';
import { instantOf, matchersSchema, reasonTextSchema, wallClockSchema, zoneSchema } from './alert-parts.schema.js';

/** What is not to be told for a while. */
export interface SilenceSpec {
  readonly name: string;
  readonly description: string;
  /** All of them have to fit. */
  readonly match: readonly Matcher[];
  /** ISO instants. */
  readonly from: string | null;
  readonly until: string;
  readonly reason: string;
  /** Who asked for it; null: who applied it. */
  readonly author: string | null;
}

/** `kind: Silence` as people write it. It always ends, says why, and does not fit everything by accident. */
export const silenceFileSchema = z
  .strictObject({
    kind: z.literal('Silence'),
    name: nameSchema,
    description: z.string().max(jobLimits.descriptionCharacters).optional(),
    match: matchersSchema.refine(
      (matchers) => matchers.length > 0,
      problemParams('wrong_value', 'at least one label to match (host=~.* for everything on hosts)'),
    ),
    timezone: zoneSchema.optional(),
    from: wallClockSchema.optional(),
    until: wallClockSchema,
    reason: reasonTextSchema,
    author: z.string().min(1).max(jobLimits.nameCharacters).optional(),
  })
  .superRefine(({ timezone = 'UTC', from, until }, context) => {
    if (from === undefined || !(instantOf(from, timezone) >= instantOf(until, timezone))) return;
    const params = problemParams('wrong_value', `a time after from (${from})`);
    context.addIssue({ code: 'custom', path: ['until'], input: until, ...params });
  })
  .transform(({ name, description, match, timezone = 'UTC', from, until, reason, author }): SilenceSpec => {
    const iso = (text: string) => new Date(instantOf(text, timezone)).toISOString();
    return {
      name,
      description: description ?? '',
      match,
      from: from === undefined ? null : iso(from),
      until: iso(until),
      reason,
      author: author ?? null,
    };
  });
