import { api } from '@carillon/contract/http/api';
import { keyLeaseMs, keyLivesMs } from '@carillon/core/idempotency/judge-key';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChannelsModule } from '../features/channels/channels.module.js';
import { IncidentLinksModule } from '../features/incident-links/incident-links.module.js';
import { IncidentsModule } from '../features/incidents/incidents.module.js';
import { SubscriptionsModule } from '../features/subscriptions/subscriptions.module.js';
import { Database } from '../store/database.store.js';
import { IdempotencyKeyStore, pruneIdempotencyKeys } from '../store/idempotency-key.store.js';
import { poolTransaction } from '../store/pool-transaction.js';
import { type Death, dyingPool } from '../store/testing/dying-pool.js';
import { addAlert, addIncident } from '../store/testing/incidents.js';
import { startTestApp, type TestApp } from './testing/test-app.js';

let database: TestDatabase;
let app: TestApp;
beforeAll(async () => {
  database = await cloneDatabase();
  app = await startTestApp(database.url, {
    modules: [IncidentsModule, IncidentLinksModule, SubscriptionsModule, ChannelsModule],
  });
  await app.call(api.channels.setSecret, {
    body: { name: 'hook', value: `whsec_${Buffer.alloc(32, 5).toString('base64')}` },
  });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

async function post(path: string, key: string | null, body: object) {
  const answer = await app.fetch(`/api/v1/incidents/${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${app.token}`,
      'content-type': 'application/json',
      ...(key === null ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function notes(number: number): Promise<string[]> {
  const { items } = await app.call(api.incidents.log, { number });
  return items.filter(({ code }) => code === 'note').map(({ text }) => text);
}

describe('a request with an Idempotency-Key', () => {
  it('is carried out once, and gets its first answer again', async () => {
    const { number } = await addIncident(app.database);
    const first = await post(`${number}/notes`, 'note-1', { text: 'disk replaced' });
    expect(first.status).toBe(200);
    await app.call(api.incidents.assign, { number, body: { assignee: 'Ann' } });
    // As it was then, not as it is now.
    expect(await post(`${number}/notes`, 'note-1', { text: 'disk replaced' })).toEqual(first);
    expect(await notes(number)).toEqual(['disk replaced']);
    await post(`${number}/notes`, null, { text: 'disk replaced' });
    await post(`${number}/notes`, 'note-2', { text: 'disk replaced' });
    expect(await notes(number)).toHaveLength(3);
  });

  it('is refused again in the same words', async () => {
    const { number, id } = await addIncident(app.database);
    await addAlert(app.database, { incidentId: id, jobId: null, hostId: null }, {});
    const refused = await post(`${number}/resolve`, 'resolve-1', {});
    expect(refused).toMatchObject({ status: 409, body: { code: 'conflict', params: { code: 'comment_required' } } });
    await app.database.pool.query(`UPDATE alert SET state = 'resolved' WHERE incident_id = $1`, [id]);
    expect(await post(`${number}/resolve`, 'resolve-1', {})).toEqual(refused);
    expect((await post(`${number}/resolve`, 'resolve-2', {})).status).toBe(200);
  });

  it('is refused when it is another request', async () => {
    const { number } = await addIncident(app.database);
    await post(`${number}/notes`, 'other', { text: 'a' });
    const other = { status: 422, body: { code: 'unprocessable', params: { code: 'other_request' } } };
    expect(await post(`${number}/notes`, 'other', { text: 'b' })).toMatchObject(other);
    expect(await post(`${number}/acknowledge`, 'other', { text: 'a' })).toMatchObject(other);
    expect(await notes(number)).toEqual(['a']);
    expect(await post(`${number}/notes`, 'x y', { text: 'a' })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('Idempotency-Key: expected 1 to 255') },
    });
  });

  it('is carried out once when many come together', async () => {
    const { number } = await addIncident(app.database);
    const answers = await Promise.all(Array.from({ length: 12 }, () => post(`${number}/notes`, 'many', { text: 'a' })));
    expect(await notes(number)).toEqual(['a']);
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].filter((status) => status !== 200 && status !== 409)).toEqual([]);
    const late = answers.find(({ status }) => status === 409);
    if (late) expect(late.body).toMatchObject({ code: 'conflict', params: { code: 'under_way' } });
  });
});

describe('a request whose server dies', () => {
  /** Another server at the same database, whose connections end as a killed process's do. */
  async function dyingApp(death: Death): Promise<TestApp> {
    const dying = await startTestApp(database.url, {
      modules: [IncidentsModule, IncidentLinksModule, SubscriptionsModule],
    });
    const pool = dyingPool(database.url, death, () => undefined);
    Object.assign(dying.app.get(Database), { pool });
    return dying;
  }

  const routes: { path: (number: number) => string; body: object; effect: (number: number) => Promise<unknown> }[] = [
    { path: (number) => `incidents/${number}/notes`, body: { text: 'disk replaced' }, effect: notes },
    {
      path: (number) => `incidents/${number}/links`,
      body: { system: 'helpdesk', key: 'HD-1', url: 'https://helpdesk.example/1' },
      effect: async (number) => {
        const { items } = await app.call(api.incidents.log, { number });
        return items.filter(({ code }) => code === 'linked').map(({ code }) => code);
      },
    },
    {
      path: () => 'subscriptions',
      body: {
        name: 'desk',
        url: 'https://helpdesk.example/hook',
        events: ['run.failed'],
        match: [],
        signing: [{ secret: 'hook' }],
      },
      effect: async () => (await app.database.pool.query(`SELECT name FROM subscription`)).rows,
    },
  ];

  it.each(routes)(
    '$body is carried out once: after the commit it is only answered, before it is done',
    async (route) => {
      await app.database.pool.query('DELETE FROM subscription');
      for (const death of ['after the commit', 'before the commit'] as const) {
        const { number } = await addIncident(app.database);
        const send = (to: TestApp) =>
          to.fetch(`/api/v1/${route.path(number)}`, {
            method: 'POST',
            headers: {
              authorization: `Bearer ${to.token}`,
              'content-type': 'application/json',
              'idempotency-key': `${death.replaceAll(' ', '-')}-${number}`,
            },
            body: JSON.stringify({ ...route.body, ...('name' in route.body ? { name: `desk-${number}` } : {}) }),
          });
        const dying = await dyingApp(death);
        expect((await send(dying)).status).toBe(500);
        await dying.close();
        const was = ((await route.effect(number)) as unknown[]).length;
        expect((await send(app)).status).toBe(409);
        await app.database.pool.query(
          `UPDATE idempotency_key SET claimed_at = claimed_at - interval '61 seconds' WHERE status IS NULL`,
        );
        const answer = await send(app);
        expect(answer.status).toBe(200);
        const effects = (await route.effect(number)) as unknown[];
        expect(effects).toHaveLength(death === 'after the commit' ? was : was + 1);
        expect(effects.length).toBeGreaterThan(0);
        expect(await (await send(app)).json()).toEqual(await answer.json());
      }
    },
  );
});

describe('a stored key', () => {
  const claim = (key: string, claimedAt = new Date()) => ({ caller: 'Ann', key, request: 'r', claimedAt });

  it('is taken by one, until its server is taken to be dead', async () => {
    const store = app.app.get(IdempotencyKeyStore);
    const began = Date.now();
    expect(await store.claim(claim('dead', new Date(began)))).toEqual({ kind: 'first' });
    expect(await store.claim(claim('dead', new Date(began + keyLeaseMs - 1)))).toEqual({ kind: 'under_way' });
    const again = await Promise.all(
      [1, 2, 3].map((late) => store.claim(claim('dead', new Date(began + keyLeaseMs + late)))),
    );
    expect(again.map(({ kind }) => kind).sort()).toEqual(['first', 'under_way', 'under_way']);
    // The server that was taken to be dead has no say any more.
    await store.settle(claim('dead', new Date(began)), { status: 200, body: {} });
    expect(await store.claim(claim('dead', new Date(began + keyLeaseMs + 4)))).toEqual({ kind: 'under_way' });
  });

  it('belongs to who asks, and is forgotten after a day', async () => {
    const store = app.app.get(IdempotencyKeyStore);
    const old = claim('old', new Date(Date.now() - keyLivesMs - 1_000));
    await store.claim(old);
    await store.claim(claim('young'));
    expect(await store.claim({ ...claim('young'), caller: 'Bob' })).toEqual({ kind: 'first' });
    expect(await poolTransaction(app.database.pool, pruneIdempotencyKeys)).toBe(1);
    const left = await app.database.pool.query(`SELECT caller FROM idempotency_key WHERE key IN ('old', 'young')`);
    expect(left.rows.map(({ caller }) => caller).sort()).toEqual(['Ann', 'Bob']);
  });
});
