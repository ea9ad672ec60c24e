import { randomBytes } from 'node:crypto';
import type { Input, Response } from '@carillon/contract/http/route';
import type { subscriptionRoutes } from '@carillon/contract/http/subscriptions.routes';
import { readMatcher } from '@carillon/core/alert/quiet/matchers';
import { eventBody } from '@carillon/core/alert/subscribe/event-body';
import { makeProblem } from '@carillon/core/problem';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { ALERT_CLOCK, type AlertClock } from '../../alerting/alert-clock.js';
import { SubscriptionSender } from '../../alerting/subscriptions/subscription-sender.js';
import { ApiError, invalidField, invalidInput, notFound } from '../../http/api-error.js';
import { pageOfRows, readCursor } from '../../http/cursor.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { ServerSecretStore } from '../../store/server-secret.store.js';
import {
  type SubscriptionFields,
  type SubscriptionListRow,
  SubscriptionStore,
  type SubscriptionWrite,
} from '../../store/subscription.store.js';
import { type DeliveryRow, SubscriptionDeliveryStore } from '../../store/subscription-delivery.store.js';

type Routes = typeof subscriptionRoutes;
type Summary = Response<Routes['get']>;

/** Who is told by webhook, and what became of it. */
@Injectable()
export class SubscriptionsService {
  constructor(
    @Inject(SubscriptionStore) private readonly store: SubscriptionStore,
    @Inject(SubscriptionDeliveryStore) private readonly deliveryStore: SubscriptionDeliveryStore,
    @Inject(SubscriptionSender) private readonly sender: SubscriptionSender,
    @Inject(ServerSecretStore) private readonly secrets: ServerSecretStore,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
  ) {}

  async list({ cursor, limit }: Input<Routes['list']>): Promise<Response<Routes['list']>> {
    const rows = await this.store.list(readCursor(cursor), limit + 1);
    const known = await this.secretNames();
    return pageOfRows(
      rows,
      limit,
      ({ nameKey }) => nameKey,
      (row) => viewOf(row, known),
    );
  }

  async get(id: string): Promise<Summary> {
    return viewOf(await this.require(id), await this.secretNames());
  }

  async create(body: Input<Routes['create']>['body'], author: string): Promise<Summary> {
    const fields = await this.check({ ...body, signing: body.signing.map(({ secret }) => secret) });
    const nowMs = this.clock();
    const id = makeUuid7(nowMs, randomBytes(10));
    const made = requireWritten(await this.store.create(id, fields, author, new Date(nowMs)), fields.name);
    this.hint();
    return await this.get(made);
  }

  async change(id: string, body: Input<Routes['change']>['body']): Promise<Summary> {
    const before = await this.require(id);
    const fields = await this.check({
      name: body.name ?? before.name,
      url: body.url ?? before.url,
      events: body.events ?? before.events,
      match: body.match ?? before.match,
      signing: body.signing?.map(({ secret }) => secret) ?? before.signing,
      allowPrivateAddresses: body.allowPrivateAddresses ?? before.allowPrivateAddresses,
      enabled: body.enabled ?? before.enabled,
    });
    requireWritten(await this.store.change(id, fields, body.enabled === true, new Date(this.clock())), fields.name);
    this.hint();
    return await this.get(id);
  }

  async remove(id: string): Promise<Response<Routes['remove']>> {
    if (!(await this.store.remove(id))) throw notFound('subscription', id);
    return { id };
  }

  async test(id: string, by: string): Promise<Response<Routes['test']>> {
    const subscription = await this.require(id);
    const began = performance.now();
    const outcome = await this.sender.ping(subscription, by);
    const tookMs = Math.round(performance.now() - began);
    if (outcome.kind === 'sent') return { sent: true, code: 'sent', message: 'taken', tookMs };
    const { code, message, figures = {} } = outcome;
    return { sent: false, code, message, figures: { ...figures }, tookMs };
  }

  async deliveries({ id, cursor, limit, state }: Input<Routes['deliveries']>): Promise<Response<Routes['deliveries']>> {
    await this.require(id);
    const place = readCursor(cursor);
    if (place !== null && !/^\d{1,15}$/.test(place))
      throw invalidField('cursor', 'the `next` of an earlier page of this list', cursor);
    const before = place === null ? null : Number(place);
    const rows = await this.deliveryStore.list(id, { state, before, limit: limit + 1 });
    return pageOfRows(rows, limit, ({ number }) => String(number), deliveryView);
  }

  /** What goes out of an event, byte for byte the same in every attempt. */
  async delivery({ id, delivery }: Input<Routes['delivery']>): Promise<Response<Routes['delivery']>> {
    const found = await this.deliveryStore.byId(id, delivery);
    if (!found) throw notFound('delivery', delivery);
    const { data, ...row } = found;
    const { number, type, createdAt } = row;
    const body = eventBody({ number, type, atMs: createdAt.getTime(), data });
    return { ...deliveryView(row), body: JSON.parse(body) as Record<string, unknown> };
  }

  async replay(id: string, { ids, since, sent }: Input<Routes['replay']>['body']): Promise<Response<Routes['replay']>> {
    const { enabled, stopped, name } = await this.require(id);
    if (!enabled || stopped)
      throw new ApiError('conflict', `subscription ${name}: expected one that is switched on; PATCH enabled: true`, {
        code: 'subscription_off',
      });
    const which = { ids, sent, since: since === undefined ? undefined : new Date(since) };
    const replayed = await this.deliveryStore.replay(id, which, this.clock());
    if (replayed > 0) this.hint();
    return { replayed };
  }

  /** @throws ApiError that names each matcher and secret that cannot be used */
  private async check(fields: SubscriptionFields): Promise<SubscriptionFields> {
    const problems = fields.match.flatMap((text, index) => {
      const read = readMatcher(text);
      return read.ok ? [] : [makeProblem(`match[${index}]`, 'wrong_value', read.message, text)];
    });
    const known = await this.secretNames();
    for (const [index, name] of fields.signing.entries())
      if (!known.has(name))
        problems.push(
          makeProblem(`signing[${index}].secret`, 'wrong_value', 'a secret that was handed over (POST /secrets)', name),
        );
    if (problems.length > 0) throw invalidInput(problems);
    return { ...fields, events: [...new Set(fields.events)] };
  }

  private async require(id: string): Promise<SubscriptionListRow> {
    const row = await this.store.byId(id);
    if (!row) throw notFound('subscription', id);
    return row;
  }

  private async secretNames(): Promise<Set<string>> {
    return new Set((await this.secrets.list()).map(({ name }) => name));
  }

  /** There may be something to send. */
  private hint(): void {
    this.hints.publish({ kind: 'events', hostIds: [] });
  }
}

function deliveryView({ createdAt, sentAt, nextAt, outcome, ...row }: DeliveryRow) {
  return {
    ...row,
    createdAt: createdAt.toISOString(),
    sentAt: sentAt?.toISOString() ?? null,
    nextAt: nextAt?.toISOString() ?? null,
    outcome: outcome && { ...outcome },
  };
}

/** @returns its id. @throws ApiError when it was not written */
function requireWritten(write: SubscriptionWrite, name: string): string {
  if (write.kind === 'name_taken')
    throw new ApiError('conflict', `name: expected one that no subscription has, got ${JSON.stringify(name)}`, {
      code: 'name_taken',
    });
  if (write.kind === 'too_many')
    throw new ApiError('conflict', `expected at most ${write.most} subscriptions`, { code: 'too_many_subscriptions' });
  return write.id;
}

function viewOf(row: SubscriptionListRow, known: ReadonlySet<string>): Summary {
  const { id, name, url, events, match, allowPrivateAddresses, enabled, breaker, stopped, author } = row;
  const { waiting, dead, dropped } = row;
  return {
    ...{ id, name, url, allowPrivateAddresses, enabled, author, waiting, dead, dropped },
    events: [...events],
    match: [...match],
    signing: row.signing.map((secret) => ({ secret })),
    health: stopped ? 'stopped' : breaker.failingSinceMs !== null ? 'failing' : 'works',
    problem: stopped && { ...stopped },
    failingSince: breaker.failingSinceMs === null ? null : new Date(breaker.failingSinceMs).toISOString(),
    missingSecrets: row.signing.filter((secret) => !known.has(secret)),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
