import { api } from '@carillon/contract/http/api';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { addRun } from '../../store/testing/runs.js';
import { ApplyModule } from '../apply/apply.module.js';
import { JobsModule } from './jobs.module.js';

let app: TestApp;
let drop: () => Promise<void>;
let hostIds: string[];
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [ApplyModule, JobsModule] });
  hostIds = await addFleet(app.database, [
    { name: 'BERLIN', timezone: 'Europe/Berlin' },
    { name: 'SHANGHAI', timezone: 'Asia/Shanghai' },
    { name: 'strange', timezone: 'W. Europe Standard Time' },
  ]);
  const documents = ['alpha', 'Beta', 'gamma_1', 'gammaX1'].map((name) => jobFile(name, { schedule: '30 2 * * *' }));
  await app.call(api.jobs.apply, { body: { documents } });
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});
afterEach(() => void vi.useRealTimers());

describe('the list of jobs', () => {
  it('goes by name, page by page', async () => {
    const first = await app.call(api.jobs.list, { limit: 3 });
    expect(first.items.map(({ name }) => name)).toEqual(['alpha', 'Beta', 'gamma_1']);
    const second = await app.call(api.jobs.list, { limit: 3, cursor: first.next ?? '' });
    expect(second).toMatchObject({ items: [{ name: 'gammaX1' }], next: null });
  });

  it.each([
    ['AMM', ['gamma_1', 'gammaX1']],
    ['a_1', ['gamma_1']],
    ['%', []],
  ])('searched for %j', async (search, expected) => {
    const { items } = await app.call(api.jobs.list, { search });
    expect(items.map(({ name }) => name)).toEqual(expected);
  });

  it('tells the schedule in words, how far the hosts are, and the newest run', async () => {
    const { id } = await app.call(api.jobs.get, { name: 'alpha' });
    await app.database.pool.query(
      `UPDATE assignment SET state = CASE WHEN host_id = $2 THEN 'applied' ELSE 'failed' END::assignment_state
       WHERE job_id = $1 AND host_id <> $3`,
      [id, hostIds[0], hostIds[2]],
    );
    const place = { jobId: id, hostId: hostIds[0] ?? '' };
    await addRun(app.database, place, { state: 'failed', startedAtMs: Date.now() - 60_000 });
    const newest = await addRun(app.database, place);
    const { items } = await app.call(api.jobs.list, { search: 'alpha' });
    expect(items).toMatchObject([
      {
        schedule: '30 2 * * *',
        assignments: { total: 3, applied: 1, pending: 1, failed: 1 },
        lastRun: { id: newest, host: 'BERLIN', state: 'succeeded' },
      },
    ]);
  });
});

describe('hosts of a job', () => {
  it('are listed by name, by state, page by page', async () => {
    const list = async (options: { state?: 'applied' | 'desired'; limit?: number; cursor?: string }) => {
      const { items, next } = await app.call(api.jobs.assignments, { name: 'alpha', ...options });
      return { hosts: items.map(({ host }) => host), next };
    };
    expect(await list({ state: 'applied' })).toEqual({ hosts: ['BERLIN'], next: null });
    const first = await list({ limit: 2 });
    expect(first.hosts).toEqual(['BERLIN', 'SHANGHAI']);
    expect(await list({ limit: 2, cursor: first.next ?? '' })).toEqual({ hosts: ['strange'], next: null });
  });
});

describe('the next times', () => {
  const fires = async (options: { host?: string; timezone?: string; count?: number }) =>
    (await app.call(api.jobs.nextFires, { name: 'Beta', count: 3, ...options })).items;

  it('are marked where clocks skip the hour, in the zone of a host', async () => {
    vi.useFakeTimers({ now: new Date('2026-03-27T12:00:00Z'), toFake: ['Date'] });
    expect(await fires({ host: 'berlin' })).toEqual([
      { at: '2026-03-28T01:30:00.000Z', local: '2026-03-28T02:30:00', timezone: 'Europe/Berlin', mark: null },
      { at: '2026-03-29T01:00:00.000Z', local: '2026-03-29T03:00:00', timezone: 'Europe/Berlin', mark: 'after-gap' },
      { at: '2026-03-30T00:30:00.000Z', local: '2026-03-30T02:30:00', timezone: 'Europe/Berlin', mark: null },
    ]);
  });

  it('are marked where clocks repeat the hour', async () => {
    const documents = [jobFile('hourly', { schedule: { every: '30m' } })];
    await app.call(api.jobs.apply, { body: { documents } });
    vi.useFakeTimers({ now: new Date('2026-10-25T00:00:00Z'), toFake: ['Date'] });
    const { items } = await app.call(api.jobs.nextFires, { name: 'hourly', count: 4, timezone: 'Europe/Berlin' });
    expect(items.map(({ at, local, mark }) => [at.slice(11, 16), local.slice(11, 16), mark])).toEqual([
      ['00:30', '02:30', null],
      ['01:00', '02:00', 'repeated-hour'],
      ['01:30', '02:30', 'repeated-hour'],
      ['02:00', '03:00', null],
    ]);
  });

  it('are in the zone that was asked for, else that of the first host', async () => {
    expect((await fires({ timezone: 'Asia/Tokyo' }))[0]?.timezone).toBe('Asia/Tokyo');
    expect((await fires({}))[0]?.timezone).toBe('Europe/Berlin');
  });

  it.each([
    [{ timezone: 'Mars/Olympus' }, 400, /timezone: expected an IANA time zone/],
    [{ host: 'nobody' }, 404, /no host "nobody"/],
    [{ host: 'strange' }, 409, /time zone "W. Europe Standard Time" is not known/],
  ])('for %j say what is wrong', async (options, status, message) => {
    await expect(fires(options)).rejects.toMatchObject({ status, message: expect.stringMatching(message) });
  });

  it('of a job that is switched off are none', async () => {
    await app.call(api.jobs.apply, { body: { documents: [jobFile('off', { enabled: false })] } });
    expect((await app.call(api.jobs.nextFires, { name: 'off' })).items).toEqual([]);
  });
});

describe('the task', () => {
  it('is the XML that a host in that zone gets', async () => {
    const task = await app.call(api.jobs.taskXml, { name: 'Beta', timezone: 'Asia/Shanghai' });
    expect(task).toMatchObject({ path: '\\Carillon\\Beta', hostTimezone: 'Asia/Shanghai', exactness: 'exact' });
    expect(task.xml).toMatch(/<ScheduleByDay>/);
    expect(task.xml).toContain('T02:30:00');
  });
});

it.each([
  ['get', { name: 'nope' }],
  ['versions', { name: 'nope' }],
  ['version', { name: 'alpha', version: 2 }],
  ['assignments', { name: 'nope' }],
  ['nextFires', { name: 'nope' }],
  ['taskXml', { name: 'nope' }],
] as const)('%s of what does not exist is not found', async (route, request) => {
  await expect(app.call(api.jobs[route], request as never)).rejects.toMatchObject({
    status: 404,
    body: { code: 'not_found', message: expect.stringMatching(/^there is no job/) },
  });
});
