import { runStates } from '@carillon/core/state/states';
import { z } from 'zod';
import { limits } from '../limits.js';
import { defineRoutes, instant, nameParam, queryFlag } from './route.js';

/** A run as one bar of a row. */
const timelineRun = z.object({
  id: z.uuid(),
  state: z.enum(runStates),
  job: z.string(),
  host: z.string(),
  startedAt: instant,
  /** Null while it is under way, or nobody knows. */
  finishedAt: instant.nullable(),
});

/** Expected runs in a row that did not happen, or of which nobody knows. */
const timelineMiss = z.object({
  verdict: z.enum(['missed', 'host_unknown']),
  job: z.string(),
  host: z.string(),
  /** When the first and the last of them were due. */
  from: instant,
  to: instant,
  occurrences: z.int(),
});

const timelineFire = z.object({ at: instant, job: z.string(), hosts: z.int() });

export const timelineRow = z.object({
  /** Of the host or of the job. */
  name: z.string(),
  /** Oldest first. */
  runs: z.array(timelineRun),
  /** From here on `runs` has every run; what began earlier is only counted. */
  completeFrom: instant,
  /** Runs that began earlier, by the hour of their start; hours without a run are left out. */
  hours: z.array(z.object({ hour: instant, total: z.int(), bad: z.int() })),
  misses: z.array(timelineMiss),
  fires: z.array(timelineFire),
  /** Up to here `fires` has every start that is known ahead. */
  firesUntil: instant,
  /** Until when nothing starts by itself on the host; null where it is not paused, and for jobs. */
  pausedUntil: instant.nullable(),
});

export const timelineRoutes = defineRoutes({
  rows: {
    method: 'GET',
    path: '/timeline',
    tag: 'runs',
    summary: 'Hosts or jobs over time: what ran, what did not, and the starts to come',
    query: z.object({
      by: z.enum(['host', 'job']).default('host'),
      from: instant,
      /** At most fifteen days after `from`. */
      to: instant,
      /** Rows are in the order of their names, so that any part of a long list can be shown. */
      offset: z.coerce.number().int().min(0).max(100_000).default(0),
      limit: z.coerce.number().int().min(1).max(limits.timelineRows).default(limits.timelineRows),
      /** Part of the rows' names. */
      search: z.string().max(100).optional(),
      /** `key=value`: hosts that have it; only with `by=host`. */
      label: z.string().max(200).optional(),
      job: nameParam.optional(),
      host: nameParam.optional(),
      /** Only rows with runs that went wrong in this time, and only those runs. */
      bad: queryFlag.optional(),
    }),
    response: z.object({
      now: instant,
      /** Of all rows. */
      total: z.int(),
      items: z.array(timelineRow),
    }),
  },
});
