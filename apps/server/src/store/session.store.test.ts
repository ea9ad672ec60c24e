import { randomUUID } from 'node:crypto';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from './database.store.js';
import { SessionStore } from './session.store.js';
import { addHost, openDatabase } from './testing/stores.js';

let test: TestDatabase;
let database: Database;
let store: SessionStore;
beforeAll(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.url);
  store = new SessionStore(database);
});
afterAll(async () => {
  await database.onApplicationShutdown();
  await test.drop();
});

const spool = { epoch: 1, first: 1, next: 1 };

describe('opening a session', () => {
  it('gives every opener a fence of its own', async () => {
    const { hostId } = await addHost(database);
    const sessions = await Promise.all(Array.from({ length: 10 }, () => store.open(hostId, randomUUID(), spool)));
    expect(sessions.map((session) => session?.fence).sort()).toEqual([10, 11, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('opens none for a host that stopped being active after it was looked up', async () => {
    const { hostId } = await addHost(database);
    await database.pool.query("UPDATE host SET state = 'revoked' WHERE id = $1", [hostId]);
    expect(await store.open(hostId, randomUUID(), spool)).toBeNull();
  });

  it('opens none for a process from which another one took over', async () => {
    const { hostId } = await addHost(database);
    const [first, later] = [randomUUID(), randomUUID()];
    await database.pool.query('UPDATE agent_session SET instance = $2 WHERE host_id = $1', [hostId, first]);
    expect(await store.find(hostId)).toMatchObject({ instance: first });
    expect(await store.open(hostId, randomUUID(), spool, first)).toMatchObject({ fence: 2 });
    await database.pool.query('UPDATE agent_session SET instance = $2 WHERE host_id = $1', [hostId, later]);
    expect(await store.open(hostId, randomUUID(), spool, first)).toBeNull();
    expect(await store.open(hostId, randomUUID(), spool)).toMatchObject({ fence: 3 });
  });

  it.each([
    ['the same epoch, nothing acked', { epoch: 3, first: 1, next: 9 }, { epoch: 3, ackedSeq: 5 }],
    ['the same epoch, acked further than we know', { epoch: 3, first: 8, next: 9 }, { epoch: 3, ackedSeq: 7 }],
    ['acked further, and it kept the rest', { epoch: 3, first: 8, next: 9, kept: 2 }, { epoch: 3, ackedSeq: 5 }],
    ['acked further, and it kept a part', { epoch: 3, first: 12, next: 13, kept: 9 }, { epoch: 3, ackedSeq: 8 }],
    ['a newer epoch with acked ones', { epoch: 4, first: 7, next: 9, kept: 1 }, { epoch: 4, ackedSeq: 0 }],
    ['a newer epoch', { epoch: 4, first: 3, next: 9 }, { epoch: 4, ackedSeq: 2 }],
    ['an older epoch', { epoch: 2, first: 90, next: 99 }, { epoch: 3, ackedSeq: 5 }],
  ])('goes on where the spool does: %s', async (_what, given, expected) => {
    const { hostId } = await addHost(database);
    await database.pool.query('UPDATE agent_session SET epoch = 3, acked_seq = 5 WHERE host_id = $1', [hostId]);
    expect(await store.open(hostId, randomUUID(), given)).toMatchObject(expected);
  });
});

describe('a host that knows a newer revision', () => {
  it('gets one above it, and never a lower one than before', async () => {
    const { hostId } = await addHost(database);
    await database.pool.query('UPDATE host SET desired_rev = 5 WHERE id = $1', [hostId]);
    expect(await store.goAbove(hostId, 8)).toMatchObject({ rev: 9 });
    expect(await store.goAbove(hostId, 3)).toMatchObject({ rev: 9 });
    expect(await store.goAbove(randomUUID(), 3)).toBeNull();
  });
});

describe('letting go', () => {
  it('leaves a newer session alone', async () => {
    const claim = await addHost(database);
    await store.open(claim.hostId, randomUUID(), spool);
    await store.release([claim]);
    const { rows } = await database.pool.query('SELECT gateway_id FROM agent_session WHERE host_id = $1', [
      claim.hostId,
    ]);
    expect(rows[0].gateway_id).not.toBeNull();
    expect(await store.superseded([claim])).toEqual([claim.hostId]);
    await store.release([{ ...claim, fence: 2 }]);
    expect(await store.superseded([{ ...claim, fence: 2 }])).toEqual([]);
  });

  it('tells which of many hosts another session took over', async () => {
    const [kept, lost] = [await addHost(database), await addHost(database)];
    await store.open(lost.hostId, randomUUID(), spool);
    const seen = [kept, lost].map((claim) => ({
      ...claim,
      agoMs: 0,
      spoolWaiting: null,
      observedHash: null,
      disk: null,
      load: null,
      clockAheadMs: null,
    }));
    expect(await store.seen(randomUUID(), seen)).toEqual([lost.hostId]);
  });
});

describe('the facts of a host', () => {
  it('are noted with its code page, and without one from an older agent', async () => {
    const { hostId } = await addHost(database);
    const facts = {
      hostname: 'x',
      os: 'Windows',
      timezone: 'UTC',
      agentVersion: '2',
      scheduler: 'schtasks' as const,
      capabilities: ['run'],
      fingerprint: 'f',
    };
    const noted = async () =>
      (await database.pool.query('SELECT code_page AS page, capabilities FROM host WHERE id = $1', [hostId])).rows[0];
    await store.recordFacts(hostId, { ...facts, codePage: 850 });
    expect(await noted()).toEqual({ page: 850, capabilities: ['run'] });
    await store.recordFacts(hostId, facts);
    expect(await noted()).toEqual({ page: null, capabilities: ['run'] });
  });
});
