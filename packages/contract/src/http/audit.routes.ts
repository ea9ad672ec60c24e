import { z } from 'zod';
import { defineRoutes, instant, pageOf, pageQuery } from './route.js';

export const auditKinds = [
  'Job',
  'HostGroup',
  'AlertDocument',
  'Incident',
  'Pause',
  'Command',
  'Host',
  'EnrolmentToken',
  'Task',
  'Upgrade',
  'Rollout',
  'Freeze',
  'Delivery',
  'Secret',
  'Subscription',
  'Account',
  'AccessToken',
  'Session',
  'ChangeRequest',
  'ApproverKey',
] as const;
export type AuditKind = (typeof auditKinds)[number];

export const auditEntry = z.object({
  /** Its number in the audit. */
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
  /** Address that it came from; null: from the server itself. */
  from: z.string().nullable(),
  /** How it came: `session`, `token`, `open` (whoever signed in by it), `link`, `agent`, `server`. */
  via: z.string(),
  /** As it was and as it is; null where there was or is nothing, or where it is not kept. */
  before: z.unknown(),
  after: z.unknown(),
  /** What was asked for, of what may be shown. */
  given: z.unknown(),
  /** Whether the chain of hashes vouches for it; false for what is older than the chain. */
  chained: z.boolean(),
});

export const auditRoutes = defineRoutes({
  list: {
    method: 'GET',
    path: '/audit',
    tag: 'audit',
    summary: 'What was done, newest first, with what it was before where that is kept',
    query: pageQuery.extend({
      kind: z.enum(auditKinds).optional(),
      actor: z.string().max(200).optional(),
      /** Part of what it was about. */
      search: z.string().max(200).optional(),
      since: instant.optional(),
    }),
    response: pageOf(auditEntry),
  },
  chain: {
    method: 'GET',
    path: '/audit/chain',
    tag: 'audit',
    summary: 'Rows as they were hashed, oldest first, for whoever checks the chain or keeps a copy of it',
    query: pageQuery.extend({
      /** Only rows from then on. A check of the chain needs all. */
      since: instant.optional(),
    }),
    response: pageOf(
      z.object({
        seq: z.int(),
        at: instant,
        /** SHA-256 of the body, in hexadecimal digits; null for what is older than the chain. */
        hash: z.string().nullable(),
        /** Canonical JSON (RFC 8785), exactly as it was hashed. */
        body: z.string(),
      }),
    ),
  },
});
