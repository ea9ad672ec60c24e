import { randomUUID } from 'node:crypto';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../gateway/testing/run-events.js';
import { CommandDeliveryStore } from './command-delivery.store.js';
import type { Database } from './database.store.js';
import { addHost, openDatabase } from './testing/stores.js';

let test: TestDatabase;
let database: Database;
let store: CommandDeliveryStore;
beforeAll(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.url);
  store = new CommandDeliveryStore(database);
});
afterAll(async () => {
  await database.onApplicationShutdown();
  await test.drop();
});

async function addCommand(hostId: string, changes: { state?: string; code?: string; lifeMs?: number } = {}) {
  const id = newId();
  await database.pool.query(
    `INSERT INTO command (id, host_id, job_id, action, state, code, text, signature, author, expires_at)
     VALUES ($1, $2, $3, 'run', $4::command_state, $5, '{}', 's', 'test', now() + $6 * interval '1 millisecond')`,
    [id, hostId, randomUUID(), changes.state ?? 'queued', changes.code ?? null, changes.lifeMs ?? 60_000],
  );
  return id;
}

async function stateOf(id: string): Promise<string> {
  return (await database.pool.query('SELECT state FROM command WHERE id = $1', [id])).rows[0].state;
}

describe('claim', () => {
  it('gives every command to one of many claimers', async () => {
    const claims = await Promise.all(Array.from({ length: 10 }, () => addHost(database)));
    const ids = await Promise.all(claims.flatMap(({ hostId }) => [addCommand(hostId), addCommand(hostId)]));
    const taken = await Promise.all(Array.from({ length: 8 }, () => store.claim(claims)));
    expect(
      taken
        .flat()
        .map((command) => command.id)
        .sort(),
    ).toEqual(ids.sort());
  });

  it('gives nothing to an older session, and nothing whose life ended', async () => {
    const claim = await addHost(database);
    await addCommand(claim.hostId, { lifeMs: -1 });
    expect(await store.claim([claim])).toEqual([]);
    await addCommand(claim.hostId);
    await database.pool.query('UPDATE agent_session SET fence = 2 WHERE host_id = $1', [claim.hostId]);
    expect(await store.claim([claim])).toEqual([]);
    expect(await store.claim([{ ...claim, fence: 2 }])).toHaveLength(1);
  });

  it('gives again what was put back, in the order of the commands', async () => {
    const claim = await addHost(database);
    const ids = [await addCommand(claim.hostId), await addCommand(claim.hostId)].sort();
    await store.claim([claim]);
    await store.putBack(ids);
    expect((await store.claim([claim])).map((command) => command.id)).toEqual(ids);
  });
});

describe('answer', () => {
  it.each([
    ['delivered', null, 'accepted', 'accepted'],
    ['accepted', null, 'done', 'done'],
    ['accepted', null, 'indeterminate', 'indeterminate'],
    ['done', null, 'accepted', 'done'],
    ['done', null, 'rejected', 'done'],
    ['rejected', null, 'accepted', 'rejected'],
    ['indeterminate', 'no_answer', 'accepted', 'accepted'],
    ['indeterminate', 'no_answer', 'rejected', 'rejected'],
    ['indeterminate', 'crashed', 'accepted', 'indeterminate'],
    ['indeterminate', 'crashed', 'done', 'done'],
  ] as const)('%s (%s), told %s, becomes %s', async (state, code, told, expected) => {
    const claim = await addHost(database);
    const id = await addCommand(claim.hostId, { state, ...(code === null ? {} : { code }) });
    expect(await store.answer(claim, { commandId: id, state: told })).toBe(true);
    expect(await stateOf(id)).toBe(expected);
  });

  it('by an older session is refused', async () => {
    const claim = await addHost(database);
    const id = await addCommand(claim.hostId, { state: 'delivered' });
    expect(await store.answer({ ...claim, fence: 0 }, { commandId: id, state: 'done' })).toBe(false);
    expect(await stateOf(id)).toBe('delivered');
  });
});
