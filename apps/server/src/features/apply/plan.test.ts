import { api } from '@carillon/contract/http/api';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { ApplyModule } from './apply.module.js';

let app: TestApp;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [ApplyModule] });
  await addFleet(app.database, [
    { name: 'DB-01', labels: { role: 'db' }, timezone: 'Europe/Berlin' },
    { name: 'DB-02', labels: { role: 'db' }, timezone: 'Asia/Shanghai' },
    { name: 'WEB-01', labels: { role: 'web' } },
  ]);
  await apply([group(['DB-01']), stays, job({})]);
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

const group = (hosts: string[]) => ({ kind: 'HostGroup', name: 'pair', hosts });
const job = (part: object) => jobFile('nightly', { targets: { group: 'pair' }, ...part });
const stays = jobFile('stays', { targets: { group: 'Pair' } });
const apply = (documents: unknown[], options: object = {}) =>
  app.call(api.jobs.apply, { body: { documents, ...options } });
const plan = (documents: unknown[]) => apply(documents, { dryRun: true, plan: true });
const versions = async () => (await app.database.pool.query('SELECT count(*)::int AS n FROM job_version')).rows[0].n;

describe('a plan', () => {
  it('tells fields, hosts, accounts and starts as they would be, with groups of the same request', async () => {
    const before = await versions();
    const answer = await plan([group(['DB-02', 'WEB-01']), job({ schedule: '30 2 * * *', runAs: { s4u: '.\\etl' } })]);
    const [first, second] = answer.results;
    expect(first?.plan).toMatchObject({ fields: [{ path: 'hosts', before: ['DB-01'], after: ['DB-02', 'WEB-01'] }] });
    expect(second?.plan).toMatchObject({
      gained: { count: 2, hosts: ['DB-02', 'WEB-01'] },
      lost: { count: 1, hosts: ['DB-01'] },
      accounts: {
        before: [{ account: 'system', rights: 'ordinary', hosts: 1 }],
        after: [{ account: 's4u:.\\etl', rights: 'ordinary', hosts: 2 }],
      },
    });
    expect(second?.plan?.fields).toEqual([
      { path: 'schedule', before: '0 2 * * *', after: '30 2 * * *' },
      { path: 'runAs', after: { s4u: '.\\etl' } },
    ]);
    expect(second?.plan?.zones.map(({ hostTimezone, nextFires }) => [hostTimezone, nextFires.length])).toEqual([
      ['Asia/Shanghai', 3],
      ['UTC', 3],
    ]);
    expect(answer.plan?.moved).toMatchObject([{ job: 'stays', gained: { count: 2 }, lost: { hosts: ['DB-01'] } }]);
    expect(await versions()).toBe(before);
  });

  it('expects nothing of hosts, and the apply expects all of it', async () => {
    const count = async () =>
      (await app.database.pool.query('SELECT count(*)::int AS n FROM expected_cursor')).rows[0].n;
    const many = ['a', 'b', 'c'].map((name) => jobFile(`many-${name}`));
    const before = await count();
    await plan(many);
    expect(await count()).toBe(before);
    await apply(many);
    expect(await count()).toBe(before + 9);
  });

  it('of what is there already has nothing to tell', async () => {
    const { results, plan: whole } = await plan([group(['DB-01']), job({})]);
    expect(whole?.moved).toEqual([]);
    expect(results.map(({ change, plan: one }) => [change, one?.fields, one?.gained.count])).toEqual([
      ['unchanged', [], 0],
      ['unchanged', [], 0],
    ]);
  });

  it('is told only where it was asked for', async () => {
    const answer = await apply([job({})], { dryRun: true });
    expect([answer.plan, answer.results[0]?.plan]).toEqual([undefined, undefined]);
  });
});

describe('apply of a plan that was agreed to', () => {
  const hashOf = async (documents: unknown[]) => (await plan(documents)).plan?.hash as string;
  const wanted = [jobFile('agreed', { targets: { labels: { role: 'db' } } })];

  it('is refused once a host came to it, or somebody changed the job, and done otherwise', async () => {
    const first = await hashOf(wanted);
    expect(await hashOf(wanted)).toBe(first);
    await app.database.pool.query(`UPDATE host SET labels = '{"role":"db"}' WHERE name = 'WEB-01'`);
    const refused = { status: 409, body: { code: 'conflict', params: { expected: first } } };
    await expect(apply(wanted, { expectPlan: first })).rejects.toMatchObject(refused);
    const second = await hashOf(wanted);
    expect(await apply(wanted, { expectPlan: second })).toMatchObject({ results: [{ change: 'created', hosts: 3 }] });
    await expect(apply(wanted, { expectPlan: second })).rejects.toMatchObject({ status: 409 });
  });

  it('is refused for other files', async () => {
    const hash = await hashOf([job({ schedule: '0 4 * * *' })]);
    await expect(apply([job({ schedule: '0 5 * * *' })], { expectPlan: hash })).rejects.toMatchObject({ status: 409 });
  });
});
