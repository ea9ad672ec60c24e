import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { api } from '@carillon/contract/http/api';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { cloneDatabase } from '@carillon/testkit/database';
import { HttpSink } from '@carillon/testkit/http-sink';
import { ServiceNow } from '@carillon/testkit/service-now';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ApplyModule } from '../features/apply/apply.module.js';
import { JobsModule } from '../features/jobs/jobs.module.js';
import { finished } from '../gateway/testing/run-events.js';
import { startTestApp, type TestApp } from '../http/testing/test-app.js';
import { AlertNudge } from '../queue/alert-nudge.js';
import { noDeliveryQueue } from '../queue/delivery-queue.js';
import { InProcessHints } from '../queue/in-process-hints.js';
import { AcknowledgeLinks } from '../shared/acknowledge-links.js';
import { Origins } from '../shared/origins.js';
import { Sealer } from '../shared/sealer.js';
import { AlertDocumentStore } from '../store/alert-document.store.js';
import { AlertEvaluationStore } from '../store/alert-evaluation.store.js';
import { IngestStore } from '../store/ingest.store.js';
import { NoticeStore } from '../store/notice.store.js';
import { poolTransaction } from '../store/pool-transaction.js';
import { RateBucketStore } from '../store/rate-bucket.store.js';
import { RunOutputStore } from '../store/run-output.store.js';
import { ServerSecretStore } from '../store/server-secret.store.js';
import { SubscriptionStore } from '../store/subscription.store.js';
import { addFleet, jobFile } from '../store/testing/fleet.js';
import { TicketLinkStore } from '../store/ticket-link.store.js';
import { TicketSystemStore } from '../store/ticket-system.store.js';
import { Delivery } from './delivery/delivery.service.js';
import { OwnChannels } from './delivery/own-channels.js';
import { AlertEngine } from './engine.service.js';
import { IncidentActions } from './incident-actions.js';
import { Incidents } from './incident-stage.js';
import { queueFailedRuns } from './subscriptions/run-events.js';
import { TicketSystems } from './ticketing/ticket-systems.js';
import { TicketWorker } from './ticketing/ticket-worker.js';

const minute = 60_000;
let database: Awaited<ReturnType<typeof cloneDatabase>>;
let app: TestApp;
let sink: HttpSink;
let hostIds: string[];
let engine: AlertEngine;
let delivery: Delivery;
let folder: string;
let incidentStage: Incidents;
/** Goes on from test to test, as results do. */
let nowMs = Date.now();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-pipeline-'));
  [database, sink] = await Promise.all([cloneDatabase(), HttpSink.start()]);
  app = await startTestApp(database.url, { modules: [ApplyModule, JobsModule] });
  hostIds = await addFleet(
    app.database,
    Array.from({ length: 40 }, (_, index) => ({ name: `WIN-${index}`, labels: { site: 'fra' } })),
  );
  const documents = new AlertDocumentStore(app.database);
  const secrets = new ServerSecretStore(app.database, Sealer.fromFile(join(folder, 'secrets.key')));
  await secrets.put('hook', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'test');
  const hints = new InProcessHints();
  const config = { pollMs: 600_000, allowPrivateChannels: true };
  const clock = () => nowMs;
  const origins = new Origins({ publicOrigins: ['https://carillon.example'] });
  const links = new AcknowledgeLinks(Sealer.fromFile(join(folder, 'secrets.key')), origins);
  incidentStage = new Incidents(origins, links);
  engine = new AlertEngine(
    app.database,
    new AlertEvaluationStore(documents),
    incidentStage,
    new AlertNudge(hints),
    hints,
    clock,
    config,
  );
  delivery = new Delivery(
    new NoticeStore(app.database),
    documents,
    secrets,
    hints,
    clock,
    config,
    new TicketLinkStore(app.database),
    new OwnChannels(),
    new RunOutputStore(app.database),
    new RateBucketStore(app.database, clock),
    noDeliveryQueue,
  );
});
afterAll(async () => {
  await app.close();
  await sink.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  sink.requests.length = 0;
});

const channel = (name: string) => ({
  kind: 'Channel',
  name,
  type: 'webhook',
  url: `${sink.url}/${name}`,
  signing: { secret: 'hook' },
});

async function apply(...documents: object[]): Promise<void> {
  await app.call(api.jobs.apply, { body: { documents } });
}

/** What hosts tell of a job's runs, all at once. */
async function ingest(job: string, state: 'failed' | 'succeeded', hosts: readonly string[], runs = 1): Promise<void> {
  nowMs += minute;
  const { id: jobId } = await app.call(api.jobs.get, { name: job });
  const at = new Date(nowMs).toISOString();
  const { rows } = await app.database.pool.query(
    'SELECT host_id AS "hostId", fence::int, acked_seq::int AS acked FROM agent_session WHERE host_id = ANY($1)',
    [hosts],
  );
  const frames = rows.map(({ hostId, fence, acked }) => {
    const run = { jobId, state, exitCode: state === 'failed' ? 7 : 0, scheduledFor: at, startedAt: at, finishedAt: at };
    const items = Array.from({ length: runs }, (_, index) => {
      return { kind: 'event' as const, event: finished(acked + 1 + index, run) };
    });
    return { hostId, fence, epoch: 1, firstSeq: acked + 1, items };
  });
  await new IngestStore(app.database).ingest(frames);
}

async function settle(): Promise<void> {
  for (let turn = await engine.turn(); turn.more; turn = await engine.turn());
  while ((await delivery.deliver()) > 0);
}

const told = () => sink.requests.map(({ path, body }) => `${path} ${JSON.parse(body).type}`);
const incidents = async () => (await app.database.pool.query('SELECT * FROM incident ORDER BY number')).rows;

it('a failure is told where its severity goes by default, with its reason, and its end too', async () => {
  const policy = { kind: 'AlertPolicy', name: 'pager', severity: 'high', when: { consecutiveFailures: 2 } };
  await apply(channel('email'), channel('phone'), policy, jobFile('etl', { alerts: ['pager'] }));
  const [host = ''] = hostIds;
  await ingest('etl', 'failed', [host]);
  await settle();
  expect(told()).toEqual([]);
  await ingest('etl', 'failed', [host]);
  await settle();
  expect(told().sort()).toEqual(['/email incident.opened', '/phone incident.opened']);
  const { data } = JSON.parse(sink.requests[0]?.body ?? '');
  expect(data).toMatchObject({
    job: 'etl',
    host: 'WIN-0',
    incident: { severity: 'high', number: 1 },
    run: { exitCode: 7 },
  });
  expect(data.links.incident).toBe('https://carillon.example/incidents/1');
  expect(data.links.acknowledge).toMatch(/^https:\/\/carillon\.example\/acknowledge\?t=/);
  sink.requests.length = 0;
  await ingest('etl', 'succeeded', [host]);
  await settle();
  nowMs += 15 * minute;
  await settle();
  expect(told().sort()).toEqual(['/email incident.resolved', '/phone incident.resolved']);
  const over = JSON.parse(sink.requests[0]?.body ?? '').data;
  expect(over.text).toMatch(/^WIN-0: the run of .*Z ended as succeeded; its alert has recovered; it lasted 1m$/);
  expect(over.run).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
  expect(over.resolution).toMatchObject({
    alerts: 1,
    by: null,
    host: 'WIN-0',
    lastedMs: minute,
    goodRuns: { count: 1 },
  });
  const evidence = { id: over.run.id, job: 'etl', host: 'WIN-0', outcome: 'succeeded', url: over.links.run };
  expect(over.resolution.runs).toEqual([{ ...evidence, at: over.resolution.goodRuns.at }]);
  expect(await incidents()).toMatchObject([{ state: 'resolved' }]);
  // Also what was decided before there was an incident.
  const log = await app.database.pool.query(`SELECT text FROM alert_log WHERE stage = 'evaluate' ORDER BY id`);
  expect(log.rows.map(({ text }) => text)).toEqual([
    'ok → firing: 2 runs failed in a row',
    expect.stringMatching(/^firing → resolved: the run of .* ended as succeeded$/),
  ]);
  const loose = await app.database.pool.query('SELECT FROM alert_log WHERE incident_id IS NULL');
  expect(loose.rowCount).toBe(0);
});

it('one job that fails on many hosts is one incident with its spread, and one notice for each channel', async () => {
  const policy = { kind: 'AlertPolicy', name: 'fleet', severity: 'high', when: { consecutiveFailures: 1 } };
  await apply(policy, jobFile('rollout', { alerts: ['fleet'] }));
  await ingest('rollout', 'failed', hostIds);
  await settle();
  const open = (await incidents()).filter(({ state }) => state !== 'resolved');
  const [about] = (
    await app.database.pool.query(`SELECT data->'about' AS about FROM incident WHERE id = $1`, [open[0].id])
  ).rows;
  expect(about.about).toMatchObject({
    subject: 'rollout',
    reason: { code: 'consecutive_failures', figures: { failures: 1 } },
  });
  expect(open).toMatchObject([
    { title: expect.stringContaining('rollout'), spread: { hosts: 40, byExitCode: { '7': 40 } } },
  ]);
  expect(told().sort()).toEqual(['/email incident.opened', '/phone incident.opened']);
  const log = await app.database.pool.query('SELECT DISTINCT stage FROM alert_log WHERE incident_id = $1', [
    open[0].id,
  ]);
  expect(log.rows.map(({ stage }) => stage)).toEqual(expect.arrayContaining(['deliver', 'group', 'route']));
  await ingest('rollout', 'succeeded', hostIds);
  await settle();
  nowMs += 30 * minute;
  await settle();
});

it('a channel that does not exist is said, not skipped in silence; a silence keeps quiet, with its reason', async () => {
  const policy = { kind: 'AlertPolicy', name: 'sms-too', severity: 'medium', when: { exitCodes: [7] } };
  const until = new Date(nowMs + 90 * minute).toISOString();
  const silence = { kind: 'Silence', name: 'moving', match: ['job=quiet'], until, reason: 'we move the disks' };
  await apply(policy, silence, jobFile('loud', { alerts: ['sms-too'] }), jobFile('quiet', { alerts: ['sms-too'] }));
  await ingest('loud', 'failed', hostIds.slice(0, 1));
  await ingest('quiet', 'failed', hostIds.slice(0, 1));
  await settle();
  nowMs += minute;
  await settle();
  expect(told()).toEqual(['/email incident.opened']);
  const texts = (await app.database.pool.query('SELECT text FROM alert_log ORDER BY id')).rows
    .map(({ text }) => text)
    .join('\n');
  expect(texts).toMatch(/sms/);
  expect(texts).toMatch(/we move the disks|silence/i);
});

it('subscriptions hear of the incident and of each run that failed', async () => {
  const policy = { kind: 'AlertPolicy', name: 'heard', severity: 'high', when: { consecutiveFailures: 1 } };
  await apply(policy, jobFile('heard', { alerts: ['heard'] }), jobFile('unwatched', {}));
  const fields = { name: 'all', url: sink.url, match: ['job=~heard|unwatched'], signing: ['hook'], enabled: true };
  const events = ['incident.opened', 'incident.updated', 'incident.resolved', 'run.failed'] as const;
  const id = makeUuid7(nowMs, randomBytes(10));
  const subscription = { ...fields, events, allowPrivateAddresses: false };
  await new SubscriptionStore(app.database).create(id, subscription, 'test', new Date(nowMs));
  const hosts = hostIds.slice(0, 2);
  await ingest('heard', 'failed', hosts);
  await ingest('unwatched', 'failed', hosts);
  await settle();
  await ingest('heard', 'succeeded', hosts);
  await settle();
  nowMs += 30 * minute;
  await settle();
  await poolTransaction(app.database.pool, (client) => queueFailedRuns(client, (path) => path, nowMs));
  const { rows } = await app.database.pool.query(
    `SELECT type, coalesce(data->'incident'->>'title', data->'run'->>'job') AS what FROM subscription_delivery ORDER BY number`,
  );
  const told = rows.filter(({ type }) => type !== 'incident.updated').map(({ type, what }) => `${type}: ${what}`);
  expect(told).toEqual([
    expect.stringMatching(/^incident\.opened: heard/),
    expect.stringMatching(/^incident\.resolved: heard/),
    ...['run.failed: heard', 'run.failed: heard', 'run.failed: unwatched', 'run.failed: unwatched'],
  ]);
});

it('ten thousand failures of one job are one ticket', async () => {
  const now = await ServiceNow.start();
  const policy = { kind: 'AlertPolicy', name: 'tickets', severity: 'medium', when: { exitCodes: [7] } };
  const ticketChannel = { kind: 'Channel', name: 'snow', type: 'servicenow', url: now.url, username: now.user };
  const route = { kind: 'Route', name: 'tickets', match: ['job=flood'], to: 'snow' };
  const job = jobFile('flood', { alerts: ['tickets'] });
  await apply({ ...ticketChannel, password: { secret: 'now' } }, route, policy, job);
  const documents = new AlertDocumentStore(app.database);
  const secrets = new ServerSecretStore(app.database, Sealer.fromFile(join(folder, 'secrets.key')));
  await secrets.put('now', now.password, 'test');
  const [links, states] = [new TicketLinkStore(app.database), new TicketSystemStore(app.database)];
  const config = { pollMs: 600_000, allowPrivateChannels: true };
  const systems = new TicketSystems(documents, secrets, () => nowMs, config);
  const acts = new IncidentActions(app.database, incidentStage, new InProcessHints(), () => nowMs);
  const rates = new RateBucketStore(app.database, () => nowMs);
  const workers = [1, 2].map(
    () => new TicketWorker(links, states, systems, acts, new InProcessHints(), () => nowMs, config, rates),
  );
  for (let minutes = 0; minutes < 10; minutes += 1) {
    await ingest('flood', 'failed', hostIds, 25);
    await settle();
    while ((await Promise.all(workers.map((worker) => worker.work()))).some((count) => count > 0));
  }
  const { rows } = await app.database.pool.query(
    `SELECT count(*)::int AS n FROM run WHERE state = 'failed' AND finished_at > $1`,
    [new Date(nowMs - 10 * minute)],
  );
  expect(rows[0].n).toBe(10_000);
  expect(now.all()).toMatchObject([{ number: 'INC0010001', short_description: expect.stringContaining('flood') }]);
  await now.close();
}, 180_000);
