import { missedPolicies } from '@carillon/core/job/job-spec';
import { z } from 'zod';
import { defineRoutes, instant, pageOf, pageQuery } from './route.js';

const tag = 'hosts';

/** Which hosts; one that satisfies every part that is given. */
const selection = {
  hosts: z.array(z.string().min(1).max(255)).min(1).max(1_000).optional(),
  group: z.string().min(1).max(255).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  all: z.literal(true).optional(),
};

export const hostPause = z.object({
  id: z.uuid(),
  host: z.string(),
  from: instant,
  until: instant,
  afterwards: z.enum(missedPolicies),
  by: z.string(),
  reason: z.string(),
});

export const pauseRoutes = defineRoutes({
  list: {
    method: 'GET',
    path: '/pauses',
    tag,
    summary: 'Hosts that start nothing by themselves now, by name',
    query: pageQuery.extend({ host: z.string().max(255).optional() }),
    response: pageOf(hostPause),
  },
  pause: {
    method: 'POST',
    path: '/pauses',
    tag,
    summary:
      'Let hosts start nothing by themselves until a time; they go on by themselves then, with or without the centre',
    body: z.object({
      ...selection,
      until: instant,
      /** What becomes of starts that fall into it. */
      afterwards: z.enum(missedPolicies),
      reason: z.string().max(500).default(''),
      /** Tells which hosts it would be, and changes nothing. */
      dryRun: z.boolean().default(false),
    }),
    response: z.object({
      until: instant,
      hosts: z.array(z.string()),
      /** Hosts whose agent is too old to understand it, and which go on. */
      refused: z.array(z.object({ host: z.string(), why: z.string() })),
    }),
  },
  resume: {
    method: 'POST',
    path: '/pauses/end',
    tag,
    summary: 'Let hosts start their jobs again before the end of their pause',
    body: z.object(selection),
    response: z.object({ hosts: z.array(z.string()) }),
  },
});
