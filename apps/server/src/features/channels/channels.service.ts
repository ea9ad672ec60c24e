import { randomBytes } from 'node:crypto';
import type { channelRoutes } from '@carillon/contract/http/channels.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { readableNotice } from '@carillon/core/alert/deliver/readable-notice';
import { isTicketChannel, secretsOf, type TicketChannelSpec } from '@carillon/core/alert/documents/channel.schema';
import type { NoticeContent } from '@carillon/core/alert/notice';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import type { ChannelCheckText } from '@carillon/core/text/channel-check-texts';
import type { TellingText } from '@carillon/core/text/telling-texts';
import { Inject, Injectable } from '@nestjs/common';
import { Delivery } from '../../alerting/delivery/delivery.service.js';
import { TicketTrial } from '../../alerting/ticketing/ticket-trial.js';
import { ApiError, invalidField, notFound } from '../../http/api-error.js';
import { pageOfRows, readCursor, readUuidCursor } from '../../http/cursor.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { noticeView } from '../../shared/incident-view.js';
import { Origins } from '../../shared/origins.js';
import { AlertDocumentStore } from '../../store/alert-document.store.js';
import { ChannelListStore, type ChannelRow } from '../../store/channel-list.store.js';
import { NoticeStore } from '../../store/notice.store.js';
import { ServerSecretStore } from '../../store/server-secret.store.js';
import { SubscriptionStore } from '../../store/subscription.store.js';

type Routes = typeof channelRoutes;

/** Channels, what goes through them, and the secrets that they need. */
@Injectable()
export class ChannelsService {
  constructor(
    @Inject(AlertDocumentStore) private readonly documents: AlertDocumentStore,
    @Inject(ChannelListStore) private readonly channels: ChannelListStore,
    @Inject(NoticeStore) private readonly notices: NoticeStore,
    @Inject(ServerSecretStore) private readonly secretStore: ServerSecretStore,
    @Inject(SubscriptionStore) private readonly subscriptions: SubscriptionStore,
    @Inject(Delivery) private readonly delivery: Delivery,
    @Inject(TicketTrial) private readonly trial: TicketTrial,
    @Inject(Origins) private readonly origins: Origins,
    @Inject(HINTS) private readonly hints: Hints,
  ) {}

  async list({ cursor, limit }: Input<Routes['list']>): Promise<Response<Routes['list']>> {
    const rows = await this.channels.list(readCursor(cursor), limit + 1);
    const known = new Set((await this.secretStore.list()).map(({ name }) => name));
    return pageOfRows(
      rows,
      limit,
      ({ nameKey }) => nameKey,
      (row) => channelView(row, known),
    );
  }

  async test(name: string, caller: string, create: boolean): Promise<Response<Routes['test']>> {
    const nameKey = name.toLowerCase();
    const found = (await this.documents.all('Channel')).find((document) => document.nameKey === nameKey);
    if (!found) throw notFound('channel', name);
    if (isTicketChannel(found.spec)) return await this.testTickets(nameKey, found.spec, caller, create);
    if (create) throw invalidField('create', 'nothing: only channels of tickets make any', create);
    const id = makeUuid7(Date.now(), randomBytes(10));
    const content = testContent(caller, this.origins.all[0] ?? null);
    const notice = {
      id,
      key: `test/${id}`,
      incidentId: null,
      generation: 1,
      channel: nameKey,
      recipient: null,
      step: 0,
    };
    const began = performance.now();
    const outcome = await this.delivery.test(nameKey, found.spec, { ...notice, reason: 'test', content });
    const tookMs = Math.round(performance.now() - began);
    if (outcome.kind === 'sent') return { sent: true, code: 'sent', message: outcome.providerId ?? 'taken', tookMs };
    const { code, message, figures = {} } = outcome;
    return { sent: false, code, message, figures: { ...figures }, tookMs };
  }

  private async testTickets(
    nameKey: string,
    spec: TicketChannelSpec,
    caller: string,
    create: boolean,
  ): Promise<Response<Routes['test']>> {
    const began = performance.now();
    const checks = await this.trial.run(nameKey, spec, create, caller);
    const tookMs = Math.round(performance.now() - began);
    const wrong = checks.filter(({ ok }) => !ok).map(({ what, text }) => `${what}: ${text}`);
    const ok = wrong.length === 0;
    const allWell: ChannelCheckText = 'everything is as it should be';
    const message = ok ? allWell : wrong.join('; ');
    return { sent: ok, code: ok ? 'works' : 'incomplete', message, tookMs, checks };
  }

  async deliveries({
    cursor,
    limit,
    state,
    channel,
    since,
  }: Input<Routes['deliveries']>): Promise<Response<Routes['deliveries']>> {
    const filter = { state, channel: channel?.toLowerCase(), since: since === undefined ? undefined : new Date(since) };
    const rows = await this.channels.deliveries(filter, readUuidCursor(cursor), limit + 1);
    return pageOfRows(rows, limit, ({ id }) => id, noticeView);
  }

  async get(id: string): Promise<Response<Routes['delivery']>> {
    const found = await this.channels.delivery(id);
    if (!found) throw notFound('delivery', id);
    const { row, content, channel } = found;
    return { ...noticeView(row), body: { ...readableNotice(content, channel), ofChannel: channel !== null } };
  }

  async replay(
    { ids, channel, since }: Input<Routes['replay']>['body'],
    caller: string,
  ): Promise<Response<Routes['replay']>> {
    const which = { ids, channel: channel?.toLowerCase(), since: since === undefined ? undefined : new Date(since) };
    const replayed = await this.notices.replay(which, caller, Date.now());
    if (replayed.length > 0) {
      this.hints.publish({ kind: 'notices', hostIds: [], ids: replayed });
      this.hints.publish({ kind: 'incidents', hostIds: [] });
    }
    return { replayed: replayed.length };
  }

  async secrets({ cursor, limit }: Input<Routes['secrets']>): Promise<Response<Routes['secrets']>> {
    const after = readCursor(cursor);
    const users = await this.users();
    const rows = (await this.secretStore.list())
      .filter(({ name }) => after === null || name > after)
      .slice(0, limit + 1);
    return pageOfRows(
      rows,
      limit,
      ({ name }) => name,
      ({ name, author, updatedAt }) => ({
        name,
        author,
        updatedAt: updatedAt.toISOString(),
        usedBy: users.get(name) ?? [],
      }),
    );
  }

  async setSecret(
    { name, value }: Input<Routes['setSecret']>['body'],
    caller: string,
  ): Promise<Response<Routes['setSecret']>> {
    await this.secretStore.put(name, value, caller);
    return { name };
  }

  async removeSecret(name: string): Promise<Response<Routes['removeSecret']>> {
    const users = (await this.users()).get(name) ?? [];
    if (users.length > 0)
      throw new ApiError('conflict', `secret ${name} is used by ${users.join(', ')}`, { usedBy: users });
    if (!(await this.secretStore.remove(name))) throw notFound('secret', name);
    return { name };
  }

  /** Which channels and subscriptions use which secrets. */
  private async users(): Promise<Map<string, string[]>> {
    const users = new Map<string, string[]>();
    for (const { name, spec } of await this.documents.all('Channel'))
      for (const secret of secretsOf(spec)) users.set(secret, [...(users.get(secret) ?? []), name]);
    for (const { name, signing } of await this.subscriptions.all())
      for (const secret of signing) users.set(secret, [...(users.get(secret) ?? []), `subscription ${name}`]);
    return users;
  }
}

function channelView(row: ChannelRow, known: ReadonlySet<string>) {
  const { spec, breaker, disabled, waiting, dead, lastDelivery, updatedAt } = row;
  const isFailing = breaker !== null && breaker.openUntilMs !== null;
  const failing = { code: 'failing', text: 'its latest attempts failed; it is tried again later' };
  return {
    name: spec.name,
    type: spec.type,
    description: spec.description,
    enabled: spec.enabled,
    fallback: spec.fallback,
    health: disabled ? ('stopped' as const) : isFailing ? ('failing' as const) : ('works' as const),
    problem: disabled ? { ...disabled } : isFailing ? failing : null,
    missingSecrets: secretsOf(spec).filter((name) => !known.has(name)),
    waiting,
    dead,
    openUntil: breaker?.openUntilMs == null ? null : new Date(breaker.openUntilMs).toISOString(),
    lastDelivery: lastDelivery && {
      ...lastDelivery,
      createdAt: new Date(lastDelivery.createdAt).toISOString(),
      sentAt: lastDelivery.sentAt && new Date(lastDelivery.sentAt).toISOString(),
    },
    updatedAt: updatedAt.toISOString(),
  };
}

function testContent(caller: string, origin: string | null): NoticeContent {
  return {
    reason: 'test',
    incident: null,
    text: `${caller} tried this channel. Nothing is wrong, and nothing is to be done.` satisfies TellingText,
    job: null,
    host: null,
    run: null,
    spread: null,
    labels: {},
    runbook: null,
    links: { incident: origin, acknowledge: null, run: null },
  };
}
