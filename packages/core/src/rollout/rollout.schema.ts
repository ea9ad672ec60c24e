import { z } from 'zod';
import { jobLimits } from '../job/job-limits.js';
import { durationSchema, labelsSchema, percentSchema } from '../job/parts.schema.js';
import type { ExpectedText } from '../text/expected-texts.js';
import { problemParams } from '../zod-problems.js';
import { type RingRule, type RolloutRules, rolloutDefaults } from './rollout-rules.js';

const labelRingSchema = z.strictObject({
  labels: labelsSchema.refine(
    (labels) => Object.keys(labels).length > 0,
    problemParams('too_short', 'at least one label'),
  ),
});

/** `5%`, or `{ labels: { ring: canary } }`. */
const ringSchema = z.unknown().transform((value, context): RingRule => {
  const isShare = typeof value === 'string' || typeof value === 'number';
  const result = isShare ? percentSchema.safeParse(value) : labelRingSchema.safeParse(value);
  if (result.success) return typeof result.data === 'number' ? { percent: result.data } : result.data;
  const isOther = !isShare && (value === null || typeof value !== 'object');
  if (isOther) {
    const expected = 'a share such as 5%, or a map with labels';
    context.addIssue({ code: 'custom', input: value, ...problemParams('wrong_value', expected) });
  } else for (const issue of result.error.issues) context.addIssue({ ...issue, input: issue.input } as never);
  return z.NEVER;
});

/** Its order is judged by itself, so that a wrong soak beside it hides nothing. */
const ringsSchema = z
  .array(ringSchema)
  .min(1)
  .max(jobLimits.rolloutRings)
  .superRefine((rings, context) => {
    const problem = ringsProblem(rings);
    if (!problem) return;
    const [index, expected] = problem;
    const input = rings[index];
    context.addIssue({ code: 'custom', path: [index], input, ...problemParams('wrong_value', expected) });
  });

/** `rollout` of a job file. Shares grow, and the last ring is all hosts. */
export const rolloutSchema = z
  .strictObject({
    rings: ringsSchema,
    soak: durationSchema(jobLimits.soakMs).optional(),
    haltOn: z
      .strictObject({
        failureRate: percentSchema.optional(),
        minimum: z.int().min(1).max(jobLimits.rolloutMinimum).optional(),
      })
      .optional(),
  })
  .transform(
    ({ rings, soak, haltOn }): RolloutRules => ({
      rings,
      soakMs: soak ?? rolloutDefaults.soakMs,
      haltOn: {
        failureRate: haltOn?.failureRate ?? rolloutDefaults.haltOn.failureRate,
        minimum: haltOn?.minimum ?? rolloutDefaults.haltOn.minimum,
      },
    }),
  );

function ringsProblem(rings: readonly RingRule[]): [number, ExpectedText] | null {
  let before = 0;
  for (const [index, ring] of rings.entries()) {
    if (!('percent' in ring)) continue;
    if (ring.percent <= before) return [index, `a share above ${before}%, which a ring before has`];
    before = ring.percent;
  }
  return before === 100 && 'percent' in (rings.at(-1) ?? {})
    ? null
    : [rings.length - 1, '100%: the last ring is all hosts'];
}
