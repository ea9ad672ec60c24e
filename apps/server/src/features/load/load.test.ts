import { api } from '@carillon/contract/http/api';
import type { Request } from '@carillon/contract/http/route';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { addRun } from '../../store/testing/runs.js';
import { ApplyModule } from '../apply/apply.module.js';
import { LoadModule } from './load.module.js';

const from = '2027-03-01T00:00:00.000Z';
const fromMs = Date.parse(from);
let app: TestApp;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [LoadModule, ApplyModule] });
  const hosts = await addFleet(app.database, [
    { name: 'a', labels: { role: 'db' } },
    { name: 'b', labels: { role: 'db' } },
    { name: 'c', labels: { role: 'web' }, timezone: 'Asia/Shanghai' },
  ]);
  const spread = [{ cron: '0 2 * * *', jitter: '10m' }];
  await app.call(api.jobs.apply, {
    body: {
      documents: [
        jobFile('backup', { schedule: '0 2 * * *' }),
        jobFile('spread', { schedule: spread, targets: { labels: { role: 'db' } } }),
        jobFile('often', { schedule: '*/20 * * * *', targets: { hosts: ['a'] } }),
        jobFile('off', { schedule: '* * * * *', enabled: false }),
      ],
    },
  });
  const { rows } = await app.database.pool.query<{ id: string }>(`SELECT id FROM job WHERE name = 'backup'`);
  const place = { jobId: rows[0]?.id ?? '', hostId: hosts[0] ?? '' };
  for (const [minute, state] of [
    [0, 'succeeded'],
    [0, 'failed'],
    [7, 'succeeded'],
    [61, 'succeeded'],
  ] as const)
    await addRun(app.database, place, { state, startedAtMs: fromMs + (120 + minute) * 60_000 });
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

const two = new Date(fromMs + 2 * 3_600_000).toISOString();
const hours = async (query: Partial<Request<typeof api.load.expected>> = {}) => {
  const { hours: found } = await app.call(api.load.expected, { from, days: 1, ...query });
  return Object.fromEntries(found.flatMap((starts, hour) => (starts > 0 ? [[hour, starts]] : [])));
};
const often = Object.fromEntries(Array.from({ length: 24 }, (_, hour) => [hour, 3]));

describe('the expected load', () => {
  it('adds up all hosts, each in its own zone', async () => {
    // At two: backup on two hosts, spread on two. Shanghai's two o'clock is eighteen here.
    expect(await hours()).toEqual({ ...often, 2: 3 + 4, 18: 3 + 1 });
  });

  it('is that of a job, a host or a label', async () => {
    expect(await hours({ job: 'BACKUP' })).toEqual({ 2: 2, 18: 1 });
    expect(await hours({ label: 'role=web' })).toEqual({ 18: 1 });
    expect(await hours({ host: 'b' })).toEqual({ 2: 2 });
    expect(await hours({ host: 'b', job: 'spread' })).toEqual({ 2: 1 });
    expect(await hours({ job: 'nobody' })).toEqual({});
  });

  it('of one hour tells what could be moved, and what ran', async () => {
    const { fixed, jobs, started, bad } = await app.call(api.load.hour, { from: two });
    expect(
      jobs.map(({ job, spreadMinutes, roomMinutes, canShift }) => [job, spreadMinutes, roomMinutes, canShift]),
    ).toEqual(
      expect.arrayContaining([
        ['backup', 0, 59, true],
        ['spread', 10, 59, true],
        ['often', 0, 19, false],
      ]),
    );
    expect(jobs.find(({ job }) => job === 'backup')?.starts.slice(0, 2)).toEqual([2, 0]);
    expect(fixed.every((starts) => starts === 0)).toBe(true);
    expect([started[0], started[7], bad[0], started.reduce((sum, n) => sum + n, 0)]).toEqual([2, 1, 1, 3]);
  });

  it('of an hour adds up to what the week says of it, also where a start is spread over many minutes', async () => {
    const schedule = [{ cron: '0 2 * * *', jitter: '8h' }];
    await app.call(api.jobs.apply, { body: { documents: [jobFile('slow', { schedule, targets: { hosts: ['b'] } })] } });
    const three = new Date(fromMs + 3 * 3_600_000).toISOString();
    const { fixed, jobs } = await app.call(api.load.hour, { from: three, job: 'slow' });
    expect(jobs).toEqual([]);
    expect(fixed.reduce((sum, starts) => sum + starts, 0)).toBeCloseTo(1 / 8, 3);
    expect((await hours({ job: 'slow' }))[3]).toBeCloseTo(1 / 8, 1);
  });
});
