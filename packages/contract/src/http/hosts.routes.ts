import { hostPresences, hostStates, spoolLossReasons } from '@carillon/core/state/states';
import { z } from 'zod';
import { limits } from '../limits.js';
import { assignment, assignmentCounts, taskChange } from './jobs.shapes.js';
import { addressRange, defineRoutes, instant, nameParam, pageOf, pageQuery, queryFlag } from './route.js';

const tag = 'hosts';
const host = z.object({ name: nameParam });
const labels = z.record(z.string(), z.string());

/** What a person should know of a host besides whether it is there. */
export const hostConcern = z.discriminatedUnion('code', [
  z.object({
    code: z.literal('spool_lost'),
    runEvents: z.int(),
    otherEvents: z.int(),
    outputRuns: z.int(),
    lastAt: instant,
  }),
  z.object({ code: z.literal('disk'), message: z.string() }),
  /** Another agent works with the identity of this host; the later one is refused. */
  z.object({ code: z.literal('copy'), hostname: z.string(), lastAt: instant }),
  /** Ahead of the server's clock by so much; negative: behind. */
  z.object({ code: z.literal('clock'), aheadMs: z.int() }),
]);

/** Something that waited on a host and was given up before the centre had it. */
export const spoolLoss = z.object({
  id: z.uuid(),
  reason: z.enum(spoolLossReasons),
  /** Ends of runs, and starts whose end is not known. */
  runEvents: z.int(),
  otherEvents: z.int(),
  /** Runs whose output was given up. */
  outputRuns: z.int(),
  outputBytes: z.int(),
  /** The first of the runs concerned. */
  runIds: z.array(z.uuid()),
  from: instant.nullable(),
  to: instant.nullable(),
  noticedAt: instant,
});

export const hostSummary = z.object({
  id: z.uuid(),
  name: z.string(),
  state: z.enum(hostStates),
  presence: z.enum(hostPresences),
  labels,
  os: z.string(),
  timezone: z.string(),
  agentVersion: z.string(),
  scheduler: z.string(),
  lastSeenAt: instant.nullable(),
  assignments: assignmentCounts,
  /** Jobs of which a run began in the last day and went wrong; older servers leave it out. */
  failingJobs: z.int().optional(),
  /** The agent has registered exactly what is desired. */
  inSync: z.boolean(),
  /** The gravest first. */
  concerns: z.array(hostConcern),
  /** Of its key, to be compared with what the host shows; only while it waits to be let in. */
  keyFingerprint: z.string().optional(),
  /** Address from which it joined; only while it waits. */
  joinedFrom: z.string().nullable().optional(),
});

export const hostDetail = hostSummary.extend({
  enrolledAt: instant,
  desired: z.object({ rev: z.int(), hash: z.string() }),
  observedHash: z.string().nullable(),
  spool: z.object({ epoch: z.int(), ackedSeq: z.int(), waiting: z.int() }),
  /** Room for what waits there, as the agent last said; null when it does not say. */
  disk: z.object({ spoolBytes: z.int(), freeBytes: z.int() }).nullable(),
  /** How far its clock is ahead of the server's, by its last message; null when it never told. */
  clockAheadMs: z.int().nullable(),
  keyId: z.string(),
});

export const enrolmentToken = z.object({
  id: z.uuid(),
  createdAt: instant,
  expiresAt: instant,
  uses: z.int(),
  used: z.int(),
  labels,
  revoked: z.boolean(),
  /** Addresses and networks from which it is taken; none: from anywhere. */
  addresses: z.array(z.string()),
  /** What hosts must be called; null: anything. */
  hostNames: z.string().nullable(),
  /** Who joins with it waits until somebody lets him in. */
  needsApproval: z.boolean(),
  /** Who made it; empty where nobody kept it. */
  author: z.string(),
});

/** In percent; of the fullest disk. */
const loadPoint = z.object({
  at: instant,
  cpu: z.int().nullable(),
  memory: z.int().nullable(),
  disk: z.int().nullable(),
});

export const hostRoutes = defineRoutes({
  list: {
    method: 'GET',
    path: '/hosts',
    tag,
    summary: 'Hosts by name',
    query: pageQuery.extend({
      search: z.string().max(100).optional(),
      presence: z.enum(hostPresences).optional(),
      /** `key=value`. */
      label: z.string().max(200).optional(),
      /** Version of the agent. */
      agent: z.string().max(50).optional(),
      /** Only hosts with failing jobs. */
      failing: queryFlag.optional(),
      /** Only hosts in this state; hosts that are retired are shown only when asked for. */
      state: z.enum(hostStates).optional(),
    }),
    response: pageOf(hostSummary),
  },
  get: { method: 'GET', path: '/hosts/:name', tag, summary: 'One host', params: host, response: hostDetail },
  agentFiles: {
    method: 'GET',
    path: '/agent-files',
    tag,
    summary: 'The Windows agent as this server offers it: below /downloads, and through /install.ps1',
    response: z.object({
      /** Of this server, as hosts are told to reach it. */
      origin: z.string(),
      /** Those that have been built. */
      files: z.array(z.object({ name: z.string(), bytes: z.int(), sha256: z.string() })),
    }),
  },
  assignments: {
    method: 'GET',
    path: '/hosts/:name/assignments',
    tag,
    summary: 'The jobs of a host',
    params: host,
    query: pageQuery,
    response: pageOf(assignment),
  },
  taskChanges: {
    method: 'GET',
    path: '/hosts/:name/task-changes',
    tag,
    summary: 'Changes that were made to our tasks on the host, newest first',
    params: host,
    query: pageQuery,
    response: pageOf(taskChange),
  },
  losses: {
    method: 'GET',
    path: '/hosts/:name/losses',
    tag,
    summary: 'What waited on the host and was given up before it arrived, newest first',
    params: host,
    query: pageQuery,
    response: pageOf(spoolLoss),
  },
  load: {
    method: 'GET',
    path: '/hosts/:name/load',
    tag,
    summary: 'How busy a host is: what it last told, and every five minutes of the last two days, oldest first',
    params: host,
    response: z.object({
      /** Null where the agent does not tell. */
      now: loadPoint.extend({ disks: z.array(z.object({ name: z.string(), percent: z.int() })) }).nullable(),
      items: z.array(loadPoint),
    }),
  },
  setLabels: {
    method: 'PATCH',
    path: '/hosts/:name',
    tag,
    summary: 'Replace the labels of a host; jobs that select it by label follow at once',
    params: host,
    body: z.object({
      labels: z.unknown(),
      /** Why it is done though a freeze holds it back: needs the right to. */
      overrideFreeze: z.string().min(1).max(limits.reasonCharacters).optional(),
    }),
    response: hostSummary,
  },
  groups: {
    method: 'GET',
    path: '/groups',
    tag,
    summary: 'Saved groups of hosts',
    query: pageQuery,
    response: pageOf(
      z.object({
        name: z.string(),
        labels: labels.nullable(),
        hosts: z.array(z.string()).nullable(),
        /** So many others than its author approve what changes its hosts; null: nobody has to. Older servers do not say it. */
        approval: z.object({ required: z.int() }).nullable().optional(),
        matching: z.int(),
      }),
    ),
  },
  createToken: {
    method: 'POST',
    path: '/enrolment-tokens',
    tag,
    summary: 'A token with which a new agent joins; shown once',
    body: z.object({
      uses: z.int().min(1).max(limits.enrolmentTokenUses).default(1),
      expiresInMinutes: z
        .int()
        .min(1)
        .max(7 * 24 * 60)
        .default(60),
      /** Labels every host that joins with it gets. */
      labels: z.unknown().optional(),
      /** Addresses and networks such as 10.1.0.0/16 from which it is taken; from anywhere when it is left out. */
      addresses: z.array(addressRange).max(50).optional(),
      /** What hosts must be called: `web-*`, `?` for one letter. */
      hostNames: z.string().min(1).max(255).optional(),
      /** Who joins with it waits until somebody lets him in. */
      needsApproval: z.boolean().optional(),
    }),
    response: enrolmentToken.extend({ token: z.string() }),
  },
  tokens: {
    method: 'GET',
    path: '/enrolment-tokens',
    tag,
    summary: 'Tokens, newest first, without their secrets',
    query: pageQuery,
    response: pageOf(enrolmentToken),
  },
  revokeToken: {
    method: 'DELETE',
    path: '/enrolment-tokens/:id',
    tag,
    summary: 'Make a token useless',
    params: z.object({ id: z.uuid() }),
    response: enrolmentToken,
  },
});
