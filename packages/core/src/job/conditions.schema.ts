import { z } from 'zod';
import { problemParams } from '../zod-problems.js';
import { jobLimits } from './job-limits.js';
import type { Conditions } from './job-spec.js';
import { checkPlaceholders, durationSchema, percentSchema } from './parts.schema.js';

const watchedPathSchema = z
  .string()
  .min(1)
  .max(1_000)
  .refine(
    (path) => !/["<>|\p{Cc}]/u.test(path) && !/[*?]/.test(path.replace(/[^\\/]*$/, '')),
    problemParams('wrong_value', 'a path, with * and ? only in its last part'),
  )
  .superRefine(checkPlaceholders);

/** `when:` of a job file. */
export const conditionsSchema = z
  .strictObject({
    cpuBelow: percentSchema.optional(),
    memoryBelow: percentSchema.optional(),
    fileExists: watchedPathSchema.optional(),
    waitUpTo: durationSchema(jobLimits.waitUpToMs).optional(),
  })
  .superRefine((when, context) => {
    if (when.cpuBelow === undefined && when.memoryBelow === undefined && when.fileExists === undefined) {
      context.addIssue({
        code: 'custom',
        input: when,
        ...problemParams('missing', 'at least one of cpuBelow, memoryBelow, fileExists'),
      });
    }
  })
  .transform(
    ({ cpuBelow, memoryBelow, fileExists, waitUpTo }): Conditions => ({
      ...(cpuBelow === undefined ? {} : { cpuBelowPercent: cpuBelow }),
      ...(memoryBelow === undefined ? {} : { memoryBelowPercent: memoryBelow }),
      ...(fileExists === undefined ? {} : { fileExists }),
      waitUpToMs: waitUpTo ?? 0,
    }),
  );
