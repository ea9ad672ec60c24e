import { z } from 'zod';
import { reasonTextSchema } from '../alert/documents/alert-parts.schema.js';
import { checkTimes, type PlannedTimes, readTimes, timesShape } from '../alert/documents/maintenance-window.schema.js';
import { jobLimits } from '../job/job-limits.js';
import { labelsSchema, nameSchema } from '../job/parts.schema.js';
import { problemParams } from '../zod-problems.js';

/** Times in which definitions stay as they are. */
export interface FreezeSpec extends PlannedTimes {
  readonly name: string;
  readonly description: string;
  readonly reason: string;
  readonly covers: FreezeCover;
}

/** Changes that it holds back: of these jobs, and on hosts with all these labels. */
export interface FreezeCover {
  /** Every job. */
  readonly all?: true;
  /** Names, in any case; `*` stands for anything. */
  readonly jobs?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

const patternSchema = z
  .string()
  .min(1)
  .max(jobLimits.nameCharacters)
  .refine(
    (text) => nameSchema.safeParse(text.replaceAll('*', 'x')).success,
    problemParams('wrong_value', 'the name of a job, with * for anything'),
  );

const coversSchema = z
  .strictObject({
    all: z.literal(true).optional(),
    jobs: z.array(patternSchema).min(1).max(jobLimits.targetNames).optional(),
    labels: labelsSchema
      .refine((labels) => Object.keys(labels).length > 0, problemParams('too_short', 'at least one label'))
      .optional(),
  })
  .superRefine((covers, context) => {
    if (Object.values(covers).some((part) => part !== undefined)) return;
    context.addIssue({
      code: 'custom',
      input: covers,
      ...problemParams('missing', 'at least one of all, jobs, labels'),
    });
  })
  .transform(
    ({ all, jobs, labels }): FreezeCover => ({
      ...(all ? { all } : {}),
      ...(jobs ? { jobs } : {}),
      ...(labels ? { labels } : {}),
    }),
  );

/** `kind: Freeze` as people write it; its times are those of a maintenance window. */
export const freezeFileSchema = z
  .strictObject({
    kind: z.literal('Freeze'),
    name: nameSchema,
    description: z.string().max(jobLimits.descriptionCharacters).optional(),
    reason: reasonTextSchema,
    covers: coversSchema,
    ...timesShape,
  })
  .superRefine(checkTimes)
  .transform(
    (file): FreezeSpec => ({
      name: file.name,
      description: file.description ?? '',
      reason: file.reason,
      covers: file.covers,
      ...readTimes(file),
    }),
  );
