import { rightsKinds } from '@carillon/core/job/job-spec';
import {
  adoptions,
  assignmentStates,
  commandKinds,
  commandStates,
  documentKinds,
  driftKinds,
  hostPresences,
  jobHealths,
  runStates,
  taskChangeStates,
} from '@carillon/core/state/states';
import { z } from 'zod';
import { limits } from '../limits.js';
import { instant, nameParam } from './route.js';
import { exitCodeWords, runSummary } from './runs.routes.js';

/** The normalized definition: every default written out. Its exact shape is core's `JobSpec`. */
export const jobSpec = z.looseObject({
  name: z.string(),
  description: z.string(),
  owner: z.string(),
  targets: z.looseObject({}),
  schedule: z.array(z.looseObject({ kind: z.string() })),
  run: z.looseObject({ kind: z.string() }),
  runAs: z.string(),
  enabled: z.boolean(),
});

export const assignmentCounts = z.object({
  total: z.int(),
  applied: z.int(),
  /** Desired or delivered, not applied yet. */
  pending: z.int(),
  failed: z.int(),
});

/** A run as one mark of a row of marks. */
export const runMark = runSummary.pick({ id: true, state: true, startedAt: true, durationMs: true });

export const jobSummary = z.object({
  id: z.uuid(),
  name: z.string(),
  version: z.int(),
  description: z.string(),
  owner: z.string(),
  enabled: z.boolean(),
  /** The schedule in a few words, `0 2 * * *` or `every 2h`. */
  schedule: z.string(),
  assignments: assignmentCounts,
  lastRun: runSummary.nullable(),
  /** The newest runs, oldest of them first, where `recent` asked for them; older servers leave it out. */
  recent: z.array(runMark).optional(),
  /** How it does in one word; older servers leave it out. */
  health: z.enum(jobHealths).optional(),
  /** When it starts next by time on any of its hosts, where `nextFire` asked for it; null when no time is known. */
  nextFireAt: instant.nullable().optional(),
  updatedAt: instant,
});

/**
 * The job file as it was written, comments and all; null where it was not kept, and core's `jobDocument` of the
 * definition stands for it. Older servers leave it out.
 */
export const source = z.string().nullable().optional();

export const jobDetail = jobSummary.extend({
  spec: jobSpec,
  manifestHash: z.string(),
  createdAt: instant,
  source,
  /** How many hosts are in which state; those without a host are left out, all of them by older servers. */
  hostStates: z.partialRecord(z.enum(assignmentStates), z.int()).optional(),
});

export const jobVersion = z.object({
  version: z.int(),
  createdAt: instant,
  author: z.string(),
  /** Why it was written, as its author said, or as what wrote it in his place. */
  reason: z.string().nullable().optional(),
  spec: jobSpec,
  /** Only where one version is asked for. */
  source,
});

/** A registered task that was found changed on its host, and what became of it. */
export const taskChange = z.object({
  id: z.uuid(),
  job: z.string(),
  host: z.string(),
  version: z.int(),
  state: z.enum(taskChangeStates),
  /** Null when the task is right again. */
  found: z.enum(driftKinds).nullable(),
  /** In words, `settings.enabled: wanted true, found false`. */
  differences: z.array(z.string()),
  message: z.string().nullable(),
  noticedAt: instant,
  /** When and by which account, as Task Scheduler's log tells. */
  changedAt: instant.nullable(),
  changedBy: z.string().nullable(),
  /** Whether it became what the host should have; null where the job does not say `onDrift: adopt`. */
  adoption: z.enum(adoptions).nullable().optional(),
  /** Why it was left, or what is not quite the same. */
  adoptionReasons: z.array(z.string()).optional(),
  /** The job version that says so. */
  adoptedVersion: z.int().nullable().optional(),
  /** The one in which that was taken back; it can be once. */
  undoneVersion: z.int().nullable().optional(),
  /** SHA-256 of the task XML that was found; null where it is not known. */
  definitionHash: z.string().nullable().optional(),
  /** With `repaired`: who asked for it; null where the agent did it by itself. */
  repairedBy: z.string().nullable().optional(),
});

/** Field by field, `settings.enabled`; an absent value is null. */
export const taskFields = z.array(z.object({ path: z.string(), wanted: z.unknown(), found: z.unknown() }));

/** A host whose task of a job is known to differ from it: what a repair would put back. */
export const hostDrift = z.object({
  host: z.string(),
  presence: z.enum(hostPresences),
  /** The change that stands; null where its row is gone. */
  changeId: z.uuid().nullable(),
  found: z.enum(driftKinds).nullable(),
  noticedAt: instant.nullable(),
  changedAt: instant.nullable(),
  changedBy: z.string().nullable(),
  /** Null where one of the two is not known, or there is no task to compare. */
  fields: taskFields.nullable(),
  /** In words. */
  differences: z.array(z.string()),
  /** Whether its agent, as it last said, knows how to repair one task; others are upgraded first. */
  canRepair: z.boolean(),
});

/** Of the newest `limits.statisticRuns` runs of a job that ended, skipped ones apart. */
export const runStatistics = z.object({
  runs: z.int(),
  /** When the oldest of them started; null when there is none. */
  since: instant.nullable(),
  /** Null when there is none. */
  durations: z.object({ minMs: z.int(), medianMs: z.int(), p95Ms: z.int(), maxMs: z.int() }).nullable(),
  /** How many took at least `fromMs` and less than `toMs`, the shortest first, without gaps between them. */
  buckets: z.array(z.object({ fromMs: z.int(), toMs: z.int(), runs: z.int() })),
  /** The most frequent first; null where it ended without one. */
  exitCodes: z.array(z.object({ exit: exitCodeWords.nullable(), runs: z.int() })),
  /** The rest is absent from older servers. How those runs ended; states without a run are left out. */
  states: z.partialRecord(z.enum(runStates), z.int()).optional(),
  /**
   * Usual durations of the last `limits.statisticDays` days, UTC, oldest first, made of the newest
   * `limits.statisticRunsPerDay` runs of each; days without a run are left out.
   */
  days: z.array(z.object({ day: instant, runs: z.int(), medianMs: z.int(), p95Ms: z.int() })).optional(),
});

export const assignment = z.object({
  job: z.string(),
  jobId: z.uuid(),
  host: z.string(),
  hostId: z.uuid(),
  /** Version the host should have. */
  version: z.int(),
  /** Version that is registered there, as the agent last reported. */
  appliedVersion: z.int().nullable(),
  state: z.enum(assignmentStates),
  code: z.string().nullable(),
  message: z.string().nullable(),
  updatedAt: instant,
  presence: z.enum(hostPresences),
  /** The newest run of the job there, where `lastRun` asked for it; older servers leave it out. */
  lastRun: runSummary.nullable().optional(),
  /** When it starts there next by time, by the version that is registered there, where `nextFire` asked for it. */
  nextFireAt: instant.nullable().optional(),
});

export const nextFire = z.object({
  at: instant,
  /** Wall clock of the zone, `2026-03-29T02:30:00`. */
  local: z.string(),
  timezone: z.string(),
  mark: z.enum(['after-gap', 'repeated-hour']).nullable(),
});

/** So many hosts, and the first of them by name: at most `limits.planHosts`. */
export const plannedHosts = z.object({ count: z.int(), hosts: z.array(z.string()) });

/** Whom a job runs as, on how many hosts. */
export const accountUse = z.object({ account: z.string(), rights: z.enum(rightsKinds), hosts: z.int() });

/** What `apply` would do to one document, beyond that it would. */
export const documentPlan = z.object({
  /** Fields that change, as a file says them; the side that lacks one is left out. */
  fields: z.array(z.object({ path: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })),
  gained: plannedHosts,
  lost: plannedHosts,
  /** Whom it runs as now, and would run as; of jobs. */
  accounts: z.object({ before: z.array(accountUse), after: z.array(accountUse) }),
  /** Its next starts in each time zone of its hosts, at most `limits.previewZones` zones, `limits.planFires` each. */
  zones: z.array(z.object({ hostTimezone: z.string(), hosts: z.int(), nextFires: z.array(nextFire) })),
  /** All hosts that it would have, for who approves and signs it; of jobs in change requests. */
  hosts: z.array(z.string()).optional(),
  /** The job as a file says it, for the same; of jobs that follow a calendar, which no document of the request says. */
  document: z.record(z.string(), z.unknown()).optional(),
});

/** What an `apply` would do altogether. */
export const applyPlan = z.object({
  /** Give it as `expectPlan` to do this and nothing else. */
  hash: z.string(),
  /** Jobs that no document names, whose hosts change with a group. */
  moved: z.array(z.object({ job: z.string(), gained: plannedHosts, lost: plannedHosts })),
  /** Freezes that hold it back now, each with the first of the jobs it covers; absent from older servers. */
  frozen: z
    .array(
      z.object({ freeze: z.string(), reason: z.string(), until: instant, count: z.int(), jobs: z.array(z.string()) }),
    )
    .optional(),
  /** What the calendars mean that its jobs name; absent where they name none. */
  calendars: z.array(z.object({ name: z.string(), days: z.array(z.string()) })).optional(),
  /** How many others have to approve it, since it changes hosts of these protected groups; absent: nobody has to. */
  approval: z.object({ required: z.int(), groups: z.array(z.string()) }).optional(),
});

export const applyBody = z.object({
  /** Parsed YAML or JSON documents, stored all together or not at all. */
  documents: z.array(z.unknown()).min(1).max(limits.applyDocuments),
  /** Checks everything and changes nothing. */
  dryRun: z.boolean().default(false),
  /** Accept jobs whose targets match no host yet. */
  allowNoHosts: z.boolean().default(false),
  /** Who is changing it, for the version's history; the signed-in name when left out. */
  author: z.string().max(200).optional(),
  /** Why, for the version's history. */
  reason: z.string().max(limits.reasonCharacters).optional(),
  /**
   * The YAML or JSON text that each document was read from, by its place in `documents`; null for none. It is kept, so
   * that comments are not lost; that of a job is refused where it says anything else than its document.
   */
  sources: z.array(z.string().max(limits.jobSourceCharacters).nullable()).max(limits.applyDocuments).optional(),
  /**
   * Versions that the changes were made to, 0: there is no such job. When somebody has stored another one meanwhile,
   * nothing is stored (`conflict`, with `job`, `expected` and `current`).
   */
  expect: z
    .array(z.object({ job: nameParam, version: z.int().min(0) }))
    .max(limits.applyDocuments)
    .optional(),
  /**
   * The set of files that these documents are all of: its jobs are kept by this name. With `prune`, jobs of the set that are
   * not among them are deleted. Older servers know nothing of sets.
   */
  set: z.object({ name: nameParam, prune: z.boolean().default(false) }).optional(),
  /** Why it is done though a freeze covers some of it; takes the right to. Older servers know nothing of freezes. */
  overrideFreeze: z.string().min(1).max(limits.reasonCharacters).optional(),
  /** Tells what would change in full; only with `dryRun`. Older servers know nothing of it. */
  plan: z.boolean().optional(),
  /**
   * Hash of the plan that was agreed to. When this would do anything else by now, nothing is stored (`conflict`, with
   * `expected` and `current`).
   */
  expectPlan: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
});

export const applyResult = z.object({
  kind: z.enum(documentKinds),
  name: z.string(),
  change: z.enum(['created', 'updated', 'unchanged']),
  version: z.int().nullable(),
  hosts: z.int().nullable(),
  /** Of an unchanged job: its file reads otherwise now (comments, order), which is kept and is nothing to its hosts. */
  rewritten: z.boolean().optional(),
  /** Of a changed job that reaches its hosts in rings, or takes the place of a version that did; absent from older servers. */
  rollout: z
    .object({
      /** None: all hosts have it at once. */
      rings: z.array(plannedHosts.extend({ ring: z.string() })),
      soakMs: z.int(),
      /** The version that was on its way, and is no more. */
      supersedes: z.int().nullable(),
    })
    .optional(),
  /** What will not be as written on some hosts, such as `agent_too_old`: held back there. Absent when there is nothing. */
  warnings: z
    .array(z.object({ code: z.string(), message: z.string(), count: z.int(), hosts: z.array(z.string()).max(20) }))
    .optional(),
  /** Where `plan` asked for it. */
  plan: documentPlan.optional(),
});

export const taskPreview = z.object({
  path: z.string(),
  hostTimezone: z.string(),
  exactness: z.enum(['exact', 'gated']),
  reasons: z.array(z.string()),
  xml: z.string(),
});

export const commandSummary = z.object({
  id: z.uuid(),
  action: z.enum(commandKinds),
  job: z.string(),
  host: z.string(),
  state: z.enum(commandStates),
  code: z.string().nullable(),
  message: z.string().nullable(),
  runId: z.uuid().nullable(),
  /**
   * Of a dry run, where one command is asked for: what the host said, line by line, in English; `code` is then the verdict.
   * Null where it has said nothing (yet), or so long ago that it is forgotten; older servers leave it out.
   */
  answer: z.string().nullable().optional(),
  createdAt: instant,
  expiresAt: instant,
});
