import { setTimeout as sleep } from 'node:timers/promises';
import { api } from '@carillon/contract/http/api';
import { cloneDatabase } from '@carillon/testkit/database';
import pg from 'pg';
import { expect, it } from 'vitest';
import { ApplyModule } from '../features/apply/apply.module.js';
import { startTestApp } from '../http/testing/test-app.js';
import { addFleet, jobFile } from './testing/fleet.js';
import { holdLock } from './testing/outage.js';

it('an apply that Postgres ends to break a deadlock is done again', async () => {
  const database = await cloneDatabase();
  const app = await startTestApp(database.url, { modules: [ApplyModule] });
  const [hostId] = await addFleet(app.database, [{ name: 'WIN-01' }]);
  // A change of one host holds its row; `apply` holds the assignments' lock; then each wants what the other has.
  const release = await holdLock(database.url, 'LOCK TABLE assignment IN EXCLUSIVE MODE');
  const other = new pg.Client(database.url);
  await other.connect();
  await other.query('BEGIN');
  await other.query('UPDATE host SET labels = labels WHERE id = $1', [hostId]);
  const applying = app.call(api.jobs.apply, { body: { documents: [jobFile('x')] } });
  await sleep(500);
  const waiting = other.query(`SELECT pg_advisory_xact_lock_shared(hashtext('carillon.reassign'))`);
  // Beyond deadlock_timeout, so that `apply` is the one that finds the circle and is ended.
  await sleep(1_200);
  await release();
  await waiting;
  await other.query('COMMIT');
  expect((await applying).results).toMatchObject([{ change: 'created', version: 1, hosts: 1 }]);
  await other.end();
  await app.close();
  await database.drop();
});

it('a job that a host has in a newer version goes on above it, changed or not', async () => {
  const database = await cloneDatabase();
  const app = await startTestApp(database.url, { modules: [ApplyModule] });
  await addFleet(app.database, [{ name: 'WIN-01' }]);
  const apply = async () =>
    (await app.call(api.jobs.apply, { body: { documents: [jobFile('x')] } })).results.map(({ change, version }) => [
      change,
      version,
    ]);
  expect(await apply()).toEqual([['created', 1]]);
  // Its database was restored from a backup, and the host has said what it has.
  await app.database.pool.query('UPDATE assignment SET applied_version = 5');
  expect(await apply()).toEqual([['updated', 6]]);
  expect(await apply()).toEqual([['unchanged', 6]]);
  // What takes longer than it may is taken back as a whole.
  const slow = app.database.transaction(async (tx) => {
    await tx.$executeRaw`UPDATE job SET managed_by = 'late'`;
    for (;;) await tx.$queryRaw`SELECT 1`;
  }, 50);
  await expect(slow).rejects.toThrow();
  expect((await app.database.pool.query('SELECT managed_by FROM job')).rows).toEqual([{ managed_by: null }]);
  await app.close();
  await database.drop();
});
