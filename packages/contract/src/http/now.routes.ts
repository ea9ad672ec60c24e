import { z } from 'zod';
import { alertReason } from './incidents.routes.js';
import { missedVerdicts } from './missed-runs.routes.js';
import { defineRoutes, instant } from './route.js';

const tag = 'overview';

/** Hosts that have one value of a label. */
const fleetGroup = z.object({
  /** null: hosts without the label. */
  value: z.string().nullable(),
  total: z.int(),
  online: z.int(),
  lagging: z.int(),
  /** Never seen ones too. */
  offline: z.int(),
  inSync: z.int(),
});

export const nowRoutes = defineRoutes({
  activity: {
    method: 'GET',
    path: '/now/activity',
    tag,
    summary: 'Runs by the minute over the last hour, what did not simply happen in a day, and the versions of agents',
    response: z.object({
      at: instant,
      /** The oldest first, every minute of the hour up to the present one. */
      minutes: z.array(z.object({ minute: instant, started: z.int(), bad: z.int() })),
      /** Expected runs of the last 24 hours by what was said of them. */
      misses: z.record(z.enum(missedVerdicts), z.int()),
      /** The most frequent first. */
      agentVersions: z.array(z.object({ version: z.string(), hosts: z.int() })),
    }),
  },
  fleet: {
    method: 'GET',
    path: '/now/fleet',
    tag,
    summary: 'How hosts are, by the values of a label',
    query: z.object({
      /** Its key; the most frequent one when left out. */
      label: z.string().max(100).optional(),
    }),
    response: z.object({
      /** Keys that hosts have, the most frequent first. */
      keys: z.array(z.string()),
      /** The one counted by; null when no host has a label. */
      label: z.string().nullable(),
      /** Those with most hosts that are not online first. */
      groups: z.array(fleetGroup),
      /** There are more values than are listed. */
      isMore: z.boolean(),
    }),
  },
  unreached: {
    method: 'GET',
    path: '/now/unreached',
    tag,
    summary: 'Channels and subscriptions through which nothing goes now, and why: each needs a person',
    response: z.object({
      /** Stopped ones first; at most a hundred. */
      items: z.array(
        z.object({
          kind: z.enum(['channel', 'subscription']),
          name: z.string(),
          /** `failing`: its breaker is open, and it is tried again by itself; `stopped`: until somebody says so. */
          health: z.enum(['failing', 'stopped']),
          problem: alertReason.nullable(),
          /** Since when nothing has gone through; null where that is not known. */
          since: instant.nullable(),
          /** What waits for it. */
          waiting: z.int(),
        }),
      ),
    }),
  },
  load: {
    method: 'GET',
    path: '/now/load',
    tag,
    summary: 'Starts by time that are due in the next hour, by five minutes',
    response: z.object({
      everyMinutes: z.int(),
      items: z.array(z.object({ from: instant, starts: z.int() })),
      /** There are more jobs than were looked at. */
      isMore: z.boolean(),
    }),
  },
});
