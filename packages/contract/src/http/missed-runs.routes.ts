import { certainties, whyReasons } from '@carillon/core/state/states';
import { z } from 'zod';
import { defineRoutes, instant, nameParam, pageOf, pageQuery } from './route.js';
import { whyEvidence, whyFigures } from './why.routes.js';

export const missedVerdicts = ['missed', 'host_unknown', 'ran_late', 'skipped'] as const;

/** Expected runs in a row that did not simply happen, of which the same is to be said. */
export const missedRun = z.object({
  id: z.string(),
  job: z.string(),
  host: z.string(),
  /** The host's own zone, IANA; older servers leave it out. */
  timezone: z.string().optional(),
  version: z.int(),
  /** The first of them. */
  scheduledFor: instant,
  /** The last of them. */
  lastFor: instant,
  occurrences: z.int(),
  /** What was said first; it stays. */
  verdict: z.enum(missedVerdicts),
  cause: z.enum(whyReasons),
  certainty: z.enum(certainties),
  /** In one sentence. */
  text: z.string(),
  /** What the text has, by name; older servers leave it out. */
  figures: whyFigures.optional(),
  evidence: z.array(whyEvidence),
  runId: z.uuid().nullable(),
  decidedAt: instant,
  /** What late evidence made of it. */
  amended: z
    .object({
      verdict: z.string(),
      cause: z.enum(whyReasons),
      text: z.string(),
      /** As above; `several` counts what became of all, where more than one waited. Absent of amendments of before. */
      figures: whyFigures.optional(),
      runId: z.uuid().nullable(),
      at: instant,
    })
    .nullable(),
});

export const missedRunRoutes = defineRoutes({
  list: {
    method: 'GET',
    path: '/missed-runs',
    tag: 'runs',
    summary: 'Expected runs that did not simply happen: missed, late, let pass, or unknown, newest first',
    query: pageQuery.extend({
      job: nameParam.optional(),
      host: nameParam.optional(),
      verdict: z.enum(missedVerdicts).optional(),
      cause: z.enum(whyReasons).optional(),
      /** Due at or after. */
      since: instant.optional(),
    }),
    response: pageOf(missedRun),
  },
});
