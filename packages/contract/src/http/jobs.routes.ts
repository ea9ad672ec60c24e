import { assignmentStates, jobHealths, unsettledKinds } from '@carillon/core/state/states';
import { z } from 'zod';
import { limits } from '../limits.js';
import {
  accountUse,
  applyBody,
  applyPlan,
  applyResult,
  assignment,
  commandSummary,
  hostDrift,
  jobDetail,
  jobSummary,
  jobVersion,
  nextFire,
  plannedHosts,
  runMark,
  runStatistics,
  taskChange,
  taskPreview,
} from './jobs.shapes.js';
import { defineRoutes, instant, nameParam, pageOf, pageQuery, queryFlag } from './route.js';

const tag = 'jobs';
const job = z.object({ name: nameParam });

export const jobRoutes = defineRoutes({
  apply: {
    method: 'POST',
    path: '/apply',
    tag,
    summary: 'Create or change jobs, host groups and alert policies from documents, all or nothing',
    body: applyBody,
    response: z.object({
      dryRun: z.boolean(),
      results: z.array(applyResult),
      /** Jobs that no document names and that get a version, since a calendar which they name has other days. */
      followed: z.array(applyResult).optional(),
      /** Jobs that are deleted with the hosts that had them, where `set.prune` asked for it and there are any. */
      pruned: z.array(plannedHosts.extend({ name: z.string() })).optional(),
      plan: applyPlan.optional(),
    }),
  },
  list: {
    method: 'GET',
    path: '/jobs',
    tag,
    summary: 'Jobs by name',
    query: pageQuery.extend({
      search: z.string().max(100).optional(),
      /** With so many of each job's newest runs. */
      recent: z.coerce.number().int().min(1).max(limits.recentRuns).optional(),
      /** With the time of each job's next start. */
      nextFire: queryFlag.optional(),
      owner: z.string().max(200).optional(),
      health: z.enum(jobHealths).optional(),
      /** `key=value` that its targets ask for; or a host that it is for, or a group that it names. */
      target: z.string().min(1).max(300).optional(),
      /** Only jobs with an assignment that waits for its host, or that is not as it should be there. */
      assignments: z.enum(unsettledKinds).optional(),
    }),
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
    query: pageQuery.extend({
      state: z.enum(assignmentStates).optional(),
      /** Part of the host's name. */
      search: z.string().max(100).optional(),
      /** With the newest run of the job on each host. */
      lastRun: queryFlag.optional(),
      /** With the time of the job's next start on each host. */
      nextFire: queryFlag.optional(),
    }),
    response: pageOf(assignment),
  },
  statistics: {
    method: 'GET',
    path: '/jobs/:name/statistics',
    tag,
    summary: 'How long its newest runs took and how they ended',
    params: job,
    query: z.object({ host: nameParam.optional() }),
    response: runStatistics,
  },
  chain: {
    method: 'GET',
    path: '/jobs/:name/chain',
    tag,
    summary: 'The jobs that start after one another with this one among them, with their places from left to right',
    params: job,
    response: z.object({
      nodes: z.array(
        z.object({
          name: z.string(),
          level: z.int(),
          row: z.int(),
          /** Its newest run on any host; null: none, or no job of that name can be seen. */
          lastRun: runMark.nullable(),
        }),
      ),
      links: z.array(z.object({ from: z.string(), to: z.string(), outcome: z.string() })),
      /** Jobs that belong to it and are not shown. */
      more: z.int(),
    }),
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
  dryRun: {
    method: 'POST',
    path: '/jobs/:name/dry-run',
    tag,
    summary: 'Ask its hosts, or some, what a start now would do; nothing is started, and each command gets its answer',
    params: job,
    /** At most `limits.dryRunHosts`; all hosts of the job when they are no more than that. */
    body: z.object({ hosts: z.array(z.string()).min(1).max(limits.dryRunHosts).optional() }).default({}),
    response: z.object({ commands: z.array(commandSummary) }),
  },
  drift: {
    method: 'GET',
    path: '/jobs/:name/drift',
    tag,
    summary: 'Its hosts where the task is known to differ, field by field: what a repair would put back',
    params: job,
    query: pageQuery.extend({
      /** Only this host. */
      host: z.string().optional(),
    }),
    response: pageOf(hostDrift),
  },
  repair: {
    method: 'POST',
    path: '/jobs/:name/repair',
    tag,
    summary: 'Put its task back as it is defined, on the hosts that are named or on all that are known to differ',
    params: job,
    body: z.object({ hosts: z.array(z.string()).min(1).max(1_000).optional() }).default({}),
    /** None: no host is known to differ. A host whose task is as defined by then does nothing, and says `as_defined`. */
    response: z.object({ commands: z.array(commandSummary) }),
  },
  remove: {
    method: 'DELETE',
    path: '/jobs/:name',
    tag,
    summary: 'Take the job off all hosts; its runs stay readable',
    params: job,
    /** Why it is done though a freeze covers it; takes the right to. */
    query: z.object({ overrideFreeze: z.string().min(1).max(limits.reasonCharacters).optional() }),
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
        /** Its alerts that fire or are acknowledged; absent from older servers, and so with the next one. */
        firing: z.int().optional(),
        /** When one fired last; null: never, or so long ago that it is forgotten. */
        lastFiredAt: instant.nullable().optional(),
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
    response: z.object({
      task: taskPreview,
      nextFires: z.array(nextFire),
      hosts: z.array(z.string()),
      /** The rest is absent from older servers. Against the job of this name that is stored; null when there is none. */
      stored: z
        .object({ version: z.int(), gained: z.array(z.string()), lost: z.array(z.string()) })
        .nullable()
        .optional(),
      /** The same for every time zone of its hosts, most hosts first; at most `limits.previewZones`. */
      zones: z
        .array(
          taskPreview
            .pick({ hostTimezone: true, exactness: true, reasons: true })
            .extend({ hosts: z.int(), nextFires: z.array(nextFire) }),
        )
        .optional(),
      /** Whom it runs as, on how many hosts. */
      accounts: z.array(accountUse).optional(),
      /** Other jobs of these hosts that start at the same moment as one of the next starts; at most `limits.previewOverlaps`. */
      overlaps: z.array(z.object({ job: z.string(), hosts: z.int(), at: instant })).optional(),
      /** In which order its hosts get it; null: all at once, or there is nothing new for them. */
      rollout: z
        .object({ rings: z.array(plannedHosts.extend({ ring: z.string() })), soakMs: z.int() })
        .nullable()
        .optional(),
      /** The freeze that would refuse it now; null: none. */
      frozen: z.object({ freeze: z.string(), reason: z.string(), until: instant }).nullable().optional(),
    }),
  },
});
