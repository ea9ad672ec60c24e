import { z } from 'zod';
import { jobLimits } from '../../job/job-limits.js';
import { durationSchema, labelsSchema, nameSchema } from '../../job/parts.schema.js';
import { type AlertSeverity, alertSeverities } from '../../state/states.js';
import { problemParams } from '../../zod-problems.js';
import type { Condition } from '../conditions/condition.js';
import { conditionsFileSchema, conditionsSchema } from '../conditions/conditions.schema.js';

/** Conditions over runs and hosts, and how bad it is when one of them holds. */
export interface AlertPolicySpec {
  readonly name: string;
  readonly severity: AlertSeverity;
  readonly description: string;
  /** Any of these. As written; `conditionsOfPolicy` reads it. */
  readonly when: Readonly<Record<string, unknown>>;
  /** How long a condition has to hold before anybody is told, in milliseconds; older documents have none of what follows. */
  readonly forMs?: number;
  /** Good runs in a row that end it. */
  readonly resolveAfter?: number;
  /** Where it holds beside the jobs that name it. */
  readonly appliesTo?: PolicyScope;
  /** Put beside the host's labels, for routes. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly runbook?: string;
  /** Labels that tell its incidents apart; `job` and `host` are such labels too. */
  readonly groupBy?: readonly string[];
}

/** Which jobs and hosts a policy looks at; what is left out is not asked about. */
export interface PolicyScope {
  readonly all?: true;
  readonly jobs?: readonly string[];
  /** Labels of hosts. */
  readonly labels?: Readonly<Record<string, string>>;
}

const scopeSchema = z
  .strictObject({
    all: z.literal(true).optional(),
    jobs: z.array(nameSchema).min(1).max(jobLimits.targetNames).optional(),
    labels: labelsSchema.optional(),
  })
  .refine(
    ({ all, jobs, labels }) => all || jobs || (labels && Object.keys(labels).length > 0),
    problemParams('missing', 'at least one of all, jobs, labels'),
  );

/** `kind: AlertPolicy` as people write it. */
export const alertPolicyFileSchema = z
  .strictObject({
    kind: z.literal('AlertPolicy'),
    name: nameSchema,
    severity: z.enum(alertSeverities),
    description: z.string().max(jobLimits.descriptionCharacters).optional(),
    when: z.unknown().superRefine((when, context) => {
      const read = conditionsFileSchema.safeParse(when);
      for (const issue of read.error?.issues ?? []) context.addIssue({ ...issue, input: issue.input } as never);
    }),
    for: durationSchema({ min: 0, max: 7 * 86_400_000 }).optional(),
    resolveAfter: z.int().min(1).max(20).optional(),
    appliesTo: scopeSchema.optional(),
    labels: labelsSchema.optional(),
    runbook: z
      .url({ protocol: /^https?$/ })
      .max(1_000)
      .optional(),
    groupBy: z.array(z.string().min(1).max(63)).max(10).optional(),
  })
  .transform(
    ({ name, severity, description, when, for: forMs, resolveAfter, appliesTo, labels, runbook, groupBy }) =>
      ({
        name,
        severity,
        description: description ?? '',
        when: when as Readonly<Record<string, unknown>>,
        ...(forMs ? { forMs } : {}),
        ...(resolveAfter && resolveAfter > 1 ? { resolveAfter } : {}),
        ...(appliesTo ? { appliesTo } : {}),
        ...(labels ? { labels } : {}),
        ...(runbook ? { runbook } : {}),
        ...(groupBy ? { groupBy } : {}),
      }) as AlertPolicySpec,
  );

/** What a stored policy asks about. Of one that a newer or older version wrote and this one cannot read: nothing. */
export function conditionsOfPolicy({ when }: Pick<AlertPolicySpec, 'when'>): Condition[] {
  const read = conditionsSchema.safeParse(when);
  return read.success ? read.data : [];
}
