import { randomBytes } from 'node:crypto';
import type { AgentEvent } from '@carillon/contract/agent/event-messages';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finished, jobId, started } from '../gateway/testing/run-events.js';
import type { Database } from './database.store.js';
import type { FenceClaim } from './fence.js';
import { IngestStore } from './ingest.store.js';
import { OverviewStore } from './overview.store.js';
import { addHost, openDatabase } from './testing/stores.js';

let test: TestDatabase;
let database: Database;
let servers: readonly [IngestStore, IngestStore];
beforeAll(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.url);
  servers = [new IngestStore(database), new IngestStore(database)];
});
afterAll(async () => {
  await database.onApplicationShutdown();
  await test.drop();
});

const otherJobId = '01890000-0000-7000-8000-00000000000b';
const hourMs = 3_600_000;
const runCount = 12;

/** What one event says of which run; several of them may contradict each other, as late evidence does. */
const step = fc.record({
  host: fc.nat(1),
  run: fc.nat(runCount - 1),
  job: fc.constantFrom(jobId, otherJobId),
  kind: fc.constantFrom('waiting', 'started', 'succeeded', 'failed', 'indeterminate', 'skipped'),
  durationMs: fc.nat(10_000),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function eventOf({ job, kind, durationMs }: Step, runId: string, seq: number): AgentEvent {
  if (kind === 'started') return started(seq, { runId, jobId: job });
  if (kind === 'waiting' || kind === 'skipped') {
    const { kind: _, ...identity } = started(seq, { runId, jobId: job }).data;
    const said = { reason: 'overlap', message: 'another' };
    const data =
      kind === 'waiting'
        ? { ...identity, kind: 'run.waiting' as const, ...said }
        : { ...identity, kind: 'run.skipped' as const, finishedAt: identity.startedAt, ...said };
    return { ...started(seq), data };
  }
  return finished(seq, { runId, jobId: job, state: kind, durationMs });
}

const tables = { run_hour: 'job_id, host_id,', run_job_hour: 'job_id,', run_fleet_hour: '' } as const;
const tableNames = Object.keys(tables) as (keyof typeof tables)[];

/** A table, as sums, and what counting the runs gives. */
async function counted(table: keyof typeof tables) {
  const of = tables[table];
  const states = ['waiting', 'running', 'succeeded', 'failed', 'indeterminate', 'skipped'];
  const kept = states.map((state) => `coalesce(sum(${state}), 0)::int AS ${state}`).join(', ');
  const true_ = states.map((state) => `count(*) FILTER (WHERE state = '${state}')::int AS ${state}`).join(', ');
  const rows = async (sql: string) => (await database.pool.query(sql)).rows;
  return [
    await rows(
      `SELECT * FROM (SELECT ${of} hour, ${kept}, coalesce(sum(duration_ms), 0)::int AS ms FROM ${table} GROUP BY ${of} hour) AS k
       WHERE waiting + running + succeeded + failed + indeterminate + skipped > 0 ORDER BY ${of} hour`,
    ),
    await rows(
      `SELECT ${of} run_hour_of(id) AS hour, ${true_}, coalesce(sum(duration_ms), 0)::int AS ms FROM run
       GROUP BY ${of} run_hour_of(id) ORDER BY ${of} hour`,
    ),
  ];
}

/** Minutes as they are kept, and what counting the runs gives. */
async function minutes() {
  const rows = async (sql: string) => (await database.pool.query(sql)).rows;
  return [
    await rows(
      `SELECT * FROM (SELECT minute, sum(started)::int AS started, sum(bad)::int AS bad FROM run_minute GROUP BY minute) AS k
       WHERE started <> 0 OR bad <> 0 ORDER BY minute`,
    ),
    await rows(
      `SELECT run_minute_of(id) AS minute, count(*)::int AS started, count(*) FILTER (WHERE state IN ('failed', 'indeterminate'))::int AS bad
       FROM run WHERE id > uuid_at(now() - interval '90 minutes') GROUP BY 1 ORDER BY 1`,
    ),
  ];
}

describe('counts by hour', () => {
  it('equal what counting the runs gives, whatever comes in whatever order, twice or from the wrong host', async () => {
    const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(batches, fc.boolean(), async (plan, twice) => {
        const hosts = [await addHost(database), await addHost(database)] as const;
        const nowMs = Date.now();
        // Over several hours, one of them older than any partition made ahead.
        const runIds = Array.from({ length: runCount }, (_, index) =>
          makeUuid7(nowMs - (index === 0 ? 400 * 24 : index % 4) * hourMs, randomBytes(10)),
        );
        const next = [1, 1];
        for (const [index, steps] of plan.entries()) {
          const frames = ([0, 1] as const).flatMap((place) => {
            const items = steps
              .filter(({ host }) => host === place)
              .map((one, offset) => eventOf(one, runIds[one.run] as string, (next[place] ?? 1) + offset));
            const frame = {
              ...(hosts[place] as FenceClaim),
              epoch: 1,
              firstSeq: next[place] ?? 1,
              items: items.map((event) => ({ kind: 'event' as const, event })),
            };
            next[place] = (next[place] ?? 1) + items.length;
            return items.length > 0 ? [frame] : [];
          });
          const server = servers[index % 2] as IngestStore;
          await server.ingest(frames, index);
          if (twice) await Promise.all(servers.map((each, lane) => each.ingest(frames, lane)));
        }
        for (const table of tableNames) {
          const [kept, real] = await counted(table);
          expect(kept).toEqual(real);
        }
        const [kept, real] = await minutes();
        expect(kept).toEqual(real);
      }),
      { numRuns: 60 },
    );
    const mend = async () => (await database.pool.query('SELECT mend_fleet_hours(0) AS hours')).rows[0].hours as number;
    expect(await mend()).toBe(0);
    // As a server does that knows nothing of the fleet's hours.
    const { rowCount } = await database.pool.query(
      `UPDATE run_fleet_hour SET succeeded = coalesce(succeeded, 0) + 1 WHERE hour % 2 = 0 AND slot = (SELECT min(slot) FROM run_fleet_hour)`,
    );
    expect(rowCount).toBeGreaterThan(0);
    expect(await mend()).toBe(rowCount);
    const [mended, all] = await counted('run_fleet_hour');
    expect(mended).toEqual(all);
    await database.pool.query('SELECT rebuild_run_hours()');
    for (const table of tableNames) {
      const [kept, real] = await counted(table);
      expect(kept).toEqual(real);
    }
  });

  it('of several servers that store the same hours at once are not lost, and nobody waits in a circle', async () => {
    const claims = await Promise.all(Array.from({ length: 12 }, () => addHost(database)));
    await Promise.all(
      claims.map((claim, index) =>
        (servers[index % 2] as IngestStore).ingest(
          [
            {
              ...claim,
              epoch: 1,
              firstSeq: 1,
              items: [1, 2, 3, 4].map((seq) => ({
                kind: 'event' as const,
                event: finished(seq, { jobId: seq % 2 ? jobId : otherJobId }),
              })),
            },
          ],
          index % 3,
        ),
      ),
    );
    const [kept, real] = await counted('run_job_hour');
    expect(kept).toEqual(real);
  });
});

describe('the overview', () => {
  it('asks the counts, and no run', async () => {
    const asked: string[] = [];
    const listening = {
      pool: {
        query: (sql: string, values: unknown[]) => {
          asked.push(sql);
          return database.pool.query(sql, values);
        },
      },
    } as unknown as Database;
    const { runs } = await new OverviewStore(listening).count(Date.now() - 24 * hourMs);
    expect(runs.total).toBeGreaterThan(0);
    for (const sql of asked) expect(await tablesOf(sql)).not.toContain('run');
  });
});

/** Tables that a statement's plan looks into; partitions by the name of the whole. */
async function tablesOf(sql: string): Promise<string[]> {
  const { rows } = await database.pool.query(`EXPLAIN (FORMAT JSON, GENERIC_PLAN) ${sql}`);
  const names = [...JSON.stringify(rows).matchAll(/"Relation Name":"([a-z_]+?)(?:_\d{8}|_default)?"/g)];
  return [...new Set(names.map(([, name]) => name ?? ''))];
}
