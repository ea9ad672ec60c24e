import { z } from 'zod';
import { defineRoutes, instant, pageOf, pageQuery } from './route.js';

export const auditKinds = ['Job', 'AlertDocument', 'Incident', 'Pause', 'Command'] as const;

export const auditEntry = z.object({
  /** Of its kind; opaque. */
  id: z.string(),
  at: instant,
  actor: z.string(),
  kind: z.enum(auditKinds),
  /** What was done: `created`, `updated`, `deleted`, `paused`, `resumed`, of a command its action, of an incident the act. */
  act: z.string(),
  /** Of a document its kind and name, of an incident its number, else the name of the job or host. */
  what: z.string(),
  /** In a sentence, where one was written. */
  text: z.string().nullable(),
  /** As it was and as it is; null where there was or is nothing, or where it is not kept. */
  before: z.unknown(),
  after: z.unknown(),
});

export const auditRoutes = defineRoutes({
  list: {
    method: 'GET',
    path: '/audit',
    tag: 'audit',
    summary: 'What people changed, newest first, with what it was before where that is kept',
    query: pageQuery.extend({
      kind: z.enum(auditKinds).optional(),
      actor: z.string().max(200).optional(),
      /** Part of what it was about. */
      search: z.string().max(200).optional(),
      since: instant.optional(),
    }),
    response: pageOf(auditEntry),
  },
});
