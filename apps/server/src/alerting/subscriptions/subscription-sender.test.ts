import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endpointGivenUpMs } from '@carillon/core/alert/deliver/breaker';
import type { SubscriptionEvent } from '@carillon/core/alert/subscribe/subscription-events';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { HttpSink } from '@carillon/testkit/http-sink';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AlertNudge } from '../../queue/alert-nudge.js';
import { noDeliveryQueue } from '../../queue/delivery-queue.js';
import { InProcessHints } from '../../queue/in-process-hints.js';
import { Origins } from '../../shared/origins.js';
import { Sealer } from '../../shared/sealer.js';
import type { Database } from '../../store/database.store.js';
import { poolTransaction } from '../../store/pool-transaction.js';
import { ServerSecretStore } from '../../store/server-secret.store.js';
import { SubscriptionStore } from '../../store/subscription.store.js';
import { pruneSubscriptionDeliveries, SubscriptionDeliveryStore } from '../../store/subscription-delivery.store.js';
import { queueEvents } from '../../store/subscription-events.js';
import { addJobAndHost, addRun } from '../../store/testing/runs.js';
import { openDatabase } from '../../store/testing/stores.js';
import { SubscriptionSender } from './subscription-sender.js';

const minute = 60_000;
let folder: string;
let test: TestDatabase;
let database: Database;
let sink: HttpSink;
let sender: SubscriptionSender;
let nowMs = Date.UTC(2026, 10, 28, 2);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-subscriptions-'));
  [test, sink] = await Promise.all([cloneDatabase(), HttpSink.start()]);
  database = openDatabase(test.url);
  sender = senderOf();
  await secrets().put('hook', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'test');
});
afterEach(async () => {
  await Promise.all([sink.close(), database.onApplicationShutdown()]);
  await test.drop();
  rmSync(folder, { recursive: true, force: true });
});

const secrets = () => new ServerSecretStore(database, Sealer.fromFile(join(folder, 'secrets.key')));

/** Another server's sender is another one of these. */
function senderOf(): SubscriptionSender {
  const hints = new InProcessHints();
  return new SubscriptionSender(
    database,
    new SubscriptionStore(database),
    new SubscriptionDeliveryStore(database),
    secrets(),
    hints,
    new AlertNudge(hints),
    () => nowMs,
    new Origins({ publicOrigins: ['https://carillon.example'] }),
    { pollMs: 600_000, allowPrivateChannels: true },
    noDeliveryQueue,
  );
}

async function subscribe(name: string, events: readonly SubscriptionEvent[], match: string[] = []): Promise<string> {
  const id = makeUuid7(nowMs, randomBytes(10));
  const fields = { name, url: `${sink.url}/${name}`, events, match, signing: ['hook'] };
  const more = { allowPrivateAddresses: false, enabled: true };
  await new SubscriptionStore(database).create(id, { ...fields, ...more }, 'test', new Date(nowMs));
  return id;
}

const incidentId = '0195f6e2-1c5a-7c3e-8f00-1234567890ab';
async function queue(subscriptionId: string, type: SubscriptionEvent = 'incident.opened', count = 1): Promise<void> {
  const event = { subscriptionId, type, incidentId, runId: null, data: { type } };
  const events = Array.from({ length: count }, () => event);
  await poolTransaction(database.pool, (client) => queueEvents(client, events, nowMs));
}

async function rows(): Promise<{ type: string; state: string; attempts: number; code: string | null; next: number }[]> {
  const result = await database.pool.query(
    `SELECT type, state, attempts, outcome->>'code' AS code, (extract(epoch FROM next_at) * 1000)::float8 - $1 AS next
     FROM subscription_delivery ORDER BY number`,
    [nowMs],
  );
  return result.rows;
}

const paths = () => sink.requests.map(({ path }) => path);
const ids = () => sink.requests.map(({ headers }) => headers['webhook-id']);

describe('sending', () => {
  it('sends each event once, however many servers send', async () => {
    await queue(await subscribe('a', ['incident.opened']), 'incident.opened', 40);
    await Promise.all([sender, senderOf(), senderOf()].map((one) => one.deliver()));
    expect(new Set(ids()).size).toBe(40);
    expect(sink.requests).toHaveLength(40);
    expect(new Set((await rows()).map(({ state }) => state))).toEqual(new Set(['sent']));
  });

  it('tries again under the same id, later and later, and not before it is asked to', async () => {
    await queue(await subscribe('a', ['incident.opened']));
    sink.answer = (_, count) => (count === 1 ? { status: 503, headers: { 'retry-after': '120' } } : { status: 500 });
    await sender.deliver();
    expect(await rows()).toMatchObject([{ state: 'failed', attempts: 1, code: 'http_503', next: 120_000 }]);
    nowMs += 119_000;
    await sender.deliver();
    expect(sink.requests).toHaveLength(1);
    nowMs += 1_000;
    await sender.deliver();
    const [{ next } = { next: 0 }] = await rows();
    // Five minutes, a fifth more or less.
    expect(next).toBeGreaterThanOrEqual(240_000);
    expect(next).toBeLessThanOrEqual(360_000);
    sink.answer = () => ({});
    nowMs += 6 * minute;
    await sender.deliver();
    expect(await rows()).toMatchObject([{ state: 'sent', attempts: 3 }]);
    expect(new Set(ids()).size).toBe(1);
  });

  it('sends again what a server took and never settled', async () => {
    const id = await subscribe('a', ['incident.opened']);
    await queue(id);
    await new SubscriptionDeliveryStore(database).claim(id, 8, nowMs, minute);
    await sender.deliver();
    expect(sink.requests).toHaveLength(0);
    nowMs += minute;
    await sender.deliver();
    expect(await rows()).toMatchObject([{ state: 'sent', attempts: 2 }]);
  });

  it('does not wait for a slow endpoint with what goes elsewhere', async () => {
    await queue(await subscribe('slow', ['incident.opened']));
    await queue(await subscribe('quick', ['incident.opened']));
    sink.answer = ({ path }) => (path === '/slow' ? { silent: true } : {});
    const delivered = sender.deliver();
    await sink.taken(2);
    await queue(await subscribe('late', ['incident.opened']));
    void sender.deliver();
    await sink.taken(3);
    expect(paths().sort()).toEqual(['/late', '/quick', '/slow']);
    await sink.close();
    sink = await HttpSink.start();
    await delivered;
  });

  it('leaves an endpoint that does not work in peace, and stops after days, with a reason', async () => {
    const id = await subscribe('a', ['incident.opened']);
    const began = nowMs;
    await queue(id, 'incident.opened', 20);
    sink.answer = () => ({ status: 500, body: 'broken' });
    await sender.deliver();
    expect(sink.requests).toHaveLength(8);
    expect((await rows()).filter(({ code }) => code === 'breaker_open')).toHaveLength(12);
    const store = new SubscriptionStore(database);
    while (nowMs - began <= endpointGivenUpMs) {
      nowMs += 6 * 60 * minute;
      await sender.deliver();
    }
    expect(await store.byId(id)).toMatchObject({
      stopped: { code: 'failing', text: expect.stringMatching(/for 5 days.*HTTP 500: broken/) },
    });
    const noted = await database.pool.query(`SELECT FROM audit_entry WHERE body::jsonb->>'act' = 'given_up'`);
    expect(noted.rowCount).toBe(1);
    nowMs += 24 * 60 * minute;
    await sender.deliver();
    expect((await rows()).every(({ state }) => state === 'dead')).toBe(true);
    const taken = sink.requests.length;
    // Somebody mends it and switches it on: what was given up can be had.
    sink.answer = () => ({});
    const subscription = await store.byId(id);
    if (subscription) await store.change(id, subscription, true, new Date(nowMs));
    expect(await new SubscriptionDeliveryStore(database).replay(id, { since: new Date(0) }, nowMs)).toBe(20);
    await sender.deliver();
    expect(sink.requests).toHaveLength(taken + 20);
    expect(await store.byId(id)).toMatchObject({ stopped: null, waiting: 0, dead: 0 });
  });

  it('stops at once for an endpoint that is gone', async () => {
    const id = await subscribe('a', ['incident.opened']);
    await queue(id);
    sink.answer = () => ({ status: 410 });
    await sender.deliver();
    expect(await new SubscriptionStore(database).byId(id)).toMatchObject({ stopped: { code: 'gone' } });
  });

  it('gives up what is refused, and says which secret is missing', async () => {
    await queue(await subscribe('a', ['incident.opened']));
    sink.answer = () => ({ status: 404, body: 'nothing here' });
    await sender.deliver();
    expect(await rows()).toMatchObject([{ state: 'dead', code: 'http_404' }]);
    await secrets().remove('hook');
    await queue(await subscribe('b', ['incident.opened']));
    await sender.deliver();
    expect((await rows())[1]).toMatchObject({ state: 'failed', code: 'no_secret' });
  });
});

describe('queueing', () => {
  it('puts the newest of an incident in the place of updates that wait, never of its opening and its end', async () => {
    const id = await subscribe('a', ['incident.opened', 'incident.updated', 'incident.resolved']);
    const types = ['incident.opened', 'incident.updated', 'incident.updated', 'incident.resolved'] as const;
    for (const type of types) await queue(id, type);
    expect((await rows()).map(({ type, state }) => [type, state])).toEqual([
      ['incident.opened', 'queued'],
      ['incident.updated', 'cancelled'],
      ['incident.updated', 'cancelled'],
      ['incident.resolved', 'queued'],
    ]);
    await sender.deliver();
    expect(sink.requests.map(({ body }) => JSON.parse(body).type)).toEqual(['incident.opened', 'incident.resolved']);
  });

  it('keeps ten thousand, and counts what came on top', async () => {
    const id = await subscribe('a', ['incident.opened']);
    await queue(id, 'incident.opened', 9_999);
    await queue(id, 'incident.opened', 3);
    expect(await new SubscriptionStore(database).byId(id)).toMatchObject({ waiting: 10_000, dropped: 2 });
  });

  it('does not break what it belongs to when the subscription is gone', async () => {
    const id = await subscribe('a', ['incident.opened']);
    await new SubscriptionStore(database).remove(id);
    await queue(id);
    expect(await rows()).toEqual([]);
  });

  it('forgets what was sent a week ago and what was given up a month ago', async () => {
    await queue(await subscribe('a', ['incident.opened']), 'incident.opened', 4);
    await database.pool.query(
      `UPDATE subscription_delivery d SET next_at = NULL, state = x.state, created_at = now() - x.days * interval '1 day'
       FROM (SELECT id, (ARRAY['sent', 'sent', 'dead', 'dead'])[row_number() OVER ()] AS state, (ARRAY[6, 8, 29, 31])[row_number() OVER ()] AS days
             FROM subscription_delivery) x WHERE x.id = d.id`,
    );
    const prune = () => poolTransaction(database.pool, (client) => pruneSubscriptionDeliveries(client, 1));
    // In batches.
    expect([await prune(), await prune(), await prune()]).toEqual([1, 1, 0]);
  });
});

describe('failed runs', () => {
  const told = () =>
    sink.requests.map(({ path, body }) => {
      const { type, data } = JSON.parse(body);
      return `${path} ${type} ${data.run.job} ${data.run.state} ${data.run.exitCode}`;
    });

  it('are told once though no policy looks at them, to whom they concern', async () => {
    const etl = await addJobAndHost(database, { job: 'etl', host: 'DB-01' });
    // Nobody listens yet: nothing is left behind.
    await addRun(database, etl, { state: 'failed' });
    expect((await database.pool.query('SELECT FROM run_failure')).rowCount).toBe(0);
    await subscribe('all', ['run.failed']);
    await subscribe('etl', ['run.failed'], ['job=ETL', 'host=db-01']);
    await subscribe('other', ['run.failed'], ['job=other']);
    await subscribe('incidents', ['incident.opened']);
    await addRun(database, etl, { state: 'succeeded' });
    await addRun(database, etl, { state: 'indeterminate' });
    const id = await addRun(database, etl, { state: 'running' });
    await database.pool.query(`UPDATE run SET state = 'failed', exit_code = 7 WHERE id = $1`, [id]);
    await database.pool.query(`UPDATE run SET detail = 'late word' WHERE id = $1`, [id]);
    await sender.deliver();
    expect(told().sort()).toEqual(['/all run.failed etl failed 7', '/etl run.failed etl failed 7']);
    expect(JSON.parse(sink.requests[0]?.body ?? '').data.url).toBe(`https://carillon.example/runs/${id}`);
    expect((await database.pool.query('SELECT FROM run_failure')).rowCount).toBe(0);
    await sender.deliver();
    expect(sink.requests).toHaveLength(2);
  });

  it('become events once, however many servers look', async () => {
    const etl = await addJobAndHost(database, { job: 'etl', host: 'DB-01' });
    await subscribe('all', ['run.failed']);
    for (let count = 0; count < 30; count += 1) await addRun(database, etl, { state: 'timed_out' });
    await Promise.all([sender, senderOf(), senderOf()].map((one) => one.deliver()));
    await sender.deliver();
    expect(sink.requests).toHaveLength(30);
  });
});
