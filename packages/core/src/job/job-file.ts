import { dictionaryNames, rangesOf } from '@carillon/wintask/result-code-dictionaries';
import { checkTaskPath } from '@carillon/wintask/schtasks/arguments';
import { z } from 'zod';
import { isForeignPath } from '../adopt/foreign-path.js';
import { mostApprovals } from '../approval/change-request.js';
import { canonicalJson } from '../desired/canonical-json.js';
import type { OrphanRule } from '../desired/orphan.js';
import { parseDocument } from '../document/parse-document.js';
import type { HostGroup } from '../host/target.js';
import { makeProblem, type Problem, type Result } from '../problem.js';
import { rolloutSchema } from '../rollout/rollout.schema.js';
import type { ExpectedText } from '../text/expected-texts.js';
import { problemParams } from '../zod-problems.js';
import { conditionsSchema } from './conditions.schema.js';
import { argumentsOfScripts, overridesSchema } from './host-overrides.schema.js';
import { jobLimits } from './job-limits.js';
import {
  asJson,
  type DriftPolicy,
  type JobSpec,
  makeManifest,
  missedPolicies,
  outputEncodings,
  overlapPolicies,
  type RetryRules,
  rightsKinds,
} from './job-spec.js';
import {
  byteSizeSchema,
  durationSchema,
  exitCodeRangeSchema,
  hostNameSchema,
  labelsSchema,
  nameSchema,
} from './parts.schema.js';
import { runSchema } from './run.schema.js';
import { accountKinds, accountProblem, type RunAs, type RunAsParts, readRunAs } from './run-as.js';
import { scheduleSchema } from './schedule.schema.js';
import { targetsSchema } from './targets.schema.js';

const accountForms = 'system, local-service, network-service';

/** `system`, or a map with one kind of account and its name; the one-text form of the API is read as well. */
const runAsSchema = z.unknown().transform((value, context): RunAs => {
  const parts = typeof value === 'string' ? readRunAs(value) : accountInMap(value);
  const expected: ExpectedText | undefined = parts
    ? parts.kind === 'service'
      ? undefined
      : accountProblem(parts.kind, parts.account)
    : `one of ${accountForms}, or a map with one of ${accountKinds.join(', ')} and the account`;
  if (parts && expected === undefined)
    return parts.kind === 'service' ? parts.account : `${parts.kind}:${parts.account}`;
  context.addIssue({ code: 'custom', input: value, ...problemParams('wrong_value', expected ?? accountForms) });
  return z.NEVER;
});

function accountInMap(value: unknown): RunAsParts | undefined {
  const entries = value !== null && typeof value === 'object' ? Object.entries(value) : [];
  const [key, account] = entries.length === 1 ? (entries[0] ?? []) : [];
  const kind = accountKinds.find((name) => name === key);
  return kind && typeof account === 'string' ? { kind, account } : undefined;
}
const exitCodeMapSchema = z.strictObject({
  success: z.array(exitCodeRangeSchema).min(1).max(100).optional(),
  warning: z.array(exitCodeRangeSchema).max(100).optional(),
});

/** A map, or the name of a program whose codes are known: the ranges are written out, so that hosts need no dictionary. */
const exitCodesSchema = z.unknown().transform((value, context): z.infer<typeof exitCodeMapSchema> => {
  const name = dictionaryNames.find((candidate) => candidate === value);
  if (name) return { success: rangesOf(name, 'success'), warning: rangesOf(name, 'warning') };
  if (typeof value === 'string') {
    context.addIssue({
      code: 'custom',
      input: value,
      ...problemParams('wrong_value', `a map with success and warning, or one of ${dictionaryNames.join(', ')}`),
    });
    return z.NEVER;
  }
  const map = exitCodeMapSchema.safeParse(value);
  if (map.success) return map.data;
  for (const issue of map.error.issues) context.addIssue({ ...issue, input: issue.input } as never);
  return z.NEVER;
});
const outputSchema = z.strictObject({
  keep: byteSizeSchema(jobLimits.outputKeepBytes).optional(),
  encoding: z.enum(outputEncodings).optional(),
});

const retrySchema = z
  .strictObject({
    attempts: z.int().min(2).max(jobLimits.retryAttempts),
    delay: durationSchema(jobLimits.retryDelayMs).optional(),
    backoff: z.number().min(1).max(10).optional(),
    on: z
      .array(z.union([z.literal('timeout'), exitCodeRangeSchema]))
      .min(1)
      .max(100)
      .optional(),
  })
  .transform(
    ({ attempts, delay, backoff, on }): RetryRules => ({
      attempts,
      delayMs: delay ?? 60_000,
      backoff: backoff ?? 2,
      on: on ? { codes: on.filter((end) => end !== 'timeout'), timeout: on.includes('timeout') } : null,
    }),
  );

/** Windows' own tasks, and ours, stay as they are. */
const replacesSchema = z
  .array(
    z
      .string()
      .refine(
        (path) => path.startsWith('\\') && checkTaskPath(path).ok && isForeignPath(path),
        problemParams(
          'wrong_value',
          "a task's full path such as \\Backup\\Nightly, outside \\Microsoft and \\Carillon",
        ),
      ),
  )
  .max(jobLimits.replacedTasks);

/** `leave` is how people say what has been called `report` since the first version of the protocol. */
const onDriftSchema = z
  .enum(['repair', 'leave', 'adopt', 'report'])
  .transform((policy): DriftPolicy => (policy === 'leave' ? 'report' : policy));

/** `keep`, as when left out: tasks go on for ever. */
const orphansSchema = z.unknown().transform((value, context): OrphanRule | null => {
  if (value === 'keep') return null;
  const map = z.strictObject({ disable: durationSchema(jobLimits.orphanMs) }).safeParse(value);
  if (map.success) return { disableAfterMs: map.data.disable };
  for (const issue of map.error.issues)
    context.addIssue(
      issue.code === 'invalid_type' && issue.path.length === 0
        ? { code: 'custom', input: value, ...problemParams('wrong_value', 'keep, or a map such as { disable: 30d }') }
        : ({ ...issue, input: issue.input } as never),
    );
  return z.NEVER;
});

/** The job file (`kind: Job`) as people write it; parsing gives the full spec. */
export const jobFileSchema = z
  .strictObject({
    kind: z.literal('Job'),
    name: nameSchema,
    description: z.string().max(jobLimits.descriptionCharacters).optional(),
    owner: z.string().max(200).optional(),
    targets: targetsSchema,
    schedule: scheduleSchema,
    run: runSchema,
    runAs: runAsSchema.optional(),
    rights: z.enum(rightsKinds).optional(),
    onOverlap: z.enum(overlapPolicies).optional(),
    onMissed: z.enum(missedPolicies).optional(),
    onDrift: onDriftSchema.optional(),
    timeout: durationSchema(jobLimits.timeoutMs).nullish(),
    exitCodes: exitCodesSchema.optional(),
    output: outputSchema.optional(),
    enabled: z.boolean().optional(),
    replaces: replacesSchema.optional(),
    overrides: overridesSchema({ runAs: runAsSchema, onMissed: z.enum(missedPolicies) }).optional(),
    alerts: z.array(nameSchema).max(50).optional(),
    when: conditionsSchema.optional(),
    retry: retrySchema.optional(),
    orphans: orphansSchema.optional(),
    rollout: rolloutSchema.optional(),
  })
  .superRefine(({ run, overrides = [] }, context) => {
    for (const index of argumentsOfScripts(run, overrides)) {
      const path = ['overrides', index, 'arguments'];
      context.addIssue({
        code: 'custom',
        input: overrides,
        path,
        ...problemParams('wrong_value', 'none: a script has no arguments'),
      });
    }
  })
  .transform(
    (file): JobSpec => ({
      name: file.name,
      description: file.description ?? '',
      owner: file.owner ?? '',
      targets: file.targets,
      schedule: file.schedule,
      run: file.run,
      runAs: file.runAs ?? 'system',
      ...(file.rights === 'highest' ? { rights: file.rights } : {}),
      onOverlap: file.onOverlap ?? 'skip',
      onMissed: file.onMissed ?? 'skip',
      onDrift: file.onDrift ?? 'repair',
      timeoutMs: file.timeout ?? null,
      retry: file.retry ?? null,
      exitCodes: { success: file.exitCodes?.success ?? [{ from: 0, to: 0 }], warning: file.exitCodes?.warning ?? [] },
      output: {
        keepBytes: file.output?.keep ?? jobLimits.outputKeepBytes.default,
        encoding: file.output?.encoding ?? 'auto',
      },
      enabled: file.enabled ?? true,
      ...(file.when ? { when: file.when } : {}),
      ...(file.replaces && file.replaces.length > 0 ? { replaces: file.replaces } : {}),
      ...(file.overrides && file.overrides.length > 0 ? { overrides: file.overrides } : {}),
      ...(file.orphans ? { orphans: file.orphans } : {}),
      ...(file.rollout ? { rollout: file.rollout } : {}),
      alerts: file.alerts ?? [],
    }),
  );

/** A saved group of hosts (`kind: HostGroup`). */
export const hostGroupFileSchema = z
  .strictObject({
    kind: z.literal('HostGroup'),
    name: nameSchema,
    labels: labelsSchema.optional(),
    hosts: z.array(hostNameSchema).min(1).max(jobLimits.targetNames).optional(),
    approval: z.strictObject({ required: z.int().min(1).max(mostApprovals) }).optional(),
  })
  .superRefine((group, context) => {
    if (group.labels === undefined && group.hosts === undefined) {
      context.addIssue({ code: 'custom', input: group, ...problemParams('missing', 'at least one of labels, hosts') });
    }
  })
  .transform(
    ({ name, labels, hosts, approval }): HostGroup => ({
      name,
      ...(labels ? { labels } : {}),
      ...(hosts ? { hosts } : {}),
      ...(approval ? { approval } : {}),
    }),
  );

/** A parsed map that says `kind: Job`. */
export function readJob(raw: object): Result<JobSpec> {
  const result = parseDocument(jobFileSchema, raw);
  const problem = result.ok ? sizeProblem(result.value) : null;
  return problem ? { ok: false, problems: [problem] } : result;
}

/** What does not fit a message to a host; asked again once calendars have become days. */
export function sizeProblem(spec: JobSpec): Problem | null {
  const longestId = '00000000-0000-0000-0000-000000000000';
  const bytes = Buffer.byteLength(canonicalJson(asJson(makeManifest(longestId, 1_000_000, spec))));
  if (bytes <= jobLimits.manifestBytes) return null;
  const expected: ExpectedText = `a definition of at most ${jobLimits.manifestBytes} bytes as JSON`;
  return makeProblem('run', 'too_long', expected, `${bytes} bytes`);
}
