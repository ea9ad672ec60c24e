import { noticeStates } from '@carillon/core/state/states';
import type { ExpectedText } from '@carillon/core/text/expected-texts';
import { z } from 'zod';
import { alertReason, noticeSummary } from './incidents.routes.js';
import { defineRoutes, instant, nameParam, pageOf, pageQuery, queryFlag } from './route.js';

const tag = 'alerts';
const channel = z.object({ name: nameParam });
/** As a document names it. */
const secretName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);

export const channelSummary = z.object({
  name: z.string(),
  type: z.string(),
  description: z.string(),
  enabled: z.boolean(),
  fallback: z.string().nullable(),
  /** `works`, `failing` (tried again later), or `stopped` until somebody applies it again. */
  health: z.enum(['works', 'failing', 'stopped']),
  /** Why it is not `works`. */
  problem: alertReason.nullable(),
  /** Secrets that it needs and nobody has handed over. */
  missingSecrets: z.array(z.string()),
  /** Notices that wait, and that were given up, in the last day. */
  waiting: z.int(),
  dead: z.int(),
  /** Until when its breaker lets nothing through; null: it is closed. Older servers leave it out, and so with the next one. */
  openUntil: instant.nullable().optional(),
  /** The newest notice through it; null: none yet. */
  lastDelivery: noticeSummary
    .pick({ id: true, state: true, createdAt: true, sentAt: true, outcome: true })
    .nullable()
    .optional(),
  updatedAt: instant,
});

/** A notice as people read it. */
export const noticeBody = z.object({
  subject: z.string(),
  text: z.string(),
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  /** Last lines of a run's output, where they are kept with it. */
  output: z.string().nullable(),
  /** `url` null: a link that acts for whoever has it, and so is never shown. */
  links: z.array(z.object({ name: z.string(), url: z.string().nullable() })),
  /** Made with the language and the templates that the channel has now; false: the channel is gone. */
  ofChannel: z.boolean(),
});

export const channelRoutes = defineRoutes({
  list: {
    method: 'GET',
    path: '/channels',
    tag,
    summary: 'Channels by name, and whether they work',
    query: pageQuery,
    response: pageOf(channelSummary),
  },
  test: {
    method: 'POST',
    path: '/channels/:name/test',
    tag,
    summary:
      'Send a real notice through a channel now, and tell what the provider said; look whether tickets could be made',
    params: channel,
    /** Of channels of tickets: makes one and ends it. Without it nothing is changed there. */
    query: z.object({ create: queryFlag.optional() }),
    response: z.object({
      /** Or, of a channel of tickets: all is as it should be. */
      sent: z.boolean(),
      /** Of the attempt. */
      code: z.string(),
      message: z.string(),
      /** Of the message, for who says it in another language; older servers leave them out. */
      figures: alertReason.shape.figures,
      tookMs: z.int(),
      /** Of a channel of tickets: what was looked at. `says`: why not, where the system said so; older servers leave it out. */
      checks: z
        .array(
          z.object({
            what: z.string(),
            ok: z.boolean(),
            text: z.string(),
            says: z.object({ code: z.string(), figures: alertReason.shape.figures }).optional(),
          }),
        )
        .optional(),
    }),
  },
  deliveries: {
    method: 'GET',
    path: '/deliveries',
    tag,
    summary: 'Notices and what became of them, newest first',
    query: pageQuery.extend({
      state: z.enum(noticeStates).optional(),
      channel: z.string().max(255).optional(),
      since: instant.optional(),
    }),
    response: pageOf(noticeSummary),
  },
  delivery: {
    method: 'GET',
    path: '/deliveries/:id',
    tag,
    summary: 'One notice and what was said in it, without what would act for whoever reads it',
    params: z.object({ id: z.uuid() }),
    response: noticeSummary.extend({ body: noticeBody }),
  },
  replay: {
    method: 'POST',
    path: '/deliveries/replay',
    tag,
    summary: 'Send dead letters again: some, or all of a channel, or all since a time',
    body: z
      .object({
        ids: z.array(z.uuid()).min(1).max(1_000).optional(),
        channel: z.string().min(1).max(255).optional(),
        since: instant.optional(),
      })
      .refine(
        ({ ids, channel, since }) => ids || channel || since,
        'at least one of ids, channel, since' satisfies ExpectedText,
      ),
    response: z.object({ replayed: z.int() }),
  },
  secrets: {
    method: 'GET',
    path: '/secrets',
    tag,
    summary: 'Names of the secrets that channels use; their values are never shown',
    query: pageQuery,
    response: pageOf(
      z.object({ name: z.string(), author: z.string(), updatedAt: instant, usedBy: z.array(z.string()) }),
    ),
  },
  setSecret: {
    method: 'POST',
    path: '/secrets',
    tag,
    summary: 'Hand over a secret, or another value of it',
    body: z.object({ name: secretName, value: z.string().min(1).max(8_192) }),
    response: z.object({ name: z.string() }),
  },
  removeSecret: {
    method: 'DELETE',
    path: '/secrets/:name',
    tag,
    summary: 'Forget a secret that no channel uses',
    params: channel,
    response: z.object({ name: z.string() }),
  },
});
