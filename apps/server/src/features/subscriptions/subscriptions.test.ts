import { api } from '@carillon/contract/http/api';
import type { Request } from '@carillon/contract/http/route';
import { signWebhook } from '@carillon/core/alert/deliver/standard-webhooks';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { HttpSink, type SinkRequest } from '@carillon/testkit/http-sink';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { addAlert, addIncident } from '../../store/testing/incidents.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { IncidentLinksModule } from '../incident-links/incident-links.module.js';
import { IncidentsModule } from '../incidents/incidents.module.js';
import { SubscriptionsModule } from './subscriptions.module.js';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const modules = [ChannelsModule, IncidentsModule, IncidentLinksModule, SubscriptionsModule];
const routes = api.subscriptions;
let database: TestDatabase;
let app: TestApp;
let sink: HttpSink;
beforeAll(async () => {
  database = await cloneDatabase();
  app = await startTestApp(database.url, { modules });
  await app.call(api.channels.setSecret, { body: { name: 'hook', value: secret } });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});
beforeEach(async () => {
  sink = await HttpSink.start();
});
afterEach(async () => {
  for (const { id } of (await app.call(routes.list, {})).items) await app.call(routes.remove, { id });
  await sink.close();
});

type Fields = Request<typeof routes.create>['body'];
const subscribe = (fields: Partial<Fields> = {}) =>
  app.call(routes.create, {
    body: {
      name: 'helpdesk',
      url: `${sink.url}/hook`,
      events: ['incident.opened', 'incident.updated', 'incident.resolved'],
      signing: [{ secret: 'hook' }],
      ...fields,
    },
  });

/** One that still fires, so that nothing is over by itself. */
async function firing(changes: Parameters<typeof addIncident>[1] = {}) {
  const incident = await addIncident(app.database, changes);
  const facts = { labels: { host: 'DB-01', env: 'prod' } };
  await addAlert(app.database, { incidentId: incident.id }, { what: incident.id, facts });
  return incident;
}

const bodyOf = (request: SinkRequest | undefined) => JSON.parse(request?.body ?? '{}');

describe('a subscription', () => {
  it('is told what becomes of an incident, as the API shows it, signed', async () => {
    await subscribe();
    const { number } = await firing();
    const acked = await app.call(api.incidents.acknowledge, { number, body: { note: 'on it' } });
    await sink.taken(1);
    const [request] = sink.requests;
    const body = bodyOf(request);
    expect(body).toMatchObject({ type: 'incident.updated', version: 1, timestamp: expect.stringMatching(/Z$/) });
    expect(body.data.incident).toEqual(JSON.parse(JSON.stringify(acked)));
    expect(body.data.url).toBe(`${app.origin}/incidents/${number}`);
    expect(body.data.changes).toMatchObject([
      { code: 'acknowledged', actor: 'admin' },
      { code: 'note', text: 'on it', actor: 'admin' },
    ]);
    const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature } = request?.headers ?? {};
    expect(signature).toBe(signWebhook(secret, `${id}.${seconds}.${request?.body}`));
    const ticket = { system: 'helpdesk', key: 'INC-7', url: 'https://helpdesk.example/INC-7' };
    await app.call(api.incidentLinks.add, { number, body: ticket });
    await sink.taken(2);
    expect(bodyOf(sink.requests[1])).toMatchObject({
      type: 'incident.updated',
      data: { incident: { links: [ticket] }, changes: [{ code: 'linked' }] },
    });
    await app.call(api.incidents.resolve, { number, body: { note: 'a new disk' } });
    await sink.taken(3);
    expect(bodyOf(sink.requests[2])).toMatchObject({ type: 'incident.resolved', data: { incident: { number } } });
    const numbers = sink.requests.map((one) => bodyOf(one).number);
    expect([...numbers].sort((a, b) => a - b)).toEqual(numbers);
  });

  it('hears of what it asked for, and of nothing else', async () => {
    await subscribe({ name: 'prod', match: ['env=prod', 'severity=high'] });
    await subscribe({ name: 'db', url: `${sink.url}/db`, match: ['host=db-01'] });
    await subscribe({ name: 'ends', url: `${sink.url}/ends`, events: ['incident.resolved'] });
    await subscribe({ name: 'off', url: `${sink.url}/off`, enabled: false });
    const { number } = await firing({ severity: 'medium' });
    await app.call(api.incidents.assign, { number, body: { assignee: 'Ann' } });
    // The same again changes nothing.
    await app.call(api.incidents.assign, { number, body: { assignee: 'Ann' } });
    const other = await firing({ severity: 'high' });
    await app.call(api.incidents.assign, { number: other.number, body: { assignee: 'Bob' } });
    await sink.taken(3);
    expect(sink.requests.map(({ path }) => path).sort()).toEqual(['/db', '/db', '/hook']);
    // Nothing else was even written down.
    expect((await app.database.pool.query('SELECT FROM subscription_delivery')).rowCount).toBe(3);
  });

  it('is tested, and what became of its events is listed and sent again under the same id', async () => {
    const { id } = await subscribe();
    expect(await app.call(routes.test, { id })).toMatchObject({ sent: true });
    expect(bodyOf(sink.requests[0])).toMatchObject({ type: 'ping', data: { subscription: { name: 'helpdesk' } } });
    sink.answer = () => ({ status: 400, body: 'no such queue' });
    expect(await app.call(routes.test, { id })).toMatchObject({ sent: false, code: 'http_400' });
    const { number } = await firing();
    await app.call(api.incidents.note, { number, body: { text: 'hello' } });
    await sink.taken(3);
    const dead = await until(
      () => app.call(routes.deliveries, { id, state: 'dead', limit: 1 }),
      ({ items }) => items[0]?.type === 'incident.updated',
    );
    expect(dead).toMatchObject({ items: [{ incident: number, attempts: 1, outcome: { code: 'http_400' } }] });
    // What the address is taken for is written after what became of a delivery.
    const failing = await until(
      () => app.call(routes.get, { id }),
      ({ health }) => health === 'failing',
    );
    // A test that failed is no event that could be sent again.
    expect(failing).toMatchObject({ dead: 1 });
    sink.answer = () => ({});
    const since = new Date(Date.now() - 60_000).toISOString();
    expect(await app.call(routes.replay, { id, body: { since } })).toEqual({ replayed: 1 });
    await sink.taken(4);
    expect(sink.requests[3]?.headers['webhook-id']).toBe(dead.items[0]?.id);
    expect(sink.requests[3]?.body).toBe(sink.requests[2]?.body);
    await until(
      () => app.call(routes.get, { id }),
      ({ health }) => health === 'works',
    );
    // What was sent goes out again when it is named.
    expect(await app.call(routes.replay, { id, body: { since } })).toEqual({ replayed: 0 });
    expect(await app.call(routes.replay, { id, body: { ids: [dead.items[0]?.id ?? ''] } })).toEqual({ replayed: 1 });
    await sink.taken(5);
    await app.call(routes.change, { id, body: { enabled: false } });
    await expect(app.call(routes.replay, { id, body: { since } })).rejects.toMatchObject({
      body: { code: 'conflict', params: { code: 'subscription_off' } },
    });
  });

  it('is made once for one key, changed, and taken away', async () => {
    const create = () =>
      app.fetch('/api/v1/subscriptions', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${app.token}`,
          'content-type': 'application/json',
          'idempotency-key': 'subscribe-1',
        },
        body: JSON.stringify({
          ...{ name: 'once', url: sink.url, events: ['run.failed'], signing: [{ secret: 'hook' }] },
        }),
      });
    const [first, second] = [await (await create()).json(), await (await create()).json()];
    expect(second).toEqual(first);
    expect((await app.call(routes.list, {})).items).toEqual([first]);
    const { id } = first as { id: string };
    const changed = await app.call(routes.change, { id, body: { name: 'Once', match: ['job=etl'] } });
    expect(changed).toMatchObject({ name: 'Once', match: ['job=etl'], events: ['run.failed'], enabled: true });
    await expect(app.call(api.channels.removeSecret, { name: 'hook' })).rejects.toMatchObject({
      body: { params: { usedBy: ['subscription Once'] } },
    });
    await app.call(routes.remove, { id });
    await expect(app.call(routes.get, { id })).rejects.toMatchObject({ status: 404 });
  });

  it.each<[string, Partial<Fields>]>([
    ['match[0]', { match: ['env'] }],
    ['signing[0].secret', { signing: [{ secret: 'nobody-set-it' }] }],
    ['url', { url: 'file:///etc/passwd' }],
    ['events[0]', { events: ['incident.closed' as 'run.failed'] }],
    ['name', { name: '../x' }],
  ])('with a wrong %s is refused by name', async (field, fields) => {
    await expect(subscribe(fields)).rejects.toMatchObject({
      status: 400,
      body: { params: { problems: [{ path: field }] } },
    });
  });

  it('has a name of its own', async () => {
    await subscribe();
    await expect(subscribe({ name: 'HelpDesk' })).rejects.toMatchObject({ body: { params: { code: 'name_taken' } } });
  });
});

it('an address that is not public is not reached, unless the subscription says so', async () => {
  const guarded = await startTestApp(database.url, { modules, config: { allowPrivateChannels: false } });
  try {
    await guarded.call(api.channels.setSecret, { body: { name: 'guarded', value: secret } });
    const body = { name: 'inside', url: sink.url, events: ['run.failed' as const], signing: [{ secret: 'guarded' }] };
    const { id } = await guarded.call(routes.create, { body });
    expect(await guarded.call(routes.test, { id })).toMatchObject({ sent: false, code: 'blocked_address' });
    await guarded.call(routes.change, { id, body: { allowPrivateAddresses: true } });
    expect(await guarded.call(routes.test, { id })).toMatchObject({ sent: true });
  } finally {
    await guarded.close();
  }
});

/** The sender writes down what became of an attempt just after the endpoint has answered. */
async function until<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
  }
}
