import { z } from 'zod';
import { defineRoutes, instant, nameParam } from './route.js';

const tag = 'runs';

const filter = {
  job: nameParam.optional(),
  host: nameParam.optional(),
  /** `key=value`: starts on hosts that have it. */
  label: z.string().max(200).optional(),
};

/** Starts of one job in an hour, and what may be done about them: core's `MovableJob`. */
const movableJob = z.object({
  job: z.string(),
  starts: z.array(z.number()),
  spreadMinutes: z.number(),
  roomMinutes: z.number(),
  canShift: z.boolean(),
});

export const loadRoutes = defineRoutes({
  expected: {
    method: 'GET',
    path: '/load/expected',
    tag,
    summary: 'How many starts the timetables make in each hour of some days; hosts that spread a start count evenly',
    query: z.object({
      /** To the minute; `hours` are counted from here. */
      from: instant,
      days: z.coerce.number().int().min(1).max(8).default(7),
      ...filter,
    }),
    response: z.object({
      from: instant,
      hours: z.array(z.number()),
      /** Jobs that are not in it, since there are too many starts to look at. */
      omitted: z.array(z.string()),
    }),
  },
  hour: {
    method: 'GET',
    path: '/load/hour',
    tag,
    summary: 'One hour by the minute: the starts that the timetables make, by job, and the runs that began',
    query: z.object({ from: instant, ...filter }),
    response: z.object({
      from: instant,
      /** Expected starts of jobs that cannot be moved, and of the smallest ones. */
      fixed: z.array(z.number()),
      /** The largest jobs first. */
      jobs: z.array(movableJob),
      started: z.array(z.int()),
      /** Of those that began, the ones that went wrong. */
      bad: z.array(z.int()),
      omitted: z.array(z.string()),
    }),
  },
});
