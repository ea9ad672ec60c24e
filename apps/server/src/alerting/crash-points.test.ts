import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { api } from '@carillon/contract/http/api';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApplyModule } from '../features/apply/apply.module.js';
import { finished } from '../gateway/testing/run-events.js';
import { startTestApp, type TestApp } from '../http/testing/test-app.js';
import { AlertNudge } from '../queue/alert-nudge.js';
import { InProcessHints } from '../queue/in-process-hints.js';
import { AcknowledgeLinks } from '../shared/acknowledge-links.js';
import { Origins } from '../shared/origins.js';
import { Sealer } from '../shared/sealer.js';
import { AlertDocumentStore } from '../store/alert-document.store.js';
import { AlertEvaluationStore } from '../store/alert-evaluation.store.js';
import type { Database } from '../store/database.store.js';
import { IngestStore } from '../store/ingest.store.js';
import { SubscriptionStore } from '../store/subscription.store.js';
import { type Death, dyingPool } from '../store/testing/dying-pool.js';
import { addFleet, jobFile } from '../store/testing/fleet.js';
import { AlertEngine } from './engine.service.js';
import { Incidents } from './incident-stage.js';

const minute = 60_000;
/** More than a turn has statements. */
const mostStatements = 60;
const jobName = (index: number) => `job-${index}`;

let database: Awaited<ReturnType<typeof cloneDatabase>>;
let app: TestApp;
let hostId: string;
let folder: string;
let incidents: Incidents;
let jobIds: Map<string, string>;
let nowMs = Date.now();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-crash-'));
  database = await cloneDatabase();
  app = await startTestApp(database.url, { modules: [ApplyModule] });
  [hostId = ''] = await addFleet(app.database, [{ name: 'WIN-0' }]);
  const channel = { kind: 'Channel', type: 'webhook', url: 'http://127.0.0.1:9', signing: { secret: 'hook' } };
  const policy = { kind: 'AlertPolicy', name: 'pager', severity: 'high', when: { consecutiveFailures: 1 } };
  const jobs = Array.from({ length: mostStatements + 2 }, (_, index) => jobFile(jobName(index), { alerts: ['pager'] }));
  const documents = [{ ...channel, name: 'email' }, { ...channel, name: 'phone' }, policy, ...jobs];
  await app.call(api.jobs.apply, { body: { documents } });
  const { rows } = await app.database.pool.query<{ name: string; id: string }>('SELECT name, id FROM job');
  jobIds = new Map(rows.map(({ name, id }) => [name, id]));
  const events = ['incident.opened', 'incident.resolved'] as const;
  const subscription = { name: 'all', url: 'http://127.0.0.1:9', events, match: [], signing: ['hook'], enabled: true };
  const id = makeUuid7(nowMs, randomBytes(10));
  const stored = { ...subscription, allowPrivateAddresses: true };
  await new SubscriptionStore(app.database).create(id, stored, 'test', new Date(nowMs));
  const origins = new Origins({ publicOrigins: ['https://carillon.example'] });
  incidents = new Incidents(origins, new AcknowledgeLinks(Sealer.fromFile(join(folder, 'secrets.key')), origins));
});
afterAll(async () => {
  await app.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** As a server has it that was just started. */
function newEngine(pool = app.database.pool): AlertEngine {
  const evaluation = new AlertEvaluationStore(new AlertDocumentStore(app.database));
  const hints = new InProcessHints();
  const through = { pool } as Database;
  return new AlertEngine(through, evaluation, incidents, new AlertNudge(hints), hints, () => nowMs, {
    pollMs: 600_000,
  });
}

let seq = 0;
async function ingest(job: string, state: 'failed' | 'succeeded'): Promise<void> {
  nowMs += minute;
  const at = new Date(nowMs).toISOString();
  const jobId = jobIds.get(job) ?? '';
  const run = { jobId, state, exitCode: state === 'failed' ? 7 : 0, scheduledFor: at, startedAt: at, finishedAt: at };
  seq += 1;
  const items = [{ kind: 'event' as const, event: finished(seq, run) }];
  await new IngestStore(app.database).ingest([{ hostId, fence: 0, epoch: 1, firstSeq: seq, items }]);
}

/** A server's turn at which it dies. @returns whether it came so far */
async function dieIn(death: Death): Promise<boolean> {
  let died = false;
  const pool = dyingPool(database.url, death, () => {
    died = true;
  });
  const turn = newEngine(pool).turn();
  await turn.catch(() => undefined);
  await pool.end();
  return died;
}

/** Another server goes on, as soon as Postgres knows that the dead one has no turn any more. */
async function goOn(): Promise<void> {
  const engine = newEngine();
  for (let turn = await engine.turn(); turn.busy || turn.more; turn = await engine.turn());
}

/** All that came of one job's failure and recovery. */
async function outcome(job: string) {
  const { rows } = await app.database.pool.query(
    `SELECT i.state, i.generation, (SELECT array_agg(state) FROM alert a WHERE a.job_id = i.job_id) AS alerts,
       (SELECT array_agg(reason || ' ' || channel ORDER BY reason, channel) FROM notice n WHERE n.incident_id = i.id) AS notices,
       (SELECT array_agg(type ORDER BY number) FROM subscription_delivery d WHERE d.incident_id = i.id) AS events,
       (SELECT array_agg(code ORDER BY id) FROM alert_log l WHERE l.incident_id = i.id AND stage = 'group' AND code IN ('opened', 'resolved')) AS log
     FROM incident i WHERE i.job_id = $1`,
    [jobIds.get(job)],
  );
  return rows;
}

const once = [
  {
    state: 'resolved',
    generation: 1,
    alerts: ['resolved'],
    notices: ['opened email', 'opened phone', 'resolved email', 'resolved phone'],
    events: ['incident.opened', 'incident.resolved'],
    log: ['opened', 'resolved'],
  },
];

/** A failure and a recovery, with a server that dies in the turn of each. @returns whether it died in both, or in one */
async function failAndRecover(job: string, death: Death): Promise<{ failing: boolean; recovering: boolean }> {
  await ingest(job, 'failed');
  const failing = await dieIn(death);
  await goOn();
  await ingest(job, 'succeeded');
  const recovering = await dieIn(death);
  await goOn();
  // Away from the others: many at once would be a storm.
  nowMs += 10 * minute;
  return { failing, recovering };
}

it('loses and doubles nothing, before whichever statement of a turn its server is killed', async () => {
  let deaths = 0;
  for (let statement = 1; statement <= mostStatements; statement += 1) {
    const job = jobName(statement);
    const { failing, recovering } = await failAndRecover(job, { beforeStatement: statement });
    expect(await outcome(job), `killed before statement ${statement}`).toEqual(once);
    if (!failing && !recovering) break;
    deaths += 1;
  }
  // A turn that decides something has more statements than one that looks around, and fewer than are tried.
  expect(deaths).toBeGreaterThan(15);
  expect(deaths).toBeLessThan(mostStatements);
}, 120_000);

it.each(['before the commit', 'after the commit'] as const)('nor when it is killed %s', async (death) => {
  const job = jobName(death === 'before the commit' ? 0 : mostStatements + 1);
  expect(await failAndRecover(job, death)).toEqual({ failing: true, recovering: true });
  expect(await outcome(job)).toEqual(once);
});
