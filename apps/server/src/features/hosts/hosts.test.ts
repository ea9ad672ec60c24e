import { randomBytes } from 'node:crypto';
import { api } from '@carillon/contract/http/api';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { makeKeyPair } from '@carillon/core/desired/signing';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { DesiredStore } from '../../store/desired.store.js';
import { addRun } from '../../store/testing/runs.js';
import { HostsModule } from './hosts.module.js';

let app: TestApp;
let drop: () => Promise<void>;
beforeEach(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [HostsModule] });
});
afterEach(async () => {
  await app?.close();
  await drop?.();
});

const newId = () => makeUuid7(Date.now(), randomBytes(10));

async function addHost(name: string, labels: Record<string, string> = {}, seenSecondsAgo: number | null = null) {
  const id = newId();
  await app.database.pool.query(
    `INSERT INTO host (id, name, name_key, labels, os, timezone, agent_version, scheduler, fingerprint, public_key, desired_hash)
     VALUES ($1, $2, lower($2), $3, 'Windows', 'UTC', '0', 'memory', 'f', $4, $5)`,
    [id, name, labels, makeKeyPair().publicKey, desiredHash([])],
  );
  await app.database.pool.query(
    `INSERT INTO agent_session (host_id, gateway_id, last_seen_at) VALUES ($1, $1, now() - $2 * interval '1 second')`,
    [id, seenSecondsAgo],
  );
  return id;
}

/** A job for hosts with these labels, as `apply` stores it. */
async function addJob(name: string, labels: Record<string, string>) {
  const id = newId();
  await app.database.transaction(async (tx) => {
    await tx.$executeRaw`INSERT INTO job (id, name, name_key, current_version) VALUES (${id}::uuid, ${name}, ${name}, 1)`;
    await tx.$executeRaw`INSERT INTO job_version (job_id, version, spec, spec_hash, manifest, manifest_hash, signature, author)
      VALUES (${id}::uuid, 1, ${JSON.stringify({ targets: { labels } })}::jsonb, 's', '{}', ${`hash of ${name}`}, '', 'test')`;
    await app.app.get(DesiredStore).reassign(tx, { jobIds: [id] });
  });
}

const names = (page: { items: { name: string }[] }) => page.items.map(({ name }) => name);

describe('the list of hosts', () => {
  it('counts jobs that went wrong in the last day, and finds the hosts that have some', async () => {
    const [id] = [await addHost('a'), await addHost('b')];
    await addJob('nightly', {});
    const { rows } = await app.database.pool.query<{ id: string }>('SELECT id FROM job');
    const place = { jobId: rows[0]?.id ?? '', hostId: id };
    await addRun(app.database, place, { state: 'failed' });
    await addRun(app.database, place, { state: 'timed_out' });
    await addRun(app.database, place, { state: 'failed', startedAtMs: Date.now() - 25 * 3_600_000 });
    const list = async (query: object) =>
      (await app.call(api.hosts.list, query)).items.map(({ name, failingJobs }) => [name, failingJobs]);
    expect(await list({})).toEqual([
      ['a', 1],
      ['b', 0],
    ]);
    expect(await list({ failing: 'true' })).toEqual([['a', 1]]);
    expect(await list({ failing: 'false', agent: '0' })).toEqual([['b', 0]]);
    expect(await list({ agent: '9.9' })).toEqual([]);
  });

  it('pages by name, and stays stable while hosts come and go', async () => {
    for (const name of ['d', 'B', 'a', 'c']) await addHost(name);
    const first = await app.call(api.hosts.list, { limit: 2 });
    expect(names(first)).toEqual(['a', 'B']);
    await addHost('aa');
    await app.database.pool.query(`DELETE FROM agent_session; DELETE FROM host WHERE name_key = 'b'`);
    const second = await app.call(api.hosts.list, { limit: 2, cursor: first.next ?? '' });
    expect(names(second)).toEqual(['c', 'd']);
    expect(second.next).toBeNull();
  });

  it('finds by part of the name, label and presence', async () => {
    await addHost('web_1', { role: 'web' }, 5);
    await addHost('web-2', { role: 'web' });
    await addHost('DB_1', { role: 'db' }, 3_600);
    expect(names(await app.call(api.hosts.list, { search: '_1' }))).toEqual(['DB_1', 'web_1']);
    expect(names(await app.call(api.hosts.list, { label: 'role=web' }))).toEqual(['web-2', 'web_1']);
    expect(names(await app.call(api.hosts.list, { presence: 'online' }))).toEqual(['web_1']);
    expect(names(await app.call(api.hosts.list, { presence: 'offline' }))).toEqual(['DB_1']);
    expect(names(await app.call(api.hosts.list, { presence: 'never-seen' }))).toEqual(['web-2']);
    await expect(app.call(api.hosts.list, { label: 'web' })).rejects.toThrow('label: expected key=value');
  });
});

describe('one host', () => {
  it('is found in any case, or not at all', async () => {
    await addHost('DB-01', {}, 5);
    const host = await app.call(api.hosts.get, { name: 'db-01' });
    expect(host).toMatchObject({ name: 'DB-01', presence: 'online', inSync: false, desired: { rev: 0 } });
    await expect(app.call(api.hosts.get, { name: 'nobody' })).rejects.toMatchObject({
      status: 404,
      body: { code: 'not_found', params: { kind: 'host', name: 'nobody' } },
    });
  });

  it('gets and loses jobs with its labels, in one step, and its agent is told', async () => {
    const id = await addHost('a', { role: 'web' });
    await addJob('for-web', { role: 'web' });
    await addJob('for-db', { role: 'db' });
    const changed = await app.call(api.hosts.setLabels, { name: 'A', body: { labels: { role: 'db', size: 3 } } });
    expect(changed).toMatchObject({ labels: { role: 'db', size: '3' }, assignments: { total: 1, pending: 1 } });
    const { items } = await app.call(api.hosts.assignments, { name: 'a' });
    expect(items.map(({ job, state }) => [job, state])).toEqual([
      ['for-db', 'desired'],
      ['for-web', 'removing'],
    ]);
    expect((await app.call(api.hosts.get, { name: 'a' })).desired.rev).toBe(2);
    expect(app.hints).toEqual([{ kind: 'desired', hostIds: [id] }]);
  });

  it('keeps its labels when the new ones are wrong', async () => {
    await addHost('a', { role: 'web' });
    for (const labels of [{ 'not a key': 'x' }, { role: null }, 'role=db', undefined]) {
      const error = await app.call(api.hosts.setLabels, { name: 'a', body: { labels } }).catch((caught) => caught);
      expect(error).toMatchObject({ status: 400, body: { code: 'invalid' } });
      expect(error.body.params.problems[0].path).toMatch(/^labels/);
    }
    expect((await app.call(api.hosts.get, { name: 'a' })).labels).toEqual({ role: 'web' });
  });

  it('takes label changes and job changes at the same moment', async () => {
    await addHost('a', { role: 'web' });
    const work = Array.from({ length: 10 }, (_, n) => [
      app.call(api.hosts.setLabels, { name: 'a', body: { labels: { role: n % 2 === 0 ? 'web' : 'db' } } }),
      addJob(`job-${n}`, { role: 'web' }),
    ]);
    await Promise.all(work.flat());
    await app.call(api.hosts.setLabels, { name: 'a', body: { labels: { role: 'web' } } });
    expect((await app.call(api.hosts.get, { name: 'a' })).assignments.total).toBe(10);
  });
});

describe('the concerns of a host', () => {
  const addLoss = (hostId: string, runEvents: number, daysAgo: number) =>
    app.database.pool.query(
      `INSERT INTO spool_loss (id, host_id, reason, run_events, other_events, output_runs, output_bytes, run_ids, noticed_at)
       VALUES ($1, $2, 'disk', $3, 1, 2, 3, '{}', now() - $4 * interval '1 day')`,
      [makeUuid7(Date.now() - daysAgo * 86_400_000, randomBytes(10)), hostId, runEvents, daysAgo],
    );

  it('are what it lost lately and trouble with its disk', async () => {
    const id = await addHost('a', {}, 5);
    await addHost('b', {}, 5);
    await addLoss(id, 100, 8);
    await addLoss(id, 10, 2);
    await addLoss(id, 1, 1);
    await app.database.pool.query(
      `UPDATE agent_session SET disk_problem = 'the disk is full', spool_bytes = 5, disk_free_bytes = 0, clock_ahead_ms = 30000
       WHERE host_id = $1`,
      [id],
    );
    const addCopy = (hostname: string, hoursAgo: number) =>
      app.database.pool.query(
        `INSERT INTO agent_instance (host_id, instance, state, fingerprint, hostname, last_seen_at)
         VALUES ($1, $2, 'quarantined', 'f', $3, now() - $4 * interval '1 hour')`,
        [id, newId(), hostname, hoursAgo],
      );
    await addCopy('older', 2);
    await addCopy('newer', 1);
    await addCopy('long-gone', 25);
    const [a, b] = (await app.call(api.hosts.list, {})).items;
    expect(a?.concerns).toEqual([
      { code: 'copy', hostname: 'newer', lastAt: expect.any(String) },
      { code: 'disk', message: 'the disk is full' },
      { code: 'spool_lost', runEvents: 11, otherEvents: 2, outputRuns: 4, lastAt: expect.any(String) },
      { code: 'clock', aheadMs: 30_000 },
    ]);
    expect(b?.concerns).toEqual([]);
    expect(await app.call(api.hosts.get, { name: 'a' })).toMatchObject({ disk: { spoolBytes: 5, freeBytes: 0 } });
    const losses = await app.call(api.hosts.losses, { name: 'a', limit: 2 });
    expect(losses.items.map(({ runEvents }) => runEvents)).toEqual([1, 10]);
    const rest = await app.call(api.hosts.losses, { name: 'a', cursor: losses.next ?? '' });
    expect(rest.items.map(({ runEvents }) => runEvents)).toEqual([100]);
  });
});
