import { alertSeverities, quietStates } from '@carillon/core/state/states';
import { z } from 'zod';
import { incidentAbout } from './incidents.routes.js';
import { defineRoutes, instant, pageOf, pageQuery } from './route.js';

const tag = 'alerts';

/** What planned quiet mutes now. */
export const mutedNow = z.object({
  alerts: z.int(),
  /** The first twenty. */
  incidents: z.array(
    z.object({
      number: z.int(),
      title: z.string(),
      about: incidentAbout.optional(),
      severity: z.enum(alertSeverities),
    }),
  ),
  incidentsTotal: z.int(),
});

export const quietTime = z.object({
  name: z.string(),
  description: z.string(),
  /** Of a freeze, what it covers; none: everything. */
  match: z.array(z.string()),
  reason: z.string(),
  /** Who asked for it. */
  by: z.string(),
  state: z.enum(quietStates),
  /** Of the time that is active or comes next; null: since it was written. */
  from: instant.nullable(),
  until: instant.nullable(),
  recurs: z.boolean(),
  /** Null where it is not active. */
  mutes: mutedNow.nullable(),
  updatedAt: instant,
});

export const dutySpan = z.object({
  from: instant,
  until: instant,
  /** Null: nobody is on duty. */
  person: z.string().nullable(),
  /** `override`, or the name of the layer. */
  by: z.string().nullable(),
});

export const onCallSchedule = z.object({
  name: z.string(),
  description: z.string(),
  timezone: z.string(),
  people: z.array(z.string()),
  /** Who is on duty from now on, in order, for five weeks: the first is now; at most fifty. */
  duty: z.array(dutySpan),
  /** Those that are not over, as they come. */
  overrides: z.array(
    z.object({
      /** Its place in the document. */
      index: z.int(),
      from: instant,
      until: instant,
      person: z.string(),
    }),
  ),
  updatedAt: instant,
});

export const quietRoutes = defineRoutes({
  list: {
    method: 'GET',
    path: '/quiet-times',
    tag,
    summary: 'Silences, maintenance windows or freezes by name, whether they are active, and what they mute now',
    query: pageQuery.extend({ kind: z.enum(['Silence', 'MaintenanceWindow', 'Freeze']) }),
    response: pageOf(quietTime),
  },
  onCall: {
    method: 'GET',
    path: '/on-call',
    tag,
    summary: 'On-call schedules by name: who is on duty now, and who is next',
    query: pageQuery,
    response: pageOf(onCallSchedule),
  },
});
