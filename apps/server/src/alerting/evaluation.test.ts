import { api } from '@carillon/contract/http/api';
import type { AlertTransition } from '@carillon/core/alert/alert';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ApplyModule } from '../features/apply/apply.module.js';
import { JobsModule } from '../features/jobs/jobs.module.js';
import { finished, newId, type started } from '../gateway/testing/run-events.js';
import { startTestApp, type TestApp } from '../http/testing/test-app.js';
import { AlertNudge } from '../queue/alert-nudge.js';
import { InProcessHints } from '../queue/in-process-hints.js';
import { AlertDocumentStore } from '../store/alert-document.store.js';
import { AlertEvaluationStore } from '../store/alert-evaluation.store.js';
import { DeliveryStore } from '../store/delivery.store.js';
import { IngestStore } from '../store/ingest.store.js';
import { addFleet, jobFile } from '../store/testing/fleet.js';
import { AlertEngine } from './engine.service.js';
import { nothingWritten } from './written.js';

const nothing = { ...nothingWritten, more: false };
let database: Awaited<ReturnType<typeof cloneDatabase>>;
let app: TestApp;
let hostId: string;
let engine: AlertEngine;
let told: AlertTransition[];
let fails = false;
/** Goes on from test to test, as the results do. */
let nowMs = Date.now();

beforeAll(async () => {
  database = await cloneDatabase();
  app = await startTestApp(database.url, { modules: [ApplyModule, JobsModule] });
  [hostId = ''] = await addFleet(app.database, [{ name: 'WIN-01', labels: { site: 'fra' } }]);
});
afterAll(async () => {
  await app.close();
  await database.drop();
});
beforeEach(() => {
  told = [];
  const evaluation = new AlertEvaluationStore(new AlertDocumentStore(app.database));
  const incidents = {
    take: (_client: unknown, transitions: readonly AlertTransition[]) => {
      if (fails) return Promise.reject(new Error('killed'));
      told.push(...transitions);
      return Promise.resolve(nothing);
    },
    wake: () => Promise.resolve(nothing),
  };
  const hints = new InProcessHints();
  engine = new AlertEngine(app.database, evaluation, incidents, new AlertNudge(hints), hints, () => nowMs, {
    pollMs: 600_000,
  });
});

const policy = (name: string, when: object, more: object = {}) => ({
  kind: 'AlertPolicy',
  name,
  severity: 'high',
  when,
  ...more,
});

async function apply(...documents: object[]): Promise<void> {
  await app.call(api.jobs.apply, { body: { documents } });
}

async function jobId(name: string): Promise<string> {
  return (await app.call(api.jobs.get, { name })).id;
}

/** What an agent tells of runs, through the whole ingest. */
async function ingest(...events: ReturnType<typeof finished | typeof started>[]): Promise<void> {
  const session = await app.database.pool.query(
    'SELECT fence::int, acked_seq::int AS acked FROM agent_session WHERE host_id = $1',
    [hostId],
  );
  const { fence, acked } = session.rows[0];
  const items = events.map((event, index) => ({ kind: 'event' as const, event: { ...event, seq: acked + 1 + index } }));
  await new IngestStore(app.database).ingest([{ hostId, fence, epoch: 1, firstSeq: acked + 1, items }]);
}

function ended(job: string, state: 'failed' | 'succeeded') {
  nowMs += 60_000;
  const at = new Date(nowMs).toISOString();
  return finished(1, {
    jobId: job,
    state,
    exitCode: state === 'failed' ? 7 : 0,
    scheduledFor: at,
    startedAt: at,
    finishedAt: at,
  });
}
const rows = async (sql: string) => (await app.database.pool.query(sql)).rows;
const states = () => told.map(({ from, alert }) => `${from} ${alert.state}`);

it('a job that nobody asks about leaves no signals; one that a policy names does, and its failures are told', async () => {
  await apply(policy('pager', { consecutiveFailures: 2 }), jobFile('quiet'), jobFile('watched', { alerts: ['Pager'] }));
  const [quiet, watched] = [await jobId('quiet'), await jobId('watched')];
  await ingest(ended(quiet, 'failed'), ended(watched, 'failed'), ended(quiet, 'failed'));
  expect(await rows('SELECT kind FROM alert_signal')).toEqual([{ kind: 'run' }]);
  expect(await engine.turn()).toMatchObject({ signals: 1, transitions: 0 });
  await ingest(ended(watched, 'failed'));
  await engine.turn();
  expect(states()).toEqual(['ok firing']);
  expect(told[0]).toMatchObject({
    alert: { reason: { code: 'consecutive_failures', text: '2 runs failed in a row' } },
    facts: {
      jobName: 'watched',
      hostName: 'WIN-01',
      exitCode: 7,
      labels: { site: 'fra', job: 'watched', host: 'WIN-01' },
    },
  });
  await ingest(ended(watched, 'succeeded'));
  await engine.turn();
  expect(states()).toEqual(['ok firing', 'firing resolved']);
  expect(await rows('SELECT * FROM alert_signal')).toEqual([]);
  const log = await rows(`SELECT stage, code, text FROM alert_log ORDER BY id`);
  expect(log.map(({ text }) => text)).toEqual([
    'ok → firing: 2 runs failed in a row',
    expect.stringMatching(/^firing → resolved: /),
  ]);
});

it('when all has been well for long enough nothing is kept', async () => {
  const watched = await jobId('watched');
  for (let at = 0; at < 100; at += 20) await ingest(...Array.from({ length: 20 }, () => ended(watched, 'succeeded')));
  await engine.turn();
  expect(await rows('SELECT * FROM alert_series')).toEqual([]);
});

it('a policy that applies to jobs by itself is asked too, from when it is written until it says otherwise', async () => {
  await apply(policy('everything', { exitCodes: [7] }, { appliesTo: { jobs: ['QUIET'] } }));
  const quiet = await jobId('quiet');
  await ingest(ended(quiet, 'failed'));
  await engine.turn();
  expect(states()).toEqual(['ok firing']);
  await apply(policy('everything', { exitCodes: [7] }, { appliesTo: { jobs: ['other'] } }));
  await ingest(ended(quiet, 'failed'));
  expect(await rows('SELECT * FROM alert_signal')).toEqual([]);
});

it('a turn that fails leaves the signals to the next', async () => {
  const watched = await jobId('watched');
  await ingest(ended(watched, 'failed'), ended(watched, 'failed'));
  fails = true;
  await expect(engine.turn()).rejects.toThrow('killed');
  expect(await rows(`SELECT * FROM alert WHERE policy = 'pager' AND state = 'firing'`)).toEqual([]);
  fails = false;
  await engine.turn();
  expect(states()).toContain('ok firing');
});

it('silence is told though nothing ever came: what is expected is waited for from its assignment on', async () => {
  await apply(policy('dead-man', { noSuccessFor: '26h' }), jobFile('nightly', { alerts: ['dead-man'] }));
  await engine.turn();
  nowMs += 20 * 3_600_000;
  await engine.turn();
  expect(states()).toEqual([]);
  nowMs += 7 * 3_600_000;
  await engine.turn();
  expect(states()).toEqual(['ok firing']);
  expect(told[0]?.facts.jobName).toBe('nightly');
});

it('alerts at which nobody looks any more end: of a job without the policy, of a deleted job, without the policy itself', async () => {
  const wanted = policy('short-lived', { consecutiveFailures: 1 });
  await apply(wanted, ...['a', 'b', 'c'].map((name) => jobFile(name, { alerts: ['short-lived'] })));
  await ingest(ended(await jobId('a'), 'failed'), ended(await jobId('b'), 'failed'), ended(await jobId('c'), 'failed'));
  await engine.turn();
  expect(states()).toEqual(['ok firing', 'ok firing', 'ok firing']);
  nowMs = Math.max(nowMs, Date.now() + 60_000);
  await apply(jobFile('a'));
  await engine.turn();
  await app.call(api.jobs.remove, { name: 'b' });
  await engine.turn();
  expect(told.slice(3).map(({ alert, facts }) => [facts.jobName, alert.state, alert.reason.code])).toEqual([
    ['a', 'resolved', 'not_watched'],
    ['b', 'resolved', 'not_watched'],
  ]);
});

it('drift, refused definitions and losses of hosts are told and end', async () => {
  await apply(
    policy('as-it-should-be', { drift: true, rejected: true, spoolLoss: true }, { appliesTo: { all: true } }),
    jobFile('kept'),
  );
  const kept = await jobId('kept');
  const at = new Date(nowMs).toISOString();
  const change = {
    kind: 'task.changed',
    jobId: kept,
    version: 1,
    message: null,
    differences: ['enabled: no'],
  } as const;
  const drifted = { seq: 1, eventId: newId(), at, data: { ...change, state: 'drifted', found: 'edited' } } as const;
  const restored = { seq: 1, eventId: newId(), at, data: { ...change, state: 'restored', found: null } } as const;
  const lost = {
    kind: 'spool.lost',
    reason: 'disk',
    runEvents: 2,
    otherEvents: 0,
    outputRuns: 0,
    outputBytes: 0,
    runIds: [],
    from: at,
    to: at,
  } as const;
  await ingest(drifted as never, { seq: 1, eventId: newId(), at, data: lost } as never);
  await engine.turn();
  expect(told.map(({ alert }) => alert.reason.code).sort()).toEqual(['drift', 'spool_loss']);
  told = [];
  await ingest(restored as never);
  await engine.turn();
  expect(states()).toEqual(['firing resolved']);
  await ingest(restored as never);
  expect(await rows(`SELECT * FROM alert_signal WHERE kind = 'task'`)).toEqual([]);

  const delivery = new DeliveryStore(app.database);
  const status = (state: 'rejected' | 'applied') =>
    delivery.apply({ hostId, fence: 0 }, {
      jobs: [{ jobId: kept, version: 1, state, message: 'signature \ud83d' }],
      observedHash: 'a'.repeat(64),
    } as never);
  told = [];
  expect(await status('rejected')).toBe(true);
  await status('applied');
  await engine.turn();
  expect(states()).toEqual(['ok firing', 'firing resolved']);
});

it('hosts that are away are told once we have been here long enough ourselves', async () => {
  await apply(policy('away', { hostOffline: '5m', clockSkew: '2m' }));
  const seen = (agoMs: number) =>
    app.database.pool.query('UPDATE agent_session SET last_seen_at = $1, gateway_id = $2, clock_ahead_ms = 0', [
      new Date(nowMs - agoMs),
      newId(),
    ]);
  await seen(3_600_000);
  await engine.turn();
  expect(states()).toEqual([]);
  for (let at = 0; at < 6; at += 1) {
    nowMs += 50_000;
    await engine.turn();
  }
  expect(told.map(({ alert, facts }) => [alert.reason.code, facts.hostName])).toEqual([['host_offline', 'WIN-01']]);
  expect(told[0]?.alert.reason.text).toMatch(/^the host has not been heard from for 1h \d+m; it should run /);
  await seen(0);
  nowMs += 10_000;
  await engine.turn();
  expect(states()).toEqual(['ok firing', 'firing resolved']);
  await app.database.pool.query('UPDATE agent_session SET clock_ahead_ms = -180000');
  nowMs += 10_000;
  await engine.turn();
  expect(told.at(-1)?.alert.reason.text).toBe('its clock is 3m behind, 2m is allowed');
});

it('a figure of a host that stays above its limit is told, and its end', async () => {
  await apply(policy('busy', { cpuAbove: { above: '90.5%', for: '1m' } }));
  const use = (percent: number) =>
    app.database.pool.query('UPDATE agent_session SET cpu_percent = $1, load_at = $2', [percent, new Date(nowMs)]);
  await use(97);
  nowMs += 10_000;
  await engine.turn();
  expect(states()).toEqual([]);
  nowMs += 60_000;
  await engine.turn();
  expect(told.map(({ alert }) => [alert.state, alert.key.what])).toEqual([['firing', 'cpu']]);
  expect(told[0]?.alert.reason.text).toBe('cpu has been above 90.5 % for 1m, now at 97 %');
  await use(20);
  nowMs += 10_000;
  await engine.turn();
  expect(states()).toEqual(['ok firing', 'firing resolved']);
});
