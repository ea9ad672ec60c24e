import { randomBytes } from 'node:crypto';
import type { AlertTransition } from '@carillon/core/alert/alert';
import type { ConditionKind } from '@carillon/core/alert/conditions/condition';
import type { AlertSeverity, AlertState } from '@carillon/core/state/states';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Origins } from '../shared/origins.js';
import { auditAlerts } from '../store/alert-audit.js';
import type { Database } from '../store/database.store.js';
import { poolTransaction } from '../store/pool-transaction.js';
import { addFleet } from '../store/testing/fleet.js';
import { openDatabase } from '../store/testing/stores.js';
import { Incidents } from './incident-stage.js';

const minute = 60_000;
const origins = new Origins({ publicOrigins: ['https://carillon.example'] });
// Signing is shown elsewhere.
const stage = new Incidents(origins, { make: () => 'link' } as never);
let test: TestDatabase;
let database: Database;
let nowMs: number;

beforeEach(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.url);
  nowMs = Date.now();
  for (const name of ['email', 'sms', 'phone']) await document('Channel', { name });
});
afterEach(async () => {
  await database.onApplicationShutdown();
  await test.drop();
});

async function document(kind: string, spec: { name: string }): Promise<void> {
  await database.pool.query(`INSERT INTO alert_document (kind, name_key, name, spec) VALUES ($1, lower($2), $2, $3)`, [
    kind,
    spec.name,
    JSON.stringify(spec),
  ]);
}

interface Change {
  readonly id?: string;
  readonly policy?: string;
  readonly jobId?: string | null;
  readonly hostId?: string | null;
  readonly host?: string;
  readonly state?: AlertState;
  readonly from?: AlertState;
  readonly severity?: AlertSeverity;
  readonly condition?: ConditionKind;
}

/** Alerts as the evaluation leaves them: their rows written, and their steps. */
async function changed(changes: readonly Change[]): Promise<AlertTransition[]> {
  const steps = changes.map((change): AlertTransition => {
    const { policy = 'p', severity = 'medium', state = 'firing', host = 'h', hostId = null, jobId = null } = change;
    const id = change.id ?? makeUuid7(nowMs, randomBytes(10));
    const facts = {
      policyName: policy,
      condition: change.condition ?? 'consecutiveFailures',
      jobName: jobId ? 'etl' : null,
      hostName: host,
      jobVersion: 1,
      owner: null,
      labels: { host, policy, severity },
      outcome: null,
      exitCode: 7,
      runbook: null,
    };
    const alert = {
      id,
      key: { policy, jobId, hostId, what: hostId ? '' : id },
      state,
      severity,
      flapping: false,
      sinceMs: nowMs,
      firedMs: nowMs,
      resolvedMs: state === 'resolved' ? nowMs : null,
      reason: { code: 'x', text: 'it failed' },
      runId: null,
      incidentId: null,
      wakeMs: null,
    };
    return { alert, from: change.from ?? 'ok', atMs: nowMs, facts };
  });
  await database.pool.query(
    `INSERT INTO alert (id, policy, job_id, host_id, what, state, severity, since, fired_at, reason, facts)
     SELECT x.id, x.policy, x.job_id, x.host_id, x.what, x.state, x.severity, $9, $9, '{"code":"x","text":"it failed"}', x.facts
     FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::jsonb[])
       AS x(id, policy, job_id, host_id, what, state, severity, facts)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state`,
    [
      steps.map(({ alert }) => alert.id),
      steps.map(({ alert }) => alert.key.policy),
      steps.map(({ alert }) => alert.key.jobId),
      steps.map(({ alert }) => alert.key.hostId),
      steps.map(({ alert }) => alert.key.what),
      steps.map(({ alert }) => alert.state),
      steps.map(({ alert }) => alert.severity),
      steps.map(({ facts }) => JSON.stringify(facts)),
      new Date(nowMs),
    ],
  );
  const { rows } = await database.pool.query<{ id: string; incidentId: string | null }>(
    `SELECT id, incident_id AS "incidentId" FROM alert WHERE id = ANY($1::uuid[])`,
    [steps.map(({ alert }) => alert.id)],
  );
  const incidents = new Map(rows.map(({ id, incidentId }) => [id, incidentId]));
  return steps.map((step) => ({ ...step, alert: { ...step.alert, incidentId: incidents.get(step.alert.id) ?? null } }));
}

async function take(changes: readonly Change[]): Promise<string[]> {
  const steps = await changed(changes);
  await poolTransaction(database.pool, (client) => stage.take(client, steps, nowMs));
  return steps.map(({ alert }) => alert.id);
}

/** Lets so many minutes go by, looking at what is due at its time. */
async function pass(minutes: number): Promise<void> {
  const endMs = nowMs + minutes * minute;
  for (;;) {
    const { rows } = await database.pool.query<{ at: Date | null }>('SELECT min(wake_at) AS at FROM incident');
    const dueMs = rows[0]?.at?.getTime() ?? Number.POSITIVE_INFINITY;
    if (dueMs > endMs) break;
    nowMs = Math.max(nowMs, dueMs);
    await poolTransaction(database.pool, (client) => stage.wake(client, nowMs));
  }
  nowMs = endMs;
}

const rowsOf = async (sql: string) => (await database.pool.query(sql)).rows;
const notices = async () =>
  (
    await rowsOf(
      `SELECT n.reason, n.channel, i.number FROM notice n JOIN incident i ON i.id = n.incident_id ORDER BY i.number, n.created_at, n.channel`,
    )
  ).map(({ reason, channel, number }) => `${number} ${reason} ${channel}`);
const log = async (code: string) => (await rowsOf(`SELECT 1 FROM alert_log WHERE code = '${code}'`)).length;
const jobId = makeUuid7(1, Buffer.alloc(10));

it('ten thousand alerts of one job are one incident, with a bounded log and one notice a channel', async () => {
  const hosts = await addFleet(
    database,
    Array.from({ length: 10_000 }, (_, at) => ({ name: `H${at}` })),
  );
  for (let first = 0; first < hosts.length; first += 1_000)
    await take(
      hosts
        .slice(first, first + 1_000)
        .map((hostId, at) => ({ hostId, jobId, host: `H${first + at}`, severity: 'high' })),
    );
  await pass(1);
  expect(await notices()).toEqual(['1 opened email', '1 opened phone']);
  const [incident, ...others] = await rowsOf('SELECT * FROM incident');
  expect(others).toEqual([]);
  expect(incident.spread).toMatchObject({ firing: 10_000, hosts: 10_000, byExitCode: { 7: 10_000 } });
  expect(Number((await rowsOf('SELECT count(*) FROM alert_log'))[0].count)).toBeLessThan(50);
  await pass(10);
  expect((await notices()).filter((line) => line.includes('updated'))).toEqual(['1 updated email', '1 updated phone']);
});

it('what was not committed was not done, and is done once when it is tried again', async () => {
  const steps = await changed([{ severity: 'high' }]);
  const killed = poolTransaction(database.pool, async (client) => {
    await stage.take(client, steps, nowMs);
    throw new Error('killed');
  });
  await expect(killed).rejects.toThrow('killed');
  expect(
    await rowsOf('SELECT 1 FROM incident UNION ALL SELECT 1 FROM notice UNION ALL SELECT 1 FROM alert_log'),
  ).toEqual([]);
  // Twice, as if the first had been committed unseen.
  for (const _time of [1, 2]) await poolTransaction(database.pool, (client) => stage.take(client, steps, nowMs));
  await pass(0.1);
  expect((await notices()).length).toBe(2);
});

it('a host that is offline mutes what was missed there, and what still holds is told when it is back', async () => {
  const [hostId = ''] = await addFleet(database, [{ name: 'h' }]);
  const [offline] = await take([{ hostId, policy: 'hosts', condition: 'hostOffline' }]);
  await take([{ hostId, jobId, condition: 'missed' }]);
  await pass(30);
  expect(await notices()).toEqual(['1 opened email', '1 opened sms']);
  expect((await rowsOf('SELECT muted FROM incident WHERE number = 2'))[0].muted.code).toBe('host_offline');
  await take([
    { id: offline ?? '', hostId, policy: 'hosts', condition: 'hostOffline', from: 'firing', state: 'resolved' },
  ]);
  await pass(1);
  expect((await notices()).slice(2)).toEqual(['1 resolved email', '1 resolved sms', '2 opened email', '2 opened sms']);
  expect(await log('unmuted')).toBe(1);
});

it('a silence ends, and what fires on is told; taken back early, within a minute', async () => {
  const until = new Date(nowMs + 60 * minute).toISOString();
  const match = [{ label: 'host', sign: '=', value: 'h' }];
  await document('Silence', { name: 's', match, from: null, until, reason: 'r', author: null } as never);
  await take([{}]);
  await pass(20);
  expect(await notices()).toEqual([]);
  await database.pool.query(`DELETE FROM alert_document WHERE kind = 'Silence'`);
  await pass(1);
  expect((await notices()).length).toBe(2);
});

it('many incidents of one policy within minutes are told as one, and what is left when it is calm for itself', async () => {
  const ids = await take(Array.from({ length: 30 }, (_, at) => ({ host: `h${at}` })));
  await pass(2);
  expect(await notices()).toEqual(['31 digest email', '31 digest sms']);
  const [{ content }] = await rowsOf('SELECT content FROM notice LIMIT 1');
  expect(content.parts).toHaveLength(20);
  // One that comes later is taken in.
  await take([{ host: 'late' }]);
  await pass(2);
  expect((await notices()).length).toBe(2);
  await pass(4);
  await take(
    ids.slice(0, 28).map((id, at) => ({ id, host: `h${at}`, from: 'firing' as const, state: 'resolved' as const })),
  );
  await pass(2);
  const after = (await notices()).slice();
  expect(after.filter((line) => line.includes('opened')).map((line) => line.split(' ')[0])).toEqual([
    '29',
    '29',
    '30',
    '30',
    '32',
    '32',
  ]);
  expect(after.filter((line) => line.includes('resolved'))).toEqual(['31 resolved email', '31 resolved sms']);
});

it('comes back within its window as the next generation, later as another incident', async () => {
  const [id = ''] = await take([{ hostId: null, jobId }]);
  await pass(1);
  await take([{ id, jobId, from: 'firing', state: 'resolved' }]);
  await pass(30);
  const [again = ''] = await take([{ jobId }]);
  await pass(1);
  expect(await rowsOf('SELECT number::int, generation, state FROM incident')).toEqual([
    { number: 1, generation: 2, state: 'firing' },
  ]);
  expect(await notices()).toContain('1 reopened email');
  await take([{ id: again, jobId, from: 'firing', state: 'resolved' }]);
  await pass(61);
  await take([{ jobId }]);
  expect(await rowsOf('SELECT number::int, generation, state FROM incident ORDER BY number')).toEqual([
    { number: 1, generation: 2, state: 'resolved' },
    { number: 2, generation: 1, state: 'firing' },
  ]);
});

it('keeps what the auditor asks for, at every moment of all this', async () => {
  await take([{}, { severity: 'high', policy: 'q' }, { policy: 'system' }]);
  for (let minutes = 0; minutes < 60 * 24; minutes += 60) {
    await pass(60);
    expect(await auditAlerts(database.pool, nowMs)).toEqual({
      late: 0,
      forgotten: 0,
      loose: 0,
      untried: expect.any(Number),
    });
  }
});
