import { randomBytes } from 'node:crypto';
import type { AgentEvent } from '@carillon/contract/agent/event-messages';
import type { NoticeContent } from '@carillon/core/alert/notice';
import { randomFrom } from '@carillon/core/random/random-from';
import type { RunState } from '@carillon/core/state/states';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { finished } from '../../gateway/testing/run-events.js';
import { InProcessHints } from '../../queue/in-process-hints.js';
import type { Database } from '../../store/database.store.js';
import type { FenceClaim } from '../../store/fence.js';
import { IngestStore } from '../../store/ingest.store.js';
import { doomedPool } from '../../store/testing/doomed-pool.js';
import { addHost, openDatabase } from '../../store/testing/stores.js';
import { Reports } from './reports.service.js';

const hour = 3_600_000;
let test: TestDatabase;
let database: Database;
let host: FenceClaim;
let nowMs = Date.UTC(2026, 10, 28, 2);
let seq: number;
beforeAll(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.url);
});
beforeEach(async () => {
  await database.pool.query('TRUNCATE job, notice, alert_log, report_due CASCADE');
  host = await addHost(database);
  seq = 1;
});
afterAll(async () => {
  await database.onApplicationShutdown();
  await test.drop();
});

function server(pool = database.pool, hints = new InProcessHints()): Reports {
  return new Reports({ pool }, { all: ['https://carillon.example'] }, hints, () => nowMs, { pollMs: 600_000 });
}

const action = { to: ['Ops-Mail', 'chat'], jobs: null, hosts: null, periodMs: 24 * hour };
const reporting = (changes: object = {}) => ({ kind: 'report', action: { ...action, ...changes } });
const program = { kind: 'program' };

/** A job of a team, with a version for each way to run. @returns its id */
async function addJob(name: string, owner: string, versions: readonly { kind: string }[] = [program]): Promise<string> {
  const id = makeUuid7(nowMs, randomBytes(10));
  const { pool } = database;
  await pool.query('INSERT INTO job (id, name, name_key, current_version) VALUES ($1, $2, lower($2), $3)', [
    id,
    name,
    versions.length,
  ]);
  for (const [index, run] of versions.entries())
    await pool.query(
      `INSERT INTO job_version (job_id, version, spec, spec_hash, manifest, manifest_hash, signature, author, needs)
       VALUES ($1, $2, $3, 's', '{}', 'm', 's', 'test', $4)`,
      [id, index + 1, JSON.stringify({ name, owner, run }), run.kind === 'report' ? ['action-report'] : []],
    );
  await pool.query(
    `INSERT INTO assignment (job_id, host_id, version, manifest_hash, state) VALUES ($1, $2, $3, 'm', 'applied')`,
    [id, host.hostId, versions.length],
  );
  return id;
}

interface Told {
  readonly jobId: string;
  readonly atMs?: number;
  readonly state?: Extract<RunState, 'succeeded' | 'warning' | 'failed' | 'timed_out' | 'killed'>;
  readonly version?: number;
  readonly durationMs?: number;
}

function ran({ jobId, atMs = nowMs, state = 'succeeded', version = 1, durationMs = 1_000 }: Told): AgentEvent {
  const event = finished(seq, {
    ...{ jobId, version, state, durationMs, runId: makeUuid7(atMs, randomBytes(10)) },
    ...{ startedAt: new Date(atMs).toISOString(), finishedAt: new Date(atMs + durationMs).toISOString() },
    ...(state === 'succeeded' ? {} : { reason: 'exit_code' as const, exitCode: 127 }),
  });
  seq += 1;
  return event;
}

const frame = (events: readonly AgentEvent[]) => ({
  ...host,
  epoch: 1,
  firstSeq: events[0]?.seq ?? 1,
  items: events.map((event) => ({ kind: 'event' as const, event })),
});
const tell = (...runs: Told[]) => new IngestStore(database).ingest([frame(runs.map(ran))]);

async function notices(): Promise<{ key: string; channel: string; content: NoticeContent }[]> {
  return (await database.pool.query('SELECT key, channel, content FROM notice ORDER BY key')).rows;
}
const due = async () => (await database.pool.query('SELECT FROM report_due')).rowCount;

describe('a run that asks for a report', () => {
  it('makes one notice for each channel, however often it is told and however many servers make it', async () => {
    const jobId = await addJob('night-report', '', [program, reporting()]);
    const told = frame([
      ran({ jobId, version: 2 }),
      ran({ jobId, version: 1 }),
      ran({ jobId, version: 2, state: 'failed' }),
    ]);
    await Promise.all([new IngestStore(database), new IngestStore(database)].map((store) => store.ingest([told])));
    await new IngestStore(database).ingest([told]);
    expect(await due()).toBe(1);
    const hinted: string[] = [];
    const hints = new InProcessHints();
    hints.subscribe(({ kind, ids = [] }) => void (kind === 'notices' && hinted.push(...ids)));
    await Promise.all([server(database.pool, hints), server(database.pool, hints), server()].map((one) => one.make()));
    await new IngestStore(database).ingest([told]);
    await server().make();
    const runId = told.items[0]?.event.data.kind === 'run.finished' ? told.items[0].event.data.runId : '';
    expect((await notices()).map(({ key, channel }) => [key, channel])).toEqual([
      [`report/${runId}/chat`, 'chat'],
      [`report/${runId}/ops-mail`, 'ops-mail'],
    ]);
    expect(await due()).toBe(0);
    const { rows } = await database.pool.query('SELECT text FROM alert_log ORDER BY id');
    expect(rows).toEqual([
      { text: `night-report on ${host.hostId} asked for it, for ops-mail` },
      { text: `night-report on ${host.hostId} asked for it, for chat` },
    ]);
  });

  it('is neither lost nor told twice, at whichever statement a server dies', async () => {
    const jobId = await addJob('night-report', '', [reporting()]);
    let deaths = 0;
    for (let statement = 1; ; statement += 1) {
      await tell({ jobId });
      const { pool, isDead } = doomedPool(test.url, statement);
      await server(pool)
        .make()
        .catch(() => undefined);
      await pool.end();
      nowMs += 120_000;
      // As soon as Postgres knows that the dead one holds no rows any more.
      while ((await due()) !== 0) await server().make();
      expect([await due(), (await notices()).length], `died before statement ${statement}`).toEqual([0, 2 * statement]);
      if (!isDead()) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(8);
  });

  it('gets none where its job is gone, or is not meant for that host', async () => {
    const [gone, elsewhere] = [await addJob('gone', '', [reporting()]), await addJob('elsewhere', '', [reporting()])];
    await database.pool.query('UPDATE job SET deleted_at = now() WHERE id = $1', [gone]);
    await database.pool.query('DELETE FROM assignment WHERE job_id = $1', [elsewhere]);
    await tell({ jobId: gone }, { jobId: elsewhere });
    expect(await due()).toBe(2);
    await server().make();
    expect([await due(), await notices()]).toEqual([0, []]);
  });

  it('does not wait for another that cannot be made, which is tried again', async () => {
    const [broken, good] = [
      await addJob('broken', '', [reporting({ to: null })]),
      await addJob('good', '', [reporting()]),
    ];
    await tell({ jobId: broken }, { jobId: good });
    await expect(server().make()).rejects.toThrow();
    expect([await due(), (await notices()).length]).toEqual([1, 2]);
    await server().make();
    nowMs += 60_000;
    await expect(server().make()).rejects.toThrow();
  });
});

describe('what is told', () => {
  const reportOf = async (...runs: Told[]) => {
    await tell(...runs);
    await server().make();
    return (await notices()).at(-1)?.content;
  };

  it('is each job of its team, what went wrong in words, and nothing of other teams', async () => {
    const jobId = await addJob('night-report', 'data', [reporting()]);
    const [backup, index] = [await addJob('NightBackup', 'Data'), await addJob('NightIndex', 'data')];
    const payroll = await addJob('NightPayroll', 'people');
    await database.pool.query(
      `INSERT INTO missed_run (job_id, host_id, version, timezone, scheduled_for, last_for, occurrences, verdict, cause, certainty, text)
       VALUES ($1, $2, 1, 'UTC', $3, $3, 2, 'missed', 'host_off', 'certain', ''), ($1, $2, 1, 'UTC', $4, $4, 5, 'missed', 'host_off', 'certain', '')`,
      [index, host.hostId, new Date(nowMs - 2 * hour), new Date(nowMs - 25 * hour)],
    );
    for (const [number, of] of [backup, payroll].entries())
      await database.pool.query(
        `INSERT INTO incident (id, key, state, severity, title, policy, job_id, opened_at, updated_at, spread)
         VALUES ($1, $2, 'firing', 'high', $2, 'p', $3, now(), now(), '{}')`,
        [makeUuid7(nowMs, randomBytes(10)), `trouble ${number}`, of],
      );
    await tell(
      { jobId: backup, atMs: nowMs - hour, durationMs: 4_000 },
      { jobId: backup, atMs: nowMs - 2 * hour, durationMs: 2_000 },
      { jobId: index, atMs: nowMs - hour, state: 'failed' },
      { jobId: index, atMs: nowMs - 30 * hour, state: 'failed' },
      { jobId: payroll, atMs: nowMs - hour, state: 'failed' },
      { jobId },
    );
    await database.pool.query(`UPDATE agent_session SET last_seen_at = now() - interval '1 hour'`);
    await server().make();
    const [{ content } = { content: null }] = await notices();
    expect(content).toMatchObject({
      reason: 'report',
      job: 'night-report',
      text: '3 jobs, 3 runs: 2 succeeded, 1 failed, 2 missed; 1 incident open; 1 host unreachable',
      report: {
        from: new Date(nowMs - 24 * hour).toISOString(),
        to: new Date(nowMs).toISOString(),
        jobs: [
          { job: 'NightIndex', runs: 1, failed: 1, missed: 2, lastFailure: { host: host.hostId, exitCode: 127 } },
          { job: 'NightBackup', runs: 2, succeeded: 2, averageMs: 3_000, p95Ms: 4_000, lastFailure: null },
          { job: 'night-report', runs: 0 },
        ],
        incidents: [{ number: 1, title: 'trouble 0' }],
        unreachable: [host.hostId],
      },
    });
    expect(JSON.stringify(content)).not.toMatch(/Payroll|trouble 1/);
  });

  it('is what its own host did, since the report before, where that is asked', async () => {
    const jobId = await addJob('own', '', [reporting({ hosts: 'this', periodMs: null })]);
    const work = await addJob('work', '');
    await reportOf({ jobId, atMs: nowMs - 3 * hour });
    const other = await addHost(database);
    const elsewhere = ran({ jobId: work, atMs: nowMs - hour });
    seq -= 1;
    await new IngestStore(database).ingest([{ ...frame([{ ...elsewhere, seq: 1 }]), ...other }]);
    const content = await reportOf(
      { jobId: work, atMs: nowMs - 4 * hour },
      { jobId: work, atMs: nowMs - 2 * hour },
      { jobId, atMs: nowMs },
    );
    expect(content?.report?.from).toBe(new Date(nowMs - 3 * hour).toISOString());
    // The report before it belongs to the time that it begins.
    expect(content?.report?.jobs.map(({ job, runs }) => [job, runs])).toEqual([
      ['own', 1],
      ['work', 1],
    ]);
  });

  it('counts the same as looking at each run, whatever the period and the hosts', async () => {
    const random = randomFrom(4711);
    const work = await addJob('work', '');
    const states = ['succeeded', 'failed', 'warning'] as const;
    const all = Array.from({ length: 300 }, () => ({
      ...{ jobId: work, atMs: Math.floor(nowMs - random() * 6 * hour) },
      state: states[Math.floor(random() * states.length)] ?? 'failed',
    }));
    for (let at = 0; at < all.length; at += 100) await tell(...all.slice(at, at + 100));
    for (const hosts of [null, 'this']) {
      for (let turn = 0; turn < 6; turn += 1) {
        const periodMs = Math.floor(random() * (turn < 3 ? hour : 6 * hour));
        const jobId = await addJob(`report-${hosts}-${turn}`, '', [
          reporting({ to: ['chat'], hosts, periodMs, jobs: ['work'] }),
        ]);
        const startedMs = Math.floor(nowMs - random() * hour);
        await tell({ jobId, atMs: startedMs });
        await server().make();
        const inside = all.filter(({ atMs }) => atMs >= startedMs - periodMs && atMs < startedMs);
        const count = (state: string) => inside.filter((run) => run.state === state).length;
        const found = (await notices()).find(({ content }) => content.job === `report-${hosts}-${turn}`);
        expect(found?.content.report?.total, `${hosts} ${periodMs}`).toMatchObject({
          ...{ runs: inside.length, succeeded: count('succeeded') },
          ...{ failed: count('failed'), warnings: count('warning') },
        });
      }
    }
  });
});
