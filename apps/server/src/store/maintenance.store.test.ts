import { randomBytes, randomUUID } from 'node:crypto';
import { limits } from '@carillon/contract/limits';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from './database.store.js';
import { MaintenanceStore } from './maintenance.store.js';
import { addJobAndHost, addOutput, addRun, type RunPlace } from './testing/runs.js';
import { openDatabase } from './testing/stores.js';

let test: TestDatabase;
let database: Database;
let place: RunPlace;
beforeAll(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.url);
  place = await addJobAndHost(database, { job: 'j', host: 'h' });
});
afterAll(async () => {
  await database.onApplicationShutdown();
  await test.drop();
});

const dayMs = 86_400_000;

async function runAt(daysAgo: number): Promise<string> {
  const id = await addRun(database, place, { startedAtMs: Date.now() - daysAgo * dayMs });
  await addOutput(database, id, [{ data: 'said' }]);
  return id;
}

const ids = async (sql: string) => (await database.pool.query<{ id: string }>(sql)).rows.map(({ id }) => id);

describe('retention', () => {
  it('drops runs and output that are older than is kept, each by its own time, partitions and stragglers alike', async () => {
    await database.pool.query('SELECT ensure_partitions(current_date - 6, current_date + 1)');
    const [today, old, older, ancient] = [await runAt(0), await runAt(3), await runAt(5), await runAt(500)];
    const keep = new MaintenanceStore(database, { ...limits, keepRunsDays: 4, keepOutputDays: 2 });
    // Twice: whoever comes second finds nothing to do.
    for (const _time of [1, 2]) expect(await keep.run('partitions')).toMatchObject({ kind: 'done' });
    expect(await ids('SELECT id FROM run ORDER BY id DESC')).toEqual([today, old]);
    expect(await ids('SELECT run_id AS id FROM run_output')).toEqual([today]);
    expect([older, ancient]).toHaveLength(2);
    const partitions = await ids(
      `SELECT inhrelid::regclass::text AS id FROM pg_inherits WHERE inhparent = 'run'::regclass`,
    );
    expect(partitions).toContain('run_default');
  });

  it('makes no partition again that it is about to drop', async () => {
    const keep = new MaintenanceStore(database, { ...limits, keepRunsDays: 4, keepOutputDays: 2 });
    expect(await keep.run('partitions')).toEqual({ kind: 'done', changed: 0 });
  });
});

describe('sign-ins', () => {
  it('that failed long ago, or were never finished, are forgotten', async () => {
    await database.pool.query(
      `INSERT INTO sign_in_failure (key, failures, at) VALUES ('account old', 3, now() - interval '25 hours'), ('account new', 3, now())`,
    );
    await database.pool.query(
      `INSERT INTO oidc_sign_in (state_hash, verifier, nonce, origin, expires_at)
       VALUES ('old', 'v', 'n', 'o', now() - interval '1 second'), ('new', 'v', 'n', 'o', now() + interval '1 minute')`,
    );
    const keep = new MaintenanceStore(database, { ...limits, keepRunsDays: 4, keepOutputDays: 2 });
    expect(await keep.run('credentials.prune')).toMatchObject({ kind: 'done' });
    expect(await ids('SELECT key AS id FROM sign_in_failure')).toEqual(['account new']);
    expect(await ids('SELECT state_hash AS id FROM oidc_sign_in')).toEqual(['new']);
  });
});

describe('runs under way on a host that is retired', () => {
  it('end as unknown, and counts with them; those of other hosts go on', async () => {
    const gone = await addJobAndHost(database, { job: 'gone-job', host: 'gone' });
    const open = [
      await addRun(database, gone, { state: 'running' }),
      await addRun(database, place, { state: 'running' }),
    ];
    const over = await addRun(database, gone, { state: 'failed' });
    await database.pool.query(
      `INSERT INTO run_fleet_hour (hour, slot, running, failed) VALUES (run_hour_of($1), 0, 2, 1)
       ON CONFLICT (hour, slot) DO UPDATE SET running = 2, failed = 1, indeterminate = NULL`,
      [open[0]],
    );
    const keep = new MaintenanceStore(database, { ...limits, keepRunsDays: 4, keepOutputDays: 2 });
    const stateOf = async () => {
      const { rows } = await database.pool.query(
        'SELECT state, reason FROM run WHERE id = ANY($1::uuid[]) ORDER BY array_position($1::uuid[], id)',
        [[...open, over]],
      );
      return rows.map(({ state, reason }) => [state, reason]);
    };
    await keep.run('sessions.sweep');
    expect((await stateOf())[0]).toEqual(['running', null]);
    await database.pool.query(`UPDATE host SET state = 'retired', retired_at = now() WHERE id = $1`, [gone.hostId]);
    for (const _time of [1, 2]) await keep.run('sessions.sweep');
    expect(await stateOf()).toEqual([
      ['indeterminate', 'host_retired'],
      ['running', null],
      ['failed', null],
    ]);
    const { rows } = await database.pool.query(
      'SELECT running, indeterminate FROM run_fleet_hour WHERE hour = run_hour_of($1)',
      [open[0]],
    );
    expect(rows).toEqual([{ running: 1, indeterminate: 1 }]);
  });
});

describe('commands whose life is over', () => {
  it.each([
    ['queued', 1, 'expired', 'not_delivered'],
    ['delivered', 30_000, 'delivered', null],
    ['delivered', 120_000, 'indeterminate', 'no_answer'],
    // Its outcome comes within a minute or so, unless the host lost its memory.
    ['accepted', 120_000, 'accepted', null],
    ['accepted', 660_000, 'indeterminate', 'no_answer'],
    ['done', 660_000, 'done', null],
  ])('%s, %i ms ago, become %s', async (before, agoMs, after, code) => {
    const id = randomUUID();
    await database.pool.query(
      `INSERT INTO command (id, host_id, job_id, action, state, text, signature, author, expires_at)
       VALUES ($1, $2, $3, 'run', $4::command_state, '{}', 's', 'test', now() - $5 * interval '1 millisecond')`,
      [id, place.hostId, place.jobId, before, agoMs],
    );
    await new MaintenanceStore(database, { ...limits, keepRunsDays: 4, keepOutputDays: 2 }).run('commands.expire');
    const { rows } = await database.pool.query('SELECT state, code FROM command WHERE id = $1', [id]);
    expect(rows).toEqual([{ state: after, code }]);
  });

  it('are forgotten after their time, unless they are not over or a run of theirs is kept', async () => {
    const runOf = (daysAgo: number) => makeUuid7(Date.now() - daysAgo * dayMs, randomBytes(10));
    const commands = [
      ['gone', 'done', 31, runOf(31)],
      ['gone', 'done', 11, null],
      ['gone', 'rejected', 11, null],
      ['gone', 'expired', 11, null],
      ['gone', 'indeterminate', 11, null],
      ['kept: young', 'done', 9, null],
      ['kept: its run is', 'done', 31, runOf(29)],
      ['kept: waits', 'queued', 11, null],
      ['kept: on its way', 'delivered', 11, null],
      ['kept: under way', 'accepted', 11, null],
    ] as const;
    await database.pool.query('DELETE FROM command');
    for (const [text, state, daysAgo, runId] of commands)
      await database.pool.query(
        `INSERT INTO command (id, host_id, job_id, action, state, run_id, text, signature, author, expires_at, created_at)
         VALUES ($1, $2, $3, 'run', $4::command_state, $5, $6, 's', 'test', now(), now() - $7 * interval '1 day')`,
        [randomUUID(), place.hostId, place.jobId, state, runId, text, daysAgo],
      );
    const keep = new MaintenanceStore(database, { ...limits, keepRunsDays: 30, keepCommandsDays: 10 });
    expect(await keep.run('commands.prune')).toEqual({ kind: 'done', changed: 5 });
    const kept = commands.flatMap(([text]) => (text === 'gone' ? [] : [text]));
    expect((await ids('SELECT text AS id FROM command')).sort()).toEqual([...kept].sort());
    expect(await keep.run('commands.prune')).toEqual({ kind: 'done', changed: 0 });
  });

  it('keep what a host said in a dry run for a week', async () => {
    const [old, young] = [randomUUID(), randomUUID()];
    await database.pool.query(
      `INSERT INTO command (id, host_id, job_id, action, state, answer, text, signature, author, expires_at, created_at)
       SELECT x.id, $1, $2, 'dry_run', 'done', 'it would run', '{}', 's', 'test', now(), now() - x.hours * interval '1 hour'
       FROM (VALUES ($3::uuid, 169), ($4::uuid, 167)) AS x(id, hours)`,
      [place.hostId, place.jobId, old, young],
    );
    await new MaintenanceStore(database, { ...limits, keepRunsDays: 4, keepOutputDays: 2 }).run('commands.expire');
    const { rows } = await database.pool.query(
      'SELECT answer FROM command WHERE id = ANY($1::uuid[]) ORDER BY created_at',
      [[old, young]],
    );
    expect(rows).toEqual([{ answer: null }, { answer: 'it would run' }]);
  });
});
