import { rolloutStates } from '@carillon/core/rollout/next-step';
import { z } from 'zod';
import { limits } from '../limits.js';
import { defineRoutes, instant, nameParam, pageOf, pageQuery, queryFlag } from './route.js';

const tag = 'jobs';
const job = z.object({ name: nameParam });

/** Why a rollout is where it is: a code, its figures, and an English line for shells. */
const stepReason = z.looseObject({ code: z.string(), text: z.string() });

export const rolloutView = z.object({
  id: z.uuid(),
  job: z.string(),
  version: z.int(),
  /** What all hosts had last; null: they had none. */
  baseVersion: z.int().nullable(),
  state: z.enum(rolloutStates),
  /** In their order; how many hosts each added when the rollout started. */
  rings: z.array(z.object({ ring: z.string(), hosts: z.int() })),
  /** How many of them are open. */
  open: z.int(),
  soakMs: z.int(),
  /** So many of 100 results halt it, once there are so many. */
  haltOn: z.object({ failureRate: z.number(), minimum: z.int() }),
  /** Null: nobody has looked yet. */
  reason: stepReason.nullable(),
  /** Of the open rings. Hosts that wait are those that neither have it, failed, are held back nor cannot be reached. */
  health: z.object({
    hosts: z.int(),
    applied: z.int(),
    failed: z.int(),
    heldBack: z.int(),
    offline: z.int(),
    runs: z.int(),
    badRuns: z.int(),
  }),
  author: z.string(),
  comment: z.string().nullable(),
  startedAt: instant,
  openedAt: instant,
  endedAt: instant.nullable(),
  /** There is a version to go back to, and nothing newer was applied. */
  canRollBack: z.boolean(),
});

const why = z.object({ reason: z.string().min(1).max(limits.reasonCharacters) });

export const rolloutRoutes = defineRoutes({
  list: {
    method: 'GET',
    path: '/rollouts',
    tag,
    summary: 'Rollouts of new versions of jobs, newest first',
    query: pageQuery.extend({
      /** Only those that run or are halted. */
      underWay: queryFlag.optional(),
      job: nameParam.optional(),
    }),
    response: pageOf(rolloutView),
  },
  get: {
    method: 'GET',
    path: '/jobs/:name/rollout',
    tag,
    summary: 'The newest rollout of a job; null when it had none',
    params: job,
    response: z.object({ rollout: rolloutView.nullable() }),
  },
  halt: {
    method: 'POST',
    path: '/jobs/:name/rollout/halt',
    tag,
    summary: 'Stop a rollout where it is: no further hosts get the version',
    params: job,
    body: why,
    response: rolloutView,
  },
  resume: {
    method: 'POST',
    path: '/jobs/:name/rollout/resume',
    tag,
    summary: 'Go on with a halted rollout, after another soak',
    params: job,
    body: why,
    response: rolloutView,
  },
  rollBack: {
    method: 'POST',
    path: '/jobs/:name/rollout/rollback',
    tag,
    summary: 'Give all hosts what they had before, as a new version, at once',
    params: job,
    body: why,
    response: z.object({ job: z.string(), version: z.int(), sameAs: z.int(), hosts: z.int() }),
  },
});
