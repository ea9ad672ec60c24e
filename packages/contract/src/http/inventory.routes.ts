import { z } from 'zod';
import { defineRoutes, instant, nameParam, pageOf, pageQuery } from './route.js';

const tag = 'inventory';

/** A task on a host that is neither Windows' nor ours. */
export const hostTask = z.object({
  host: z.string(),
  path: z.string(),
  /** Id of the group of similar tasks; null when the definition cannot be read. */
  group: z.string().nullable(),
  enabled: z.boolean().nullable(),
  runAs: z.string(),
  command: z.string(),
  arguments: z.string(),
  workingDirectory: z.string(),
  /** In a few words; null when it cannot be said as a schedule. */
  schedule: z.string().nullable(),
  lastResult: z.int().nullable(),
  lastRunAt: instant.nullable(),
  nextRunAt: instant.nullable(),
  problem: z.string().nullable(),
  /** The job that stands in for it. */
  replacedBy: z.string().nullable(),
});

const reason = z.object({ code: z.string(), message: z.string() });

export const taskGroup = z.object({
  id: z.string(),
  name: z.string(),
  command: z.string(),
  tasks: z.int(),
  hosts: z.int(),
  /** How many different ones there are among them. */
  variants: z.int(),
  /** Tasks that jobs stand in for already. */
  replaced: z.int(),
});

export const adoptionPlan = z.object({
  jobs: z.array(
    z.object({
      /** Ready for `apply`. */
      document: z.record(z.string(), z.unknown()),
      hosts: z.array(z.string()),
      /** What is not the same afterwards. */
      notes: z.array(reason),
    }),
  ),
  refused: z.array(z.object({ host: z.string(), path: z.string(), problems: z.array(reason) })),
});

export const inventoryRoutes = defineRoutes({
  ofHost: {
    method: 'GET',
    path: '/hosts/:name/tasks',
    tag,
    summary: "The host's own tasks: neither Windows' nor ours",
    params: z.object({ name: nameParam }),
    query: pageQuery,
    response: pageOf(hostTask),
  },
  refresh: {
    method: 'POST',
    path: '/hosts/:name/tasks/refresh',
    tag,
    summary: 'Ask the host, if it is connected, for its tasks as they are now',
    params: z.object({ name: nameParam }),
    response: z.object({ name: z.string(), asked: z.boolean() }),
  },
  refreshAll: {
    method: 'POST',
    path: '/host-tasks/refresh',
    tag,
    summary: 'Ask hosts for their tasks as they are now; `stale` says which have not answered yet',
    body: z.object({ hosts: z.array(nameParam).min(1).max(1_000).optional() }).default({}),
    response: z.object({
      /** Instant of the request, for `stale`. */
      requestedAt: instant,
      asked: z.int(),
      /** Not connected: their tasks stay as last told. The first of them. */
      offline: z.array(z.string()).max(1_000),
      offlineCount: z.int(),
      /** Whose agents cannot tell their tasks. The first of them. */
      unable: z.array(z.string()).max(1_000),
    }),
  },
  stale: {
    method: 'GET',
    path: '/host-tasks/stale',
    tag,
    summary: 'Connected hosts that have not told their tasks since an instant',
    query: z.object({ since: instant, host: nameParam.optional() }),
    response: z.object({ count: z.int(), hosts: z.array(z.string()).max(20) }),
  },
  groups: {
    method: 'GET',
    path: '/task-groups',
    tag,
    summary: 'Similar tasks of all hosts, the commonest first',
    query: pageQuery.extend({ search: z.string().max(100).optional() }),
    response: pageOf(taskGroup),
  },
  group: {
    method: 'GET',
    path: '/task-groups/:id',
    tag,
    summary: 'The tasks of a group and where they differ',
    params: z.object({ id: z.string().max(64) }),
    response: taskGroup.extend({
      items: z.array(hostTask.extend({ variant: z.int() })),
      /** Fields that are not the same everywhere. */
      differences: z.array(
        z.object({ field: z.string(), values: z.array(z.object({ value: z.string(), hosts: z.int() })) }),
      ),
    }),
  },
  plan: {
    method: 'POST',
    path: '/adoption-plan',
    tag,
    summary: 'The jobs that would stand in for a task or a group of tasks; nothing is changed',
    body: z.object({
      /** Id of a group, or a task's path. */
      what: z.string().min(1).max(260),
      hosts: z.array(z.string()).min(1).max(1_000).optional(),
      name: z.string().max(100).optional(),
    }),
    response: adoptionPlan,
  },
});
