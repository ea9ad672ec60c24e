import { randomBytes } from 'node:crypto';
import { api } from '@carillon/contract/http/api';
import { defaultPresence, presenceOf } from '@carillon/core/host/presence';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { presenceSql } from '../../store/presence-sql.js';
import { GroupsModule } from '../groups/groups.module.js';
import { OverviewModule } from './overview.module.js';

let app: TestApp;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [OverviewModule, GroupsModule] });
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

const hour = 3_600_000;
const newId = (ago = 0) => makeUuid7(Date.now() - ago, randomBytes(10));
const query = (sql: string, values: unknown[] = []) => app.database.pool.query(sql, values);

async function addHost(name: string, seenSecondsAgo: number | null, labels = {}) {
  const id = newId();
  await query(
    `INSERT INTO host (id, name, name_key, labels, os, timezone, agent_version, scheduler, fingerprint, public_key, desired_hash, observed_hash)
     VALUES ($1, $2, $2, $3, '', 'UTC', '', '', '', '', 'h', $4)`,
    [id, name, labels, name === 'a' ? 'h' : null],
  );
  await query(
    `INSERT INTO agent_session (host_id, gateway_id, last_seen_at) VALUES ($1, $1, now() - $2 * interval '1 second')`,
    [id, seenSecondsAgo],
  );
  return id;
}

async function addJob(name: string, enabled: boolean) {
  const id = newId();
  await query('INSERT INTO job (id, name, name_key, current_version) VALUES ($1, $2, $2, 1)', [id, name]);
  await query(
    `INSERT INTO job_version (job_id, version, spec, spec_hash, manifest, manifest_hash, signature, author) VALUES ($1, 1, $2, '', '', '', '', '')`,
    [id, { enabled, targets: {}, schedule: [] }],
  );
  return id;
}

const addRun = (jobId: string, hostId: string, state: string, agoMs: number) =>
  query(
    `INSERT INTO run (id, job_id, job_version, host_id, state, trigger, started_at) VALUES ($1, $2, 1, $3, $4::run_state, 'schedule', $5)`,
    [newId(agoMs), jobId, hostId, state, new Date(Date.now() - agoMs)],
  );

describe('the overview', () => {
  it('is all zeros at first', async () => {
    const overview = await app.call(api.session.overview, {});
    expect(overview.hosts).toEqual({ total: 0, online: 0, lagging: 0, offline: 0, inSync: 0 });
    expect(overview.runs).toEqual({ total: 0, running: 0, succeeded: 0, warning: 0, bad: 0 });
    expect(overview.recentBad).toEqual([]);
  });

  it('counts hosts, jobs, assignments and the runs of a day', async () => {
    const [a, b] = [await addHost('a', 1), await addHost('b', 130), await addHost('c', null)];
    const [job, off] = [await addJob('on', true), await addJob('off', false)];
    for (const [jobId, state] of [
      [job, 'applied'],
      [off, 'failed'],
    ])
      await query(
        `INSERT INTO assignment (job_id, host_id, version, manifest_hash, state) VALUES ($1, $2, 1, '', $3::assignment_state)`,
        [jobId, a, state],
      );
    for (const state of ['running', 'succeeded', 'warning', 'failed', 'timed_out', 'killed', 'indeterminate'])
      await addRun(job, b, state, hour);
    await addRun(job, a, 'failed', 25 * hour);
    await query('SELECT rebuild_run_hours()');
    const overview = await app.call(api.session.overview, {});
    expect(overview).toMatchObject({
      hosts: { total: 3, online: 1, lagging: 1, offline: 1, inSync: 1 },
      jobs: { total: 2, enabled: 1 },
      assignments: { total: 2, applied: 1, pending: 0, failed: 1 },
      runs: { total: 7, running: 1, succeeded: 1, warning: 1, bad: 4 },
    });
    expect(overview.recentBad).toHaveLength(4);
  });
});

describe('what is happening now', () => {
  it('has every minute of the last hour, the misses of a day and how hosts are by label', async () => {
    const minute = Math.floor(Date.now() / 60_000) - 5;
    await query('INSERT INTO run_minute (minute, slot, started, bad) VALUES ($1, 0, 3, 1), ($1, 1, 4, 0)', [minute]);
    await addHost('d', 1, { site: 'berlin' });
    await addHost('e', null, { site: 'berlin' });
    const activity = await app.call(api.now.activity, {});
    expect(activity.minutes).toHaveLength(60);
    expect(activity.minutes).toContainEqual({ minute: new Date(minute * 60_000).toISOString(), started: 7, bad: 1 });
    expect(activity.misses).toEqual({ missed: 0, host_unknown: 0, ran_late: 0, skipped: 0 });
    const fleet = await app.call(api.now.fleet, {});
    expect(fleet).toMatchObject({ keys: ['site'], label: 'site', isMore: false });
    expect(fleet.groups).toContainEqual(expect.objectContaining({ value: 'berlin', total: 2, online: 1, offline: 1 }));
    expect((await app.call(api.now.fleet, { label: 'nobody' })).groups).toMatchObject([{ value: null }]);
  });

  it('has channels and subscriptions through which nothing goes, stopped ones first', async () => {
    expect(await app.call(api.now.unreached, {})).toEqual({ items: [] });
    const sinceMs = Date.parse('2026-11-20T08:00:00.000Z');
    const open = { recent: [], openUntilMs: sinceMs + 1, openMs: 1, failingSinceMs: sinceMs };
    const gone = { code: 'gone', text: 'HTTP 410' };
    const addChannel = async (name: string, breaker: object, disabled: object | null, enabled = true) => {
      await query(`INSERT INTO alert_document (kind, name_key, name, spec) VALUES ('Channel', $1, $1, $2)`, [
        name,
        { enabled },
      ]);
      await query('INSERT INTO channel_state (channel, breaker, disabled) VALUES ($1, $2, $3)', [
        name,
        breaker,
        disabled,
      ]);
    };
    await addChannel('failing', open, null);
    await addChannel('gone', open, gone);
    await addChannel('off', open, null, false);
    await addChannel('works', { ...open, openUntilMs: null }, null);
    await query(
      `INSERT INTO subscription (id, name, name_key, url, events, match, signing, allow_private_addresses, enabled, breaker, stopped,
         author, created_at, updated_at) VALUES ($1, 'Desk', 'desk', '', '{}', '{}', '{}', false, true, $2, $3, '', now(), now())`,
      [newId(), open, gone],
    );
    const { items } = await app.call(api.now.unreached, {});
    const since = '2026-11-20T08:00:00.000Z';
    expect(items).toEqual([
      { kind: 'channel', name: 'gone', health: 'stopped', problem: gone, since, waiting: 0 },
      { kind: 'subscription', name: 'Desk', health: 'stopped', problem: gone, since, waiting: 0 },
      { kind: 'channel', name: 'failing', health: 'failing', problem: null, since, waiting: 0 },
    ]);
  });

  it('has the load of the coming hour by five minutes', async () => {
    const { items, everyMinutes } = await app.call(api.now.load, {});
    expect(everyMinutes).toBe(5);
    expect(items.length).toBeGreaterThanOrEqual(12);
  });
});

describe('presence in SQL', () => {
  it.each([
    [null, true],
    [0, true],
    [0, false],
    [defaultPresence.laggingAfterMs - 2_000, true],
    [defaultPresence.laggingAfterMs + 2_000, true],
    [defaultPresence.offlineAfterMs - 2_000, false],
    [defaultPresence.offlineAfterMs + 2_000, true],
  ])('is what core says: silent for %s ms, connected %s', async (silentMs, connected) => {
    const { rows } = await query(
      `SELECT ${presenceSql} AS presence FROM (SELECT now() - $1 * interval '1 millisecond' AS last_seen_at,
         CASE WHEN $2 THEN uuid_at(now()) END AS gateway_id) AS s`,
      [silentMs, connected],
    );
    const nowMs = Date.now();
    const lastSeenMs = silentMs === null ? null : nowMs - silentMs;
    expect(rows[0].presence).toBe(presenceOf({ lastSeenMs, connected, nowMs }));
  });
});

describe('groups', () => {
  it('are listed with how many hosts they select now', async () => {
    await addHost('db-1', null, { role: 'db' });
    await query(`INSERT INTO host_group (name, name_key, labels, hosts) VALUES ('DBs', 'dbs', '{"role": "db"}', '{}'),
      ('named', 'named', NULL, '{A,b,nobody}'), ('zero', 'zero', '{"role": "none"}', '{}')`);
    const first = await app.call(api.hosts.groups, { limit: 2 });
    expect(first.items).toEqual([
      { name: 'DBs', labels: { role: 'db' }, hosts: null, approval: null, matching: 1 },
      { name: 'named', labels: null, hosts: ['A', 'b', 'nobody'], approval: null, matching: 2 },
    ]);
    const second = await app.call(api.hosts.groups, { limit: 2, cursor: first.next ?? '' });
    expect(second).toMatchObject({ items: [{ name: 'zero', matching: 0 }], next: null });
  });
});
