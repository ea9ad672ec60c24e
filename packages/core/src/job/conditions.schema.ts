import { z } from 'zod';
import { problemParams } from '../zod-problems.js';
import { jobLimits } from './job-limits.js';
import type { Conditions } from './job-spec.js';
import { checkPlaceholders, durationSchema, filePatternSchema, percentSchema } from './parts.schema.js';

/** `when:` of a job file. */
export const conditionsSchema = z
  .strictObject({
    cpuBelow: percentSchema.optional(),
    memoryBelow: percentSchema.optional(),
    fileExists: filePatternSchema.superRefine(checkPlaceholders).optional(),
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
