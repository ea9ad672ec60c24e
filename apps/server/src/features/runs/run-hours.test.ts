import { randomBytes } from 'node:crypto';
import { api } from '@carillon/contract/http/api';
import type { Request } from '@carillon/contract/http/route';
import type { RunState } from '@carillon/core/state/states';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finished, started } from '../../gateway/testing/run-events.js';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { IngestStore } from '../../store/ingest.store.js';
import { RunHoursStore } from '../../store/run-hours.store.js';
import { addJobAndHost, type RunPlace } from '../../store/testing/runs.js';
import { RunsModule } from './runs.module.js';

let app: TestApp;
let drop: () => Promise<void>;
const hourMs = 3_600_000;
const now = Date.now();
const ends = ['succeeded', 'succeeded', 'failed', 'timed_out', 'indeterminate'] as const;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [RunsModule] });
  const places = [
    await addJobAndHost(app.database, { job: 'Backup', host: 'WIN-01' }),
    await addJobAndHost(app.database, { job: 'Monitor', host: 'WIN-02' }),
  ];
  places.push({ jobId: places[0]?.jobId ?? '', hostId: places[1]?.hostId ?? '' });
  await app.database.pool.query(`UPDATE host SET labels = '{"env":"prod"}' WHERE name = 'WIN-02'`);
  await app.database.pool.query('UPDATE agent_session SET fence = 1');
  const ingest = new IngestStore(app.database);
  for (const host of new Set(places.map(({ hostId }) => hostId)))
    await ingest.ingest([
      { hostId: host, fence: 1, epoch: 1, firstSeq: 1, items: itemsOf(places.filter(({ hostId }) => hostId === host)) },
    ]);
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

/** Runs over some hours: most ended, some are still running. */
function itemsOf(places: readonly RunPlace[]) {
  const events = Array.from({ length: 60 }, (_, index) => {
    const runId = makeUuid7(now - (index % 7) * hourMs, randomBytes(10));
    const { jobId } = places[index % places.length] as RunPlace;
    const state = ends[index % ends.length] as (typeof ends)[number];
    const seq = index + 1;
    return index % 11 === 10
      ? started(seq, { runId, jobId })
      : finished(seq, { runId, jobId, state, durationMs: index * 100 });
  });
  return events.map((event) => ({ kind: 'event' as const, event }));
}

const hours = (query: Request<typeof api.runs.hours> = {}) => app.call(api.runs.hours, query);

/** The same from the runs themselves. */
async function countedRuns(condition: string) {
  const { rows } = await app.database.pool.query<{ hour: Date; state: RunState; n: number; ms: number | null }>(
    `SELECT to_timestamp(run_hour_of(r.id) * 3600) AS hour, r.state, count(*)::int AS n, sum(r.duration_ms)::int AS ms
     FROM run r JOIN job j ON j.id = r.job_id JOIN host h ON h.id = r.host_id WHERE ${condition} GROUP BY 1, 2 ORDER BY 1`,
  );
  const hoursWithRuns = [...new Set(rows.map(({ hour }) => hour.toISOString()))];
  return hoursWithRuns.map((hour) => {
    const states = rows.filter((row) => row.hour.toISOString() === hour);
    const over = states.filter(({ state }) => state !== 'running');
    const sum = (key: 'n' | 'ms', of: typeof states) => of.reduce((total, row) => total + (row[key] ?? 0), 0);
    return {
      hour,
      total: sum('n', states),
      states: Object.fromEntries(states.map(({ state, n }) => [state, n])),
      meanDurationMs: over.length === 0 ? null : Math.round(sum('ms', over) / sum('n', over)),
    };
  });
}

describe('runs by the hour', () => {
  it.each<[Request<typeof api.runs.hours>, string]>([
    [{}, 'true'],
    [{ job: 'BACKUP' }, `j.name = 'Backup'`],
    [{ host: 'win-02' }, `h.name = 'WIN-02'`],
    [{ label: 'env=prod' }, `h.name = 'WIN-02'`],
    [{ label: 'env=prod', job: 'monitor' }, `h.name = 'WIN-02' AND j.name = 'Monitor'`],
    [{ job: 'nobody' }, 'false'],
  ])('of %j are what counting the runs gives', async (query, condition) => {
    const { items } = await hours(query);
    expect(items).toEqual(await countedRuns(condition));
    expect(items.length > 0).toBe(condition !== 'false');
  });

  it('are those of whole hours between two times', async () => {
    const hour = (ago: number) => new Date(Math.floor(now / hourMs - ago) * hourMs).toISOString();
    const answer = await hours({
      from: new Date(now - 3 * hourMs).toISOString(),
      to: new Date(now - hourMs).toISOString(),
    });
    expect([answer.from, answer.to]).toEqual([hour(3), hour(1)]);
    expect(answer.items.map((item) => item.hour)).toEqual([hour(3), hour(2), hour(1)]);
  });

  it('say what cannot be asked', async () => {
    const [early, late] = ['2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z'];
    await expect(hours({ from: late, to: early })).rejects.toThrow('a time before `to`');
    await expect(hours({ from: early, to: late })).rejects.toThrow('at most 912 hours');
    await expect(hours({ label: 'prod' })).rejects.toThrow('key=value');
  });

  it('read no run', async () => {
    const asked: { sql: string; values: unknown[] }[] = [];
    const query = (sql: string, values: unknown[]) => {
      asked.push({ sql, values });
      return app.database.pool.query(sql, values);
    };
    const store = new RunHoursStore({ pool: { query } } as unknown as typeof app.database);
    await store.list({ fromHour: 0, toHour: 1 });
    await store.list({ fromHour: 0, toHour: 1, host: 'WIN-02' });
    for (const { sql, values } of asked) {
      const { rows } = await app.database.pool.query(`EXPLAIN (FORMAT JSON) ${sql}`, values);
      const tables = [...JSON.stringify(rows).matchAll(/"Relation Name":"(\w+)"/g)].map(([, name]) => name);
      expect(tables.length).toBeGreaterThan(0);
      expect(tables.filter((name) => /^run(_\d|_default|$)/.test(name ?? ''))).toEqual([]);
    }
  });
});
