import { z } from 'zod';
import type { Target } from '../host/target.js';
import { problemParams } from '../zod-problems.js';
import { jobLimits } from './job-limits.js';
import { hostNameSchema, labelsSchema, nameSchema } from './parts.schema.js';

/** What selects hosts, as people write it; `group: x` and `groups: [x]` mean the same. */
export const targetsSchema = z
  .strictObject({
    all: z.literal(true).optional(),
    labels: labelsSchema
      .refine((labels) => Object.keys(labels).length > 0, problemParams('too_short', 'at least one label'))
      .optional(),
    hosts: z.array(hostNameSchema).min(1).max(jobLimits.targetNames).optional(),
    group: nameSchema.optional(),
    groups: z.array(nameSchema).min(1).max(jobLimits.targetNames).optional(),
  })
  .superRefine((target, context) => {
    if (Object.values(target).every((part) => part === undefined)) {
      context.addIssue({
        code: 'custom',
        input: target,
        ...problemParams('missing', 'at least one of labels, hosts, group, all'),
      });
    }
  })
  .transform(({ all, labels, hosts, group, groups }): Target => {
    const allGroups = [...(group === undefined ? [] : [group]), ...(groups ?? [])];
    return {
      ...(all ? { all } : {}),
      ...(labels ? { labels } : {}),
      ...(hosts ? { hosts } : {}),
      ...(allGroups.length > 0 ? { groups: allGroups } : {}),
    };
  });
