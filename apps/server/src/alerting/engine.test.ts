import { cloneDatabase } from '@carillon/testkit/database';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newId } from '../gateway/testing/run-events.js';
import { AlertNudge } from '../queue/alert-nudge.js';
import type { Hint } from '../queue/hints.js';
import { InProcessHints } from '../queue/in-process-hints.js';
import { Database } from '../store/database.store.js';
import type { Client } from '../store/pool-transaction.js';
import { AlertEngine } from './engine.service.js';
import { nothingWritten } from './written.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
let store: Database;
const nothing = { ...nothingWritten, more: false };

beforeEach(async () => {
  database = await cloneDatabase();
  store = new Database({ databaseUrl: database.url } as never);
});
afterEach(async () => {
  await store.onApplicationShutdown();
  await database.drop();
});

/** An engine whose evaluation is `work`; it begins nothing by itself. */
function engineOf(work: (client: Client) => Promise<void>, hints = new InProcessHints(), notices = 0) {
  const evaluation = {
    note: () => undefined,
    nextDueMs: () => Promise.resolve(null),
    evaluate: async (client: Client) => {
      await work(client);
      return { signals: 1, transitions: [], more: false, watching: false };
    },
  };
  const incidents = {
    take: () => Promise.resolve({ ...nothing, notices: Array.from({ length: notices }, () => newId()) }),
    wake: () => Promise.resolve(nothing),
  };
  const nudge = new AlertNudge(hints);
  return new AlertEngine(store, evaluation as never, incidents, nudge, hints, () => 0, { pollMs: 600_000 });
}

it('has one turn at a time, whoever asks', async () => {
  let begun: () => void = () => undefined;
  let end: () => void = () => undefined;
  const inside = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const held = new Promise<void>((resolve) => {
    end = resolve;
  });
  const first = engineOf(async () => {
    begun();
    await held;
  }).turn();
  await inside;
  expect(await engineOf(() => Promise.resolve()).turn()).toMatchObject({ busy: true, signals: 0 });
  end();
  expect(await first).toMatchObject({ busy: false, signals: 1 });
  expect(await engineOf(() => Promise.resolve()).turn()).toMatchObject({ busy: false });
});

it('leaves nothing of a turn that fails', async () => {
  const insert = `INSERT INTO alert_signal (kind) VALUES ('system')`;
  const failing = engineOf(async (client) => {
    await client.query(insert);
    throw new Error('killed in the middle');
  });
  await expect(failing.turn()).rejects.toThrow('killed in the middle');
  expect((await store.pool.query('SELECT * FROM alert_signal')).rowCount).toBe(0);
  await engineOf(async (client) => void (await client.query(insert))).turn();
  expect((await store.pool.query('SELECT * FROM alert_signal')).rowCount).toBe(1);
});

it('works when it is told to, and tells of notices after the commit', async () => {
  const hints = new InProcessHints();
  const told: Hint[] = [];
  hints.subscribe((hint) => told.push(hint));
  let turns = 0;
  let next: () => void = () => undefined;
  const engine = engineOf(
    () => {
      turns += 1;
      next();
      return Promise.resolve();
    },
    hints,
    1,
  );
  const turn = () =>
    new Promise<void>((resolve) => {
      next = resolve;
    });
  const first = turn();
  engine.onApplicationBootstrap();
  await first;
  const second = turn();
  hints.publish({ kind: 'alerts', hostIds: [] });
  await second;
  await engine.onModuleDestroy();
  expect(turns).toBeGreaterThanOrEqual(2);
  expect(told.filter(({ kind }) => kind === 'notices')).toHaveLength(turns);
});
