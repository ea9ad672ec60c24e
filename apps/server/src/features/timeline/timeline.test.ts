import { api } from '@carillon/contract/http/api';
import type { Request } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { addRun } from '../../store/testing/runs.js';
import { ApplyModule } from '../apply/apply.module.js';
import { TimelineModule } from './timeline.module.js';

const hourMs = 3_600_000;
const now = Date.now();
const iso = (atMs: number) => new Date(atMs).toISOString();
let app: TestApp;
let drop: () => Promise<void>;
let hosts: string[];
const jobs = new Map<string, string>();
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [TimelineModule, ApplyModule] });
  hosts = await addFleet(app.database, [
    { name: 'WIN-A', labels: { role: 'db' }, timezone: 'UTC' },
    { name: 'win-b', labels: { role: 'db' }, timezone: 'UTC' },
    { name: 'WIN-C', labels: { role: 'web' }, timezone: 'UTC' },
  ]);
  await app.call(api.jobs.apply, {
    body: {
      documents: [
        jobFile('hourly', { schedule: '7 * * * *', targets: { labels: { role: 'db' } } }),
        jobFile('minutely', {
          schedule: '* * * * *',
          targets: { hosts: ['WIN-C'] },
          overrides: [{ hosts: ['win-c'], schedule: '*/30 * * * *' }],
        }),
      ],
    },
  });
  const { rows } = await app.database.pool.query<{ id: string; name: string }>('SELECT id, name FROM job');
  for (const { id, name } of rows) jobs.set(name, id);
  const [a, b, c] = hosts;
  const hourly = jobs.get('hourly') ?? '';
  await run(hourly, a, -90, 'succeeded', 2);
  await run(hourly, a, -30, 'failed', 1);
  // It began before what is looked at, and still runs in it; the other ended before.
  await run(hourly, b, -200, 'running');
  await run(hourly, b, -210, 'succeeded', 1);
  for (let index = 0; index < 5; index += 1) await run(jobs.get('minutely') ?? '', c, -10 * index - 5, 'succeeded', 1);
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

/** A run that began so many minutes from now. */
async function run(jobId: string, hostId: string | undefined, atMinute: number, state: string, minutes?: number) {
  const startedAtMs = now + atMinute * 60_000;
  const id = await addRun(app.database, { jobId, hostId: hostId ?? '' }, { state, startedAtMs });
  if (minutes !== undefined)
    await app.database.pool.query('UPDATE run SET finished_at = $2 WHERE id = $1', [
      id,
      new Date(startedAtMs + minutes * 60_000),
    ]);
}

const ask = (query: Partial<Request<typeof api.timeline.rows>> = {}) =>
  app.call(api.timeline.rows, { from: iso(now - 2 * hourMs), to: iso(now + 2 * hourMs), ...query });
const names = async (query: Partial<Request<typeof api.timeline.rows>>) =>
  (await ask(query)).items.map(({ name }) => name);

describe('a timeline', () => {
  it('has the runs of each host in order, those that still run, and its starts to come', async () => {
    const { items, total } = await ask();
    expect([total, items.map(({ name }) => name)]).toEqual([3, ['WIN-A', 'win-b', 'WIN-C']]);
    expect(items.map(({ runs }) => runs.map(({ state }) => state))).toEqual([
      ['succeeded', 'failed'],
      ['running'],
      Array.from({ length: 5 }, () => 'succeeded'),
    ]);
    expect(items[0]?.runs[0]).toMatchObject({ job: 'hourly', host: 'WIN-A', finishedAt: iso(now - 88 * 60_000) });
    expect(items[1]?.runs[0]?.finishedAt).toBeNull();
    expect(items[0]?.fires.map(({ at, job, hosts }) => [at.slice(14, 16), job, hosts])).toEqual([
      ['07', 'hourly', 1],
      ['07', 'hourly', 1],
    ]);
    // Its override says every half hour.
    expect(items[2]?.fires.map(({ at }) => at.slice(14, 16)).sort()).toEqual(['00', '00', '30', '30']);
    expect(items.every(({ completeFrom }) => completeFrom === iso(now - 2 * hourMs))).toBe(true);
  });

  it('by job adds up its hosts, and knows what is different on some', async () => {
    const { items } = await ask({ by: 'job' });
    expect(items.map(({ name, fires, runs }) => [name, fires.length, fires[0]?.hosts, runs.length])).toEqual([
      ['hourly', 2, 2, 3],
      ['minutely', 4, 1, 5],
    ]);
    const [hourly] = (await ask({ by: 'job', host: 'win-a' })).items;
    expect(hourly?.runs.map(({ host }) => host)).toEqual(['WIN-A', 'WIN-A']);
    expect(hourly?.fires.map(({ hosts }) => hosts)).toEqual([1, 1]);
  });

  it('shows the rows that are asked for', async () => {
    expect(await names({ search: 'WIN-b' })).toEqual(['win-b']);
    expect(await names({ label: 'role=db' })).toEqual(['WIN-A', 'win-b']);
    expect(await names({ job: 'MINUTELY' })).toEqual(['WIN-C']);
    expect(await names({ host: 'win-c' })).toEqual(['WIN-C']);
    expect(await names({ offset: 1, limit: 1 })).toEqual(['win-b']);
    expect(await names({ job: 'nobody' })).toEqual([]);
    const bad = await ask({ bad: 'true' });
    expect(bad.items.map(({ name, runs, fires }) => [name, runs.length, fires.length])).toEqual([['WIN-A', 1, 0]]);
  });

  it('counts by the hour what is too much to show', async () => {
    const [, , c] = hosts;
    const jobId = jobs.get('minutely');
    for (let minute = 0; minute < limits.timelineRunsPerRow + 10; minute += 1)
      await run(jobId ?? '', c, -1440 - minute, minute % 2 === 0 ? 'succeeded' : 'failed', 0);
    await app.database.pool.query('SELECT rebuild_run_hours()');
    const from = iso(now - 30 * hourMs);
    for (const job of [undefined, 'minutely']) {
      const [row] = (await ask({ from, to: iso(now - 20 * hourMs), host: 'WIN-C', job })).items;
      expect(row?.runs.length).toBe(limits.timelineRunsPerRow);
      expect(row?.completeFrom).toBe(row?.runs[0]?.startedAt);
      expect(row?.hours.length).toBeGreaterThan(0);
      for (const { hour } of row?.hours ?? [])
        expect(Date.parse(hour)).toBeLessThan(Date.parse(row?.completeFrom ?? ''));
    }
  });

  it('knows what was missed, until late evidence says otherwise', async () => {
    const [a] = hosts;
    await app.database.pool.query(
      `INSERT INTO missed_run (job_id, host_id, version, timezone, scheduled_for, last_for, occurrences, verdict, cause, certainty, text, amended_verdict)
       SELECT $1, $2, 1, 'UTC', x.at, x.at, 1, x.verdict, 'host_off', 'likely', '', x.amended
       FROM (VALUES ($3::timestamptz, 'missed', NULL), ($4, 'host_unknown', 'ran_late')) x(at, verdict, amended)`,
      [jobs.get('hourly'), a, new Date(now - 60 * 60_000), new Date(now - 50 * 60_000)],
    );
    const { items } = await ask({ host: 'WIN-A' });
    expect(items[0]?.misses).toMatchObject([{ verdict: 'missed', job: 'hourly', occurrences: 1 }]);
  });

  it('has no starts while a host is paused', async () => {
    await app.database.pool.query(
      `INSERT INTO host_pause (id, host_id, from_at, until_at, afterwards, made_by, reason)
       VALUES (gen_random_uuid(), $1, now(), $2, 'skip', 'me', '')`,
      [hosts[1], new Date(now + 3 * hourMs)],
    );
    const [row] = (await ask({ host: 'win-b' })).items;
    expect([row?.fires, row?.pausedUntil]).toEqual([[], iso(now + 3 * hourMs)]);
  });

  it('says what cannot be asked', async () => {
    await expect(ask({ to: iso(now - 3 * hourMs) })).rejects.toThrow('a time after `from`');
    await expect(ask({ to: iso(now + 20 * 24 * hourMs) })).rejects.toThrow('at most 15 days');
    await expect(ask({ by: 'job', label: 'role=db' })).rejects.toThrow('no label');
  });
});
