import {
  assignmentStates,
  commandKinds,
  commandStates,
  documentKinds,
  driftKinds,
  hostPresences,
  taskChangeStates,
} from '@carillon/core/state/states';
import { z } from 'zod';
import { limits } from '../limits.js';
import { defineRoutes, instant, nameParam, pageOf, pageQuery, queryFlag } from './route.js';
import { runSummary } from './runs.routes.js';

const tag = 'jobs';
const job = z.object({ name: nameParam });

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
  updatedAt: instant,
});

export const jobDetail = jobSummary.extend({ spec: jobSpec, manifestHash: z.string(), createdAt: instant });

export const jobVersion = z.object({ version: z.int(), createdAt: instant, author: z.string(), spec: jobSpec });

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
});

const applyBody = z.object({
  /** Parsed YAML or JSON documents, stored all together or not at all. */
  documents: z.array(z.unknown()).min(1).max(limits.applyDocuments),
  /** Checks everything and changes nothing. */
  dryRun: z.boolean().default(false),
  /** Accept jobs whose targets match no host yet. */
  allowNoHosts: z.boolean().default(false),
  /** Who is changing it, for the version's history; the signed-in name when left out. */
  author: z.string().max(200).optional(),
});

export const applyResult = z.object({
  kind: z.enum(documentKinds),
  name: z.string(),
  change: z.enum(['created', 'updated', 'unchanged']),
  version: z.int().nullable(),
  hosts: z.int().nullable(),
});

export const nextFire = z.object({
  at: instant,
  /** Wall clock of the zone, `2026-03-29T02:30:00`. */
  local: z.string(),
  timezone: z.string(),
  mark: z.enum(['after-gap', 'repeated-hour']).nullable(),
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
  createdAt: instant,
  expiresAt: instant,
});

export const jobRoutes = defineRoutes({
  apply: {
    method: 'POST',
    path: '/apply',
    tag,
    summary: 'Create or change jobs, host groups and alert policies from documents, all or nothing',
    body: applyBody,
    response: z.object({ dryRun: z.boolean(), results: z.array(applyResult) }),
  },
  list: {
    method: 'GET',
    path: '/jobs',
    tag,
    summary: 'Jobs by name',
    query: pageQuery.extend({ search: z.string().max(100).optional() }),
    response: pageOf(jobSummary),
  },
  get: {
    method: 'GET',
    path: '/jobs/:name',
    tag,
    summary: 'One job with its current definition',
    params: job,
    response: jobDetail,
  },
  versions: {
    method: 'GET',
    path: '/jobs/:name/versions',
    tag,
    summary: 'All versions, newest first',
    params: job,
    query: pageQuery,
    response: pageOf(jobVersion),
  },
  version: {
    method: 'GET',
    path: '/jobs/:name/versions/:version',
    tag,
    summary: 'One version; never changes',
    params: job.extend({ version: z.coerce.number().int().min(1) }),
    response: jobVersion,
  },
  assignments: {
    method: 'GET',
    path: '/jobs/:name/assignments',
    tag,
    summary: 'The hosts of a job and how far each is',
    params: job,
    query: pageQuery.extend({ state: z.enum(assignmentStates).optional() }),
    response: pageOf(assignment),
  },
  taskChanges: {
    method: 'GET',
    path: '/jobs/:name/task-changes',
    tag,
    summary: "Changes that were made to the job's tasks on its hosts, newest first",
    params: job,
    query: pageQuery,
    response: pageOf(taskChange),
  },
  nextFires: {
    method: 'GET',
    path: '/jobs/:name/next-fires',
    tag,
    summary: 'The next times the job starts, with skipped and doubled hours marked',
    params: job,
    query: z.object({
      count: z.coerce.number().int().min(1).max(200).default(20),
      /** A host's name, for its time zone; else `timezone`. */
      host: z.string().optional(),
      timezone: z.string().optional(),
    }),
    response: z.object({ items: z.array(nextFire) }),
  },
  taskXml: {
    method: 'GET',
    path: '/jobs/:name/task-xml',
    tag,
    summary: 'The task that Task Scheduler gets',
    params: job,
    query: z.object({ timezone: z.string().optional() }),
    response: taskPreview,
  },
  run: {
    method: 'POST',
    path: '/jobs/:name/run',
    tag,
    summary: 'Start the job now on all its hosts, or on some',
    params: job,
    body: z.object({ hosts: z.array(z.string()).min(1).max(1_000).optional() }).default({}),
    response: z.object({ commands: z.array(commandSummary) }),
  },
  remove: {
    method: 'DELETE',
    path: '/jobs/:name',
    tag,
    summary: 'Take the job off all hosts; its runs stay readable',
    params: job,
    response: z.object({ name: z.string(), hosts: z.int() }),
  },
  command: {
    method: 'GET',
    path: '/commands/:id',
    tag,
    summary: 'What became of a command',
    params: z.object({ id: z.uuid() }),
    response: commandSummary,
  },
  alertPolicies: {
    method: 'GET',
    path: '/alert-policies',
    tag: 'alerts',
    summary: 'Alert policies and the jobs they are assigned to',
    query: pageQuery,
    response: pageOf(
      z.object({
        name: z.string(),
        severity: z.string(),
        description: z.string(),
        when: z.record(z.string(), z.unknown()),
        jobs: z.array(z.string()),
        updatedAt: instant,
      }),
    ),
  },
  preview: {
    method: 'POST',
    path: '/preview',
    tag,
    summary: 'What a document would do: its task, next fires and hosts; nothing is stored',
    body: z.object({
      document: z.unknown(),
      timezone: z.string().optional(),
      count: z.int().min(1).max(200).default(20),
      includeXml: queryFlag.optional(),
    }),
    response: z.object({ task: taskPreview, nextFires: z.array(nextFire), hosts: z.array(z.string()) }),
  },
});
