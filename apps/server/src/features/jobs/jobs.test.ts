import { api } from '@carillon/contract/http/api';
import type { Request } from '@carillon/contract/http/route';
import { jobDocument } from '@carillon/core/job/job-document';
import type { JobSpec } from '@carillon/core/job/job-spec';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { addRun } from '../../store/testing/runs.js';
import { ApplyModule } from '../apply/apply.module.js';
import { JobsModule } from './jobs.module.js';

const dayMs = 86_400_000;
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

describe('the newest runs of each job', () => {
  it('come with the list for who asks, the oldest first, also of jobs that run seldom', async () => {
    const { id: often } = await app.call(api.jobs.get, { name: 'gamma_1' });
    const { id: seldom } = await app.call(api.jobs.get, { name: 'gammaX1' });
    const days = [20, 10, 0];
    for (const ago of days)
      await app.database.pool.query('SELECT ensure_partitions($1, $1)', [new Date(Date.now() - ago * dayMs)]);
    const add = (jobId: string, state: string, ago: number) =>
      addRun(app.database, { jobId, hostId: hostIds[0] ?? '' }, { state, startedAtMs: Date.now() - ago * dayMs });
    const [first, second, third] = [
      await add(seldom, 'succeeded', 20),
      await add(seldom, 'failed', 10),
      await add(seldom, 'killed', 0.001),
    ];
    for (let count = 0; count < 4; count += 1) await add(often, 'succeeded', 0.001 * (4 - count));
    const { items } = await app.call(api.jobs.list, { search: 'gamma', recent: 3 });
    const marks = items.map(({ recent }) => recent?.map(({ id, state }) => [id, state]));
    expect(marks[1]).toEqual([
      [first, 'succeeded'],
      [second, 'failed'],
      [third, 'killed'],
    ]);
    expect(marks[0]).toHaveLength(3);
    expect((await app.call(api.jobs.list, { search: 'gamma' })).items[0]).not.toHaveProperty('recent');
  });
});

describe('jobs as people look for them', () => {
  const names = async (options: Request<typeof api.jobs.list>) =>
    (await app.call(api.jobs.list, options)).items.map(({ name }) => name);
  beforeAll(async () => {
    const on = (role: string) => ({ targets: { labels: { role } }, owner: `${role}-Team` });
    await app.database.pool.query(`UPDATE host SET labels = '{"role":"db"}' WHERE name = 'BERLIN'`);
    await app.database.pool.query(
      `INSERT INTO host_group (name, name_key, hosts) VALUES ('Pair', 'pair', '{strange}')`,
    );
    const documents = [
      jobFile('find-db', on('db')),
      jobFile('find-off', { ...on('db'), enabled: false }),
      jobFile('find-pair', { targets: { group: 'pair' }, schedule: { on: 'startup' } }),
    ];
    await app.call(api.jobs.apply, { body: { documents } });
    const { id } = await app.call(api.jobs.get, { name: 'find-db' });
    await addRun(app.database, { jobId: id, hostId: hostIds[0] ?? '' }, { state: 'timed_out' });
    await app.database.pool.query(`UPDATE assignment SET state = 'failed' WHERE job_id = $1`, [id]);
  });
  afterAll(async () => {
    for (const name of ['find-db', 'find-off', 'find-pair']) await app.call(api.jobs.remove, { name });
  });

  it.each<[Request<typeof api.jobs.list>, string[]]>([
    [{ owner: 'DB-team' }, ['find-db', 'find-off']],
    [{ target: 'role=db' }, ['find-db', 'find-off']],
    [{ target: 'role=web' }, []],
    [{ target: 'PAIR' }, ['find-pair']],
    [{ target: 'strange', search: 'find' }, ['find-pair']],
    [{ health: 'off' }, ['find-off']],
    [{ health: 'failing', search: 'find' }, ['find-db']],
    [{ health: 'never', search: 'find' }, ['find-pair']],
    [{ assignments: 'failed', search: 'find' }, ['find-db']],
    [{ assignments: 'pending', search: 'find' }, ['find-off', 'find-pair']],
  ])('are found by %j', async (options, expected) => expect(await names(options)).toEqual(expected));

  it('of one health come page by page', async () => {
    const all = await names({ health: 'never' });
    expect(all.length).toBeGreaterThan(1);
    const first = await app.call(api.jobs.list, { health: 'never', limit: 1 });
    const { items } = await app.call(api.jobs.list, { health: 'never', limit: 1, cursor: first.next ?? '' });
    expect([...first.items, ...items].map(({ name }) => name)).toEqual(all.slice(0, 2));
  });

  it('tell when they start next on any of their hosts', async () => {
    vi.useFakeTimers({ now: new Date('2026-06-10T12:00:00Z'), toFake: ['Date'] });
    const { items } = await app.call(api.jobs.list, { nextFire: 'true' });
    const next = Object.fromEntries(items.map(({ name, nextFireAt }) => [name, nextFireAt]));
    // Half past two comes to Shanghai before it comes to Berlin.
    expect(next).toMatchObject({ alpha: '2026-06-10T18:30:00.000Z', 'find-off': null, 'find-pair': null });
    expect(next['find-db']).toBe('2026-06-11T00:00:00.000Z');
  });
});

describe('statistics of a job', () => {
  it('are made of the runs that ended, of all hosts or of one', async () => {
    await app.call(api.jobs.apply, { body: { documents: [jobFile('counted')] } });
    const { id } = await app.call(api.jobs.get, { name: 'counted' });
    const add = async (hostId: string | undefined, durationMs: number | null, state = 'succeeded', exitCode = 0) => {
      const run = await addRun(app.database, { jobId: id, hostId: hostId ?? '' }, { state, exitCode });
      await app.database.pool.query('UPDATE run SET duration_ms = $2 WHERE id = $1', [run, durationMs]);
    };
    await add(hostIds[0], 1_000);
    await add(hostIds[0], 1_200);
    await add(hostIds[1], 1_400, 'failed', 3);
    await add(hostIds[1], null, 'running');
    await add(hostIds[1], 5, 'skipped');
    const all = await app.call(api.jobs.statistics, { name: 'counted' });
    expect(all).toMatchObject({
      runs: 3,
      durations: { minMs: 1_000, medianMs: 1_200, maxMs: 1_400 },
      exitCodes: [
        { exit: { unsigned: 0 }, runs: 2 },
        { exit: { unsigned: 3 }, runs: 1 },
      ],
    });
    expect(all.buckets.reduce((sum, { runs }) => sum + runs, 0)).toBe(3);
    expect(await app.call(api.jobs.statistics, { name: 'counted', host: 'berlin' })).toMatchObject({ runs: 2 });
    await expect(app.call(api.jobs.statistics, { name: 'counted', host: 'nobody' })).rejects.toMatchObject({
      status: 404,
    });
    expect(all.states).toEqual({ succeeded: 2, failed: 1 });
    expect(await app.call(api.jobs.statistics, { name: 'Beta' })).toEqual({
      runs: 0,
      since: null,
      durations: null,
      buckets: [],
      exitCodes: [],
      states: {},
      days: [],
    });
  });

  it('tell what was usual day by day', async () => {
    await app.call(api.jobs.apply, { body: { documents: [jobFile('daily')] } });
    const { id } = await app.call(api.jobs.get, { name: 'daily' });
    const today = new Date().setUTCHours(0, 0, 0, 0);
    const add = async (daysAgo: number, host: number, durationMs: number) => {
      const startedAtMs = today - daysAgo * dayMs + 1;
      await app.database.pool.query('SELECT ensure_partitions($1, $1)', [new Date(startedAtMs)]);
      const run = await addRun(app.database, { jobId: id, hostId: hostIds[host] ?? '' }, { startedAtMs });
      await app.database.pool.query('UPDATE run SET duration_ms = $2 WHERE id = $1', [run, durationMs]);
    };
    for (const ms of [300, 100, 200]) await add(3, 0, ms);
    await add(0, 1, 900);
    await add(31, 0, 7);
    const before = { day: new Date(today - 3 * dayMs).toISOString(), runs: 3, medianMs: 200, p95Ms: 300 };
    const now = { day: new Date(today).toISOString(), runs: 1, medianMs: 900, p95Ms: 900 };
    expect((await app.call(api.jobs.statistics, { name: 'daily' })).days).toEqual([before, now]);
    expect((await app.call(api.jobs.statistics, { name: 'daily', host: 'BERLIN' })).days).toEqual([before]);
  });
});

describe('hosts of a job', () => {
  it('are listed by name, by state, page by page', async () => {
    const list = async (options: Omit<Request<typeof api.jobs.assignments>, 'name'>) => {
      const { items, next } = await app.call(api.jobs.assignments, { name: 'alpha', ...options });
      return { hosts: items.map(({ host }) => host), next };
    };
    expect(await list({ state: 'applied' })).toEqual({ hosts: ['BERLIN'], next: null });
    const first = await list({ limit: 2 });
    expect(first.hosts).toEqual(['BERLIN', 'SHANGHAI']);
    expect(await list({ limit: 2, cursor: first.next ?? '' })).toEqual({ hosts: ['strange'], next: null });
    expect(await list({ search: 'HAN' })).toEqual({ hosts: ['SHANGHAI'], next: null });
    expect((await app.call(api.jobs.get, { name: 'alpha' })).hostStates).toMatchObject({ applied: 1, failed: 1 });
  });

  it('tell their newest run and their next start, for who asks', async () => {
    vi.useFakeTimers({ now: Date.now(), toFake: ['Date'] });
    const overrides = [{ hosts: ['shanghai'], schedule: '0 4 * * *' }];
    await app.call(api.jobs.apply, { body: { documents: [jobFile('matrix', { overrides })] } });
    const { id } = await app.call(api.jobs.get, { name: 'matrix' });
    const add = async (host: number, daysAgo: number, state: string) => {
      const startedAtMs = Date.now() - daysAgo * dayMs;
      await app.database.pool.query('SELECT ensure_partitions($1, $1)', [new Date(startedAtMs)]);
      return addRun(app.database, { jobId: id, hostId: hostIds[host] ?? '' }, { state, startedAtMs });
    };
    await add(0, 0.2, 'succeeded');
    await add(1, 9, 'succeeded');
    const newest = [await add(0, 0.1, 'failed'), await add(1, 8, 'killed')];
    const { items } = await app.call(api.jobs.assignments, { name: 'matrix', lastRun: 'true', nextFire: 'true' });
    expect(items.map(({ lastRun }) => lastRun && [lastRun.id, lastRun.state])).toEqual([
      [newest[0], 'failed'],
      [newest[1], 'killed'],
      null,
    ]);
    const clock = (at: string | null | undefined, timeZone: string) =>
      at && new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone }).format(new Date(at));
    expect(clock(items[0]?.nextFireAt, 'Europe/Berlin')).toBe('02:00');
    expect(clock(items[1]?.nextFireAt, 'Asia/Shanghai')).toBe('04:00');
    const [plain] = (await app.call(api.jobs.assignments, { name: 'matrix' })).items;
    expect(plain).not.toHaveProperty('lastRun');
    expect(plain).not.toHaveProperty('nextFireAt');
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

describe('the chain of a job', () => {
  it('has all that start after one another, with how each went last', async () => {
    const after = (name: string, job: string, outcome?: string) =>
      jobFile(name, { schedule: { on: { job, ...(outcome ? { outcome } : {}) } } });
    await app.call(api.jobs.apply, {
      body: {
        documents: [
          jobFile('backup'),
          after('index', 'backup'),
          after('tell', 'BACKUP', 'failure'),
          after('clean', 'index', 'any'),
        ],
      },
    });
    const { id } = await app.call(api.jobs.get, { name: 'backup' });
    await addRun(app.database, { jobId: id, hostId: hostIds[0] ?? '' }, { state: 'failed' });
    const { nodes, links, more } = await app.call(api.jobs.chain, { name: 'clean' });
    expect(nodes.map(({ name, level, row }) => [name, level, row])).toEqual([
      ['backup', 0, 0],
      ['index', 1, 0],
      ['tell', 1, 1],
      ['clean', 2, 0],
    ]);
    expect(nodes[0]?.lastRun).toMatchObject({ state: 'failed' });
    expect(nodes[1]?.lastRun).toBeNull();
    expect(links).toHaveLength(3);
    expect(more).toBe(0);
    expect((await app.call(api.jobs.chain, { name: 'Beta' })).nodes).toHaveLength(1);
  });
});

describe('a job with an action', () => {
  it('is stored with every default, starts the runner as any job, and reads back as it was written', async () => {
    const run = { backup: { from: 'D:\\data', to: '\\\\nas\\backup', mode: { full: 'sunday' }, keep: { count: 7 } } };
    await app.call(api.jobs.apply, { body: { documents: [jobFile('saves', { run })] } });
    const { spec } = await app.call(api.jobs.get, { name: 'saves' });
    expect(spec.run).toMatchObject({
      kind: 'backup',
      action: { from: ['D:\\data'], mode: ['sunday'], verify: true, keep: { count: 7, days: null } },
    });
    const { xml } = await app.call(api.jobs.taskXml, { name: 'saves' });
    expect(xml).toContain('<Command>');
    expect(xml).not.toContain('nas');
    const written = JSON.parse(JSON.stringify(jobDocument(spec as unknown as JobSpec)));
    expect(written.run).toEqual(run);
    const again = await app.call(api.jobs.apply, { body: { documents: [written] } });
    expect(again.results).toMatchObject([{ change: 'unchanged', version: 1 }]);
  });
});
