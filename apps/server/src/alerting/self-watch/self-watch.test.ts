import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { routeFileSchema } from '@carillon/core/alert/documents/route.schema';
import { silenceFileSchema } from '@carillon/core/alert/documents/silence.schema';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startApp } from '../../bootstrap/run-server.js';
import { testConfig } from '../../http/testing/test-app.js';
import { AlertDocumentStore } from '../../store/alert-document.store.js';
import { AlertListStore } from '../../store/alert-list.store.js';
import { awaitAlertTurn } from '../../store/alert-lock.js';
import type { Database } from '../../store/database.store.js';
import { IncidentListStore } from '../../store/incident-list.store.js';
import { SelfWatchStore } from '../../store/self-watch.store.js';
import { openDatabase } from '../../store/testing/stores.js';

let test: TestDatabase;
let database: Database;
let folder: string;
const servers: NestFastifyApplication[] = [];

beforeEach(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.url);
  folder = mkdtempSync(join(tmpdir(), 'carillon-self-watch-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await database.onApplicationShutdown();
  await test.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** A server that puts a failure in so often, and waits as long for it. */
async function start(selfWatchMs: number): Promise<void> {
  servers.push(await startApp({ ...testConfig(test.url, folder), pollMs: 20, selfWatchMs }, false));
}

const get = async (path: string) => (await fetch(`${await servers[0]?.getUrl()}${path}`)).text();
const look = async () => (await new SelfWatchStore(database).look(Date.now())).probe;
const until = <T>(read: () => Promise<T>, check: (value: T) => void) =>
  vi.waitFor(async () => check(await read()), { timeout: 20_000, interval: 20 });
const count = async (sql: string) => (await database.pool.query(sql)).rowCount;

/** What would keep everything quiet, and lead everything elsewhere. */
async function writeTraps(): Promise<void> {
  const silence = {
    kind: 'Silence',
    name: 'all',
    match: ['policy=~.*'],
    until: '2099-01-01T00:00:00Z',
    reason: 'trap',
  };
  const route = { kind: 'Route', name: 'all', order: 0, to: 'nowhere' };
  const documents = new AlertDocumentStore(database);
  await database.transaction(async (tx) => {
    await documents.put(tx, { kind: 'Silence', spec: silenceFileSchema.parse(silence) }, 'test');
    await documents.put(tx, { kind: 'Route', spec: routeFileSchema.parse(route) }, 'test');
  });
}

it('puts a failure in, hears of it and of its end, whatever people silence and route, and shows it to nobody', async () => {
  await writeTraps();
  await start(600_000);
  await until(look, (probe) => expect(probe).toMatchObject({ endedMs: expect.any(Number), silentSinceMs: null }));
  expect(await new SelfWatchStore(database).figures()).toMatchObject({
    lastSuccessAt: expect.any(Date),
    lastToldMs: expect.any(Number),
  });
  const incidents = new IncidentListStore(database);
  expect(await incidents.byNumber(0)).toMatchObject({ state: 'resolved', policy: 'carillon:self-watch' });
  expect(await incidents.list({ after: null, limit: 10 })).toEqual([]);
  expect(await new AlertListStore(database).list({ state: 'resolved', before: null, limit: 10 })).toEqual([]);
});

it('leaves no more than the newest behind, and takes no number from the incidents of people', async () => {
  await start(600_000);
  await until(look, (probe) => expect(probe?.endedMs).toEqual(expect.any(Number)));
  const first = await look();
  await database.pool.query(`UPDATE self_watch SET began_at = began_at - interval '10 minutes'`);
  await until(look, (probe) => {
    expect(probe?.failedRunId).not.toBe(first?.failedRunId);
    expect(probe?.endedMs).toEqual(expect.any(Number));
  });
  expect(await count('SELECT FROM incident')).toBe(1);
  expect(await count('SELECT FROM notice')).toBe(2);
  const next = await database.pool.query(`SELECT nextval(pg_get_serial_sequence('incident', 'number'))::int AS number`);
  expect(next.rows).toEqual([{ number: 1 }]);
});

it('is done by one of several servers, whichever delivers', async () => {
  await Promise.all([start(600_000), start(600_000), start(600_000)]);
  await until(look, (probe) => expect(probe?.endedMs).toEqual(expect.any(Number)));
  expect(await count(`SELECT FROM notice WHERE reason = 'opened'`)).toBe(1);
});

it('says that nothing comes through while the engine stands still, and that it does again', async () => {
  const held = await database.pool.connect();
  await held.query('BEGIN');
  await awaitAlertTurn(held);
  await start(3_000);
  await until(look, (probe) => expect(probe?.silentSinceMs).toEqual(expect.any(Number)));
  expect(JSON.parse(await get('/readyz'))).toMatchObject({ status: 'degraded', checks: { alerts: { ok: false } } });
  expect(await get('/metrics')).toContain('carillon_alert_path_silent 1');
  await held.query('ROLLBACK');
  held.release();
  const ofOurselves = () => new IncidentListStore(database).list({ after: null, limit: 10 });
  await until(ofOurselves, (incidents) =>
    expect(incidents).toMatchObject([
      { policy: 'system', title: expect.stringContaining('a test failure was put in') },
    ]),
  );
  await until(look, (probe) => expect(probe?.silentSinceMs).toBeNull());
  await until(ofOurselves, (incidents) => expect(incidents).toMatchObject([{ policy: 'system', state: 'resolved' }]));
});

it('is off where it is not wanted, and still receives what another server put in', async () => {
  await start(0);
  const store = new SelfWatchStore(database);
  expect(await look()).toBeNull();
  const failedRunId = (await store.claim(1_000, Date.now())) ?? '';
  await store.launch(failedRunId, Date.now());
  await until(look, (probe) => expect(probe?.endedMs).toEqual(expect.any(Number)));
});

it('lets one of many take a probe', async () => {
  const store = new SelfWatchStore(database);
  const nowMs = Date.now();
  const taken = await Promise.all(Array.from({ length: 5 }, () => store.claim(1_000, nowMs)));
  expect(taken.filter((id) => id !== null)).toHaveLength(1);
});
