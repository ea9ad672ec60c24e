import { z } from 'zod';
import { problemParams } from '../zod-problems.js';
import { jobLimits } from './job-limits.js';
import { type HostOverride, type MissedPolicy, type RunSpec, rightsKinds } from './job-spec.js';
import { hostNameSchema } from './parts.schema.js';
import { argumentsSchema, pathSchema } from './run.schema.js';
import type { RunAs } from './run-as.js';
import { scheduleSchema } from './schedule.schema.js';

/** `overrides`: what is different on some hosts. */
export function overridesSchema({ runAs, onMissed }: { runAs: z.ZodType<RunAs>; onMissed: z.ZodType<MissedPolicy> }) {
  const override = z
    .strictObject({
      hosts: z.array(hostNameSchema).min(1).max(jobLimits.targetNames),
      schedule: scheduleSchema.optional(),
      arguments: argumentsSchema.optional(),
      workingDirectory: pathSchema.nullish(),
      runAs: runAs.optional(),
      rights: z.enum(rightsKinds).optional(),
      enabled: z.boolean().optional(),
      onMissed: onMissed.optional(),
    })
    .transform(({ hosts, ...parts }): HostOverride => {
      const given = Object.entries(parts).filter(([, value]) => value !== undefined);
      return { hosts, ...Object.fromEntries(given) };
    });
  return z
    .array(override)
    .max(jobLimits.overrides)
    .superRefine((overrides, context) => {
      const seen = new Set<string>();
      for (const [index, { hosts }] of overrides.entries()) {
        for (const name of hosts) {
          if (seen.has(name.toLowerCase()))
            context.addIssue({
              code: 'custom',
              input: name,
              path: [index, 'hosts'],
              ...problemParams('duplicate', 'each host in one override only'),
            });
          seen.add(name.toLowerCase());
        }
      }
    });
}

/** Arguments are those of a program; a script has none. */
export function argumentsOfScripts(run: RunSpec, overrides: readonly HostOverride[]): number[] {
  if (run.kind === 'program') return [];
  return overrides.flatMap((override, index) => (override.arguments === undefined ? [] : [index]));
}
