import {
  alertSeverities,
  alertStages,
  alertStates,
  incidentStates,
  noticeReasons,
  noticeStates,
} from '@carillon/core/state/states';
import { z } from 'zod';
import { incidentLink } from './incident-links.routes.js';
import { defineRoutes, instant, pageOf, pageQuery, queryFlag } from './route.js';

const tag = 'alerts';
/** Incidents go by the number that people say to each other. */
const incident = z.object({ number: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });
const labels = z.record(z.string(), z.string());
const counts = z.record(z.string(), z.int());

/** Why something was decided: a stable code, a sentence, and its figures. */
export const alertReason = z.object({
  code: z.string(),
  text: z.string(),
  figures: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});

/** The title of an incident in parts, for who says it in another language. */
export const incidentAbout = z.object({ subject: z.string().nullable(), reason: alertReason });

/** How far an incident reaches. */
export const incidentSpread = z.object({
  /** Alerts that fire now, and that ever belonged to it. */
  firing: z.int(),
  total: z.int(),
  hosts: z.int(),
  jobs: z.int(),
  /** Hosts the job should run on, where it is one job's. */
  hostsOfJob: z.int().nullable(),
  byExitCode: counts,
  byVersion: counts,
  /** `key=value` of host labels, the most frequent. */
  byLabel: counts,
  /** Names of the first hosts. */
  examples: z.array(z.string()),
});

export const incidentSummary = z.object({
  id: z.uuid(),
  number: z.int(),
  state: z.enum(incidentStates),
  severity: z.enum(alertSeverities),
  title: z.string(),
  /** Older servers and incidents leave it out. */
  about: incidentAbout.optional(),
  policy: z.string(),
  /** Null where it is not about one job; so with the host. */
  job: z.string().nullable(),
  host: z.string().nullable(),
  /** Counts reopenings. */
  generation: z.int(),
  openedAt: instant,
  updatedAt: instant,
  resolvedAt: instant.nullable(),
  acknowledgedBy: z.string().nullable(),
  acknowledgedAt: instant.nullable(),
  assignee: z.string().nullable(),
  /** Why nobody is told though it fires; null: people are told. */
  muted: alertReason.nullable(),
  flapping: z.boolean(),
  spread: incidentSpread,
  labels,
  /** Tickets of other systems that belong to it; absent from older servers. */
  links: z.array(incidentLink).optional(),
});

export const alertSummary = z.object({
  id: z.uuid(),
  policy: z.string(),
  job: z.string().nullable(),
  host: z.string().nullable(),
  /** What else tells alerts of one policy apart, `disk:D`; empty for most. */
  what: z.string(),
  state: z.enum(alertStates),
  severity: z.enum(alertSeverities),
  flapping: z.boolean(),
  /** Since when its condition has held without a break. */
  since: instant,
  firedAt: instant.nullable(),
  resolvedAt: instant.nullable(),
  reason: alertReason,
  runId: z.uuid().nullable(),
  /** Number of the incident it belongs to. */
  incident: z.int().nullable(),
});

export const noticeSummary = z.object({
  id: z.uuid(),
  /** Number of its incident; null for a test. */
  incident: z.int().nullable(),
  channel: z.string(),
  recipient: z.string().nullable(),
  reason: z.enum(noticeReasons),
  /** Of the escalation. */
  step: z.int(),
  state: z.enum(noticeStates),
  attempts: z.int(),
  createdAt: instant,
  sentAt: instant.nullable(),
  /** When it is tried next. */
  nextAt: instant.nullable(),
  /** What the channel said last. */
  outcome: alertReason.nullable(),
});

/** Where an incident lives in another system. */
export const ticketLink = z.object({
  channel: z.string(),
  /** As people write it, `INC0012345`; null until the other system has answered. */
  ticket: z.string().nullable(),
  url: z.string().nullable(),
  state: z.string(),
  /** Who has it there; servers before two-way tickets leave it out, and so with the next one. */
  assignee: z.string().nullable().optional(),
  /** A person ended it while it fails: it is left alone. */
  muted: z.boolean().optional(),
  generation: z.int(),
});

/** One decision of one stage. */
export const alertLogEntry = z.object({
  /** Counts up over all incidents. */
  id: z.string(),
  at: instant,
  stage: z.enum(alertStages),
  code: z.string(),
  text: z.string(),
  /** Who decided; null where the product did. */
  actor: z.string().nullable(),
  alertId: z.uuid().nullable(),
  noticeId: z.uuid().nullable(),
  figures: z.record(z.string(), z.unknown()).nullable(),
});

/** When nobody answers: whom it goes to next. */
export const incidentEscalation = z.object({
  route: z.string(),
  steps: z.array(
    z.object({
      waitMs: z.int(),
      targets: z.array(z.object({ channel: z.string(), recipient: z.string().nullable() })),
    }),
  ),
  /** Of the next step to be taken, from 0; the number of steps when all are taken. */
  next: z.int(),
  repeatEveryMs: z.int().nullable(),
  repeatsLeft: z.int(),
});

export const incidentDetail = incidentSummary.extend({
  escalation: incidentEscalation.nullable(),
  /** When the next step, repeat or end is due. */
  nextLookAt: instant.nullable(),
  /** What it consists of, firing ones first: the first hundred; `spread` counts all. */
  alerts: z.array(alertSummary),
  /** Who was told, newest first: the last hundred. */
  notices: z.array(noticeSummary),
  tickets: z.array(ticketLink),
  /** What somebody should do about it, as the policy says. */
  runbook: z.string().nullable(),
});

const filters = {
  state: z.enum(incidentStates).optional(),
  severity: z.enum(alertSeverities).optional(),
  /** Names; of an alert in it, or of the incident itself. */
  job: z.string().max(255).optional(),
  host: z.string().max(255).optional(),
  /** `key=value` that it has. */
  label: z.string().max(500).optional(),
  /** Opened or changed at or after. */
  since: instant.optional(),
};

const note = z.object({ note: z.string().min(1).max(2_000).optional() }).default({});

export const incidentRoutes = defineRoutes({
  list: {
    method: 'GET',
    path: '/incidents',
    tag,
    summary: 'Incidents, newest first; or what needs a person first',
    query: pageQuery.extend({
      ...filters,
      /** In the title, or the number itself, `42` or `#42`. */
      search: z.string().max(100).optional(),
      /** Only those that are not resolved, and what needs a person first: unanswered before answered, severe before mild. */
      attention: queryFlag.optional(),
    }),
    response: pageOf(incidentSummary),
  },
  counts: {
    method: 'GET',
    path: '/incident-counts',
    tag,
    summary: 'How many incidents are open, and how many of them wait for a person',
    response: z.object({
      open: z.int(),
      /** Firing, not acknowledged, not muted. */
      waiting: z.int(),
      bySeverity: z.object({ low: z.int(), medium: z.int(), high: z.int() }),
    }),
  },
  get: {
    method: 'GET',
    path: '/incidents/:number',
    tag,
    summary: 'One incident: its alerts, spread, notices and tickets',
    params: incident,
    response: incidentDetail,
  },
  log: {
    method: 'GET',
    path: '/incidents/:number/log',
    tag,
    summary: 'Every decision about an incident, in order',
    params: incident,
    query: pageQuery,
    response: pageOf(alertLogEntry),
  },
  acknowledge: {
    method: 'POST',
    path: '/incidents/:number/acknowledge',
    tag,
    summary: 'Somebody looks after it: it escalates no further',
    params: incident,
    body: note,
    response: incidentSummary,
    takesKey: true,
  },
  unacknowledge: {
    method: 'POST',
    path: '/incidents/:number/unacknowledge',
    tag,
    summary: 'Nobody looks after it any more: it escalates again',
    params: incident,
    body: note,
    response: incidentSummary,
    takesKey: true,
  },
  assign: {
    method: 'POST',
    path: '/incidents/:number/assign',
    tag,
    summary: 'Give it to somebody, or to nobody',
    params: incident,
    body: z.object({ assignee: z.string().min(1).max(200).nullable() }),
    response: incidentSummary,
    takesKey: true,
  },
  note: {
    method: 'POST',
    path: '/incidents/:number/notes',
    tag,
    summary: 'Write something down in its log',
    params: incident,
    body: z.object({ text: z.string().min(1).max(2_000) }),
    response: incidentSummary,
    takesKey: true,
  },
  resolve: {
    method: 'POST',
    path: '/incidents/:number/resolve',
    tag,
    summary: 'Declare it over; it opens again when its alerts go on',
    params: incident,
    body: note,
    response: incidentSummary,
    takesKey: true,
  },
  alerts: {
    method: 'GET',
    path: '/alerts',
    tag,
    summary: 'Alerts, newest first; open ones unless a state is given',
    query: pageQuery.extend({
      state: z.enum(alertStates).optional(),
      policy: z.string().max(255).optional(),
      job: z.string().max(255).optional(),
      host: z.string().max(255).optional(),
      incident: z.coerce.number().int().min(1).optional(),
    }),
    response: pageOf(alertSummary),
  },
});
