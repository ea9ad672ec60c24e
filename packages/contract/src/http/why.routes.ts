import { certainties, whyReasons } from '@carillon/core/state/states';
import { z } from 'zod';
import { defineRoutes, instant, nameParam, pageOf, pageQuery } from './route.js';

/** What a sentence has, by name: for who says it in another language, by its code. */
export const whyFigures = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

/** What an answer is known from; older servers tell no code. */
export const whyEvidence = z.object({
  at: instant.nullable(),
  text: z.string(),
  code: z.string().optional(),
  figures: whyFigures.optional(),
});

/** What became of one fire of a job on one host, and what that is known from. */
export const whyAnswer = z.object({
  job: z.string(),
  host: z.string(),
  reason: z.enum(whyReasons),
  certainty: z.enum(certainties),
  /** In one sentence. */
  text: z.string(),
  /** What the text has, by name; older servers leave it out. */
  figures: whyFigures.optional(),
  /** The fire that was meant; null where none was due. */
  fireAt: instant.nullable(),
  /** Version of the job that counted then. */
  version: z.int().nullable(),
  evidence: z.array(whyEvidence),
  runId: z.uuid().nullable(),
  nextFireAt: instant.nullable(),
});

export const whyRoutes = defineRoutes({
  job: {
    method: 'GET',
    path: '/jobs/:name/why',
    tag: 'jobs',
    summary: "Why didn't it run? The last fire of a job, or the one at a time, on each of its hosts or on one",
    params: z.object({ name: nameParam }),
    query: pageQuery.extend({
      host: nameParam.optional(),
      /** About when it should have run; the last fire when left out. */
      at: instant.optional(),
      limit: z.coerce.number().int().min(1).max(100).default(50),
    }),
    response: pageOf(whyAnswer),
  },
});
