import { subscriptionEvents } from '@carillon/core/alert/subscribe/subscription-events';
import { noticeStates } from '@carillon/core/state/states';
import type { ExpectedText } from '@carillon/core/text/expected-texts';
import { z } from 'zod';
import { alertReason } from './incidents.routes.js';
import { defineRoutes, instant, pageOf, pageQuery } from './route.js';

const tag = 'subscriptions';
const subscription = z.object({ id: z.uuid() });

const fields = {
  /** As people say it; one of its kind, in either case. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/, 'a name of letters, digits, blanks, . _ -' satisfies ExpectedText),
  url: z.url({ protocol: /^https?$/ }).max(2_000),
  events: z.array(z.enum(subscriptionEvents)).min(1).max(subscriptionEvents.length),
  /** Matchers over labels, of which all have to fit: `env=prod`, `job=~nightly-.*`, `host!=db-01`, `severity=~medium|high`. */
  match: z.array(z.string().min(1).max(500)).max(20),
  /** Secrets of the server that sign each delivery; two while one is exchanged for the other. */
  signing: z
    .array(z.object({ secret: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/) }))
    .min(1)
    .max(2),
  /** Whether it may reach addresses that are not public. */
  allowPrivateAddresses: z.boolean(),
  enabled: z.boolean(),
};

export const subscriptionSummary = z.object({
  id: z.uuid(),
  name: z.string(),
  url: z.string(),
  events: z.array(z.enum(subscriptionEvents)),
  match: z.array(z.string()),
  signing: z.array(z.object({ secret: z.string() })),
  allowPrivateAddresses: z.boolean(),
  enabled: z.boolean(),
  /** `works`, `failing` (tried again later), or `stopped` until somebody switches it on again. */
  health: z.enum(['works', 'failing', 'stopped']),
  /** Why it is stopped. */
  problem: alertReason.nullable(),
  /** Since when nothing has gone through. */
  failingSince: instant.nullable(),
  /** Secrets that it needs and nobody has handed over. */
  missingSecrets: z.array(z.string()),
  /** Events that wait, that were given up, and that there was no room for. */
  waiting: z.int(),
  dead: z.int(),
  dropped: z.int(),
  author: z.string(),
  createdAt: instant,
  updatedAt: instant,
});

export const subscriptionDelivery = z.object({
  /** The `webhook-id` under which it goes out, in every attempt. */
  id: z.uuid(),
  /** As in the body: of two about one incident the higher one is the newer. */
  number: z.int(),
  type: z.enum([...subscriptionEvents, 'ping']),
  incident: z.int().nullable(),
  runId: z.uuid().nullable(),
  /** `cancelled`: a newer event of the same incident took its place. */
  state: z.enum(noticeStates),
  attempts: z.int(),
  createdAt: instant,
  sentAt: instant.nullable(),
  /** When it is tried next. */
  nextAt: instant.nullable(),
  /** What the endpoint said last. */
  outcome: alertReason.nullable(),
});

export const subscriptionRoutes = defineRoutes({
  list: {
    method: 'GET',
    path: '/subscriptions',
    tag,
    summary: 'Who is told by webhook, by name, and whether it works',
    query: pageQuery,
    response: pageOf(subscriptionSummary),
  },
  get: {
    method: 'GET',
    path: '/subscriptions/:id',
    tag,
    summary: 'One subscription',
    params: subscription,
    response: subscriptionSummary,
  },
  create: {
    method: 'POST',
    path: '/subscriptions',
    tag,
    summary: 'Be told of incidents and failed runs by webhook',
    body: z.object({
      ...fields,
      match: fields.match.default([]),
      allowPrivateAddresses: fields.allowPrivateAddresses.default(false),
      enabled: fields.enabled.default(true),
    }),
    response: subscriptionSummary,
    takesKey: true,
  },
  change: {
    method: 'PATCH',
    path: '/subscriptions/:id',
    tag,
    summary: 'Change a subscription; what is not named stays. `enabled: true` starts one that was stopped',
    params: subscription,
    body: z.object(fields).partial(),
    response: subscriptionSummary,
  },
  remove: {
    method: 'DELETE',
    path: '/subscriptions/:id',
    tag,
    summary: 'Take a subscription away, with what waits for it',
    params: subscription,
    response: z.object({ id: z.uuid() }),
  },
  test: {
    method: 'POST',
    path: '/subscriptions/:id/test',
    tag,
    summary: 'Send it a signed `ping` now, and tell what its endpoint said',
    params: subscription,
    response: z.object({
      ...{ sent: z.boolean(), code: z.string(), message: z.string(), tookMs: z.int() },
      /** Of the message, as of a channel's. */
      figures: alertReason.shape.figures,
    }),
  },
  deliveries: {
    method: 'GET',
    path: '/subscriptions/:id/deliveries',
    tag,
    summary: 'Its events and what became of them, newest first',
    params: subscription,
    query: pageQuery.extend({ state: z.enum(noticeStates).optional() }),
    response: pageOf(subscriptionDelivery),
  },
  delivery: {
    method: 'GET',
    path: '/subscriptions/:id/deliveries/:delivery',
    tag,
    summary: 'One of its events with the body that goes out',
    params: z.object({ id: z.uuid(), delivery: z.uuid() }),
    response: subscriptionDelivery.extend({ body: z.record(z.string(), z.unknown()) }),
  },
  replay: {
    method: 'POST',
    path: '/subscriptions/:id/replay',
    tag,
    summary: 'Send events again: some, or since a time those that were given up, with `sent` all of them',
    params: subscription,
    body: z
      .object({
        ids: z.array(z.uuid()).min(1).max(1_000).optional(),
        since: instant.optional(),
        sent: z.boolean().optional(),
      })
      .refine(
        ({ ids, since }) => (ids === undefined) !== (since === undefined),
        'either ids or since' satisfies ExpectedText,
      ),
    response: z.object({ replayed: z.int() }),
  },
});
