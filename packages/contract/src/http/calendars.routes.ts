import { z } from 'zod';
import { defineRoutes, instant, pageOf, pageQuery } from './route.js';

/** Days by name, and who keeps to them. */
export const calendar = z.object({
  name: z.string(),
  description: z.string(),
  /** Single days or ranges, of one year or of every, as in its file. */
  days: z.array(z.string()),
  /** Those of the coming year from today (UTC) on, `2026-12-25`, in order. */
  coming: z.array(z.string()),
  /** The first twenty jobs that name it. */
  jobs: z.array(z.string()),
  jobsTotal: z.int(),
  author: z.string(),
  updatedAt: instant,
});

export const calendarRoutes = defineRoutes({
  list: {
    method: 'GET',
    path: '/calendars',
    tag: 'jobs',
    summary: 'Calendars by name: their days, and the jobs that keep to them',
    query: pageQuery,
    response: pageOf(calendar),
  },
});
