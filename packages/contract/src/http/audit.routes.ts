import { z } from 'zod';
import { incidentAbout } from './incidents.routes.js';
import { defineRoutes, instant, nameParam, pageOf, pageQuery } from './route.js';

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
  /** Of an incident that is still called so: its title in parts. Older servers leave it out. */
  about: incidentAbout.optional(),
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

const signed = z.object({ text: z.string(), signature: z.string() });

/** What one agent answered. Its ends are signed, so that no server can make them up; that it was asked is the server's word. */
export const auditWitness = z.object({
  host: z.string(),
  /** `old`: its agent cannot be asked. `silent`: it did not answer in time. */
  state: z.enum(['answered', 'silent', 'old']),
  /** Canonical JSON of `{ kind, seq, hash, at }` and its signature, oldest first. */
  ends: z.array(signed),
  /** The set of keys that the host obeys, signed by its root; null where it has pinned none. */
  keys: signed.extend({ vouchers: z.array(z.string()) }).nullable(),
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
      /** Only what was done to this job: its definition, rollouts and commands, and its tasks on hosts. */
      job: nameParam.optional(),
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
  witnesses: {
    method: 'GET',
    path: '/audit/witnesses',
    tag: 'audit',
    summary: 'What agents keep of the audit: asks those that are connected to this server, by the name of their host',
    query: pageQuery,
    response: pageOf(auditWitness),
  },
});
