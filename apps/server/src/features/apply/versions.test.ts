import { api } from '@carillon/contract/http/api';
import { cloneDatabase } from '@carillon/testkit/database';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { ApplyModule } from './apply.module.js';

let app: TestApp;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [ApplyModule, JobsModule] });
  await addFleet(app.database, [{ name: 'WIN-01', labels: { site: 'a' } }]);
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

const apply = async (documents: unknown[], options: object = {}) =>
  (await app.call(api.jobs.apply, { body: { documents, ...options } })).results;
const one = { targets: { hosts: ['WIN-01'] } };

describe('a job applied again', () => {
  it('unchanged makes no version and no work for hosts', async () => {
    expect(await apply([jobFile('same', one)])).toEqual([
      { kind: 'Job', name: 'same', change: 'created', version: 1, hosts: 1 },
    ]);
    expect(app.hints.map(({ kind }) => kind)).toEqual(['alerts', 'desired']);
    // The long form of the same definition, its keys in another order.
    const long = { ...one, run: { arguments: [], program: 'C:\\Scripts\\x.exe' }, schedule: [{ cron: '0  2 * * *' }] };
    expect(await apply([jobFile('same', { enabled: true, ...long })])).toMatchObject([
      { change: 'unchanged', version: 1, hosts: 1 },
    ]);
    expect(app.hints.map(({ kind }) => kind)).toEqual(['alerts', 'desired']);
  });

  it('changed gets a new version by its author; the old one stays readable as it was', async () => {
    await apply([jobFile('grows', { ...one, description: 'first' })], { author: 'Ann' });
    const first = await app.call(api.jobs.version, { name: 'grows', version: 1 });
    expect(await apply([jobFile('grows', { ...one, description: 'second' })])).toMatchObject([
      { change: 'updated', version: 2 },
    ]);
    expect(await app.call(api.jobs.version, { name: 'grows', version: 1 })).toEqual(first);
    const { items } = await app.call(api.jobs.versions, { name: 'grows' });
    expect(items.map(({ version, author, spec }) => [version, author, spec.description])).toEqual([
      [2, 'admin', 'second'],
      [1, 'Ann', 'first'],
    ]);
    const { items: hosts } = await app.call(api.jobs.assignments, { name: 'grows' });
    expect(hosts).toMatchObject([{ host: 'WIN-01', version: 2, appliedVersion: null, state: 'desired' }]);
  });

  it('over a version that somebody stored meanwhile is refused, and says which', async () => {
    await apply([jobFile('shared', one)], { expect: [{ job: 'shared', version: 0 }] });
    await apply([jobFile('Shared', { ...one, owner: 'Ann' })], { expect: [{ job: 'SHARED', version: 1 }] });
    const late = (version: number, job = 'shared') =>
      apply([jobFile(job, { ...one, owner: 'Bob' })], { expect: [{ job, version }] });
    await expect(late(1)).rejects.toMatchObject({
      status: 409,
      body: { code: 'conflict', params: { job: 'shared', expected: 1, current: 2 } },
    });
    await expect(late(0)).rejects.toThrow('expected no such job, got version 2');
    await expect(late(3, 'nowhere')).rejects.toThrow('expected version 3, got no such job');
    expect((await app.call(api.jobs.get, { name: 'shared' })).owner).toBe('Ann');
  });

  it('keeps its file as it was written, through a new text and through a change that came without one', async () => {
    const source = `# asked for by finance\n${JSON.stringify(jobFile('texts', one))} # at two\n`;
    const get = () => app.call(api.jobs.get, { name: 'texts' });
    await apply([jobFile('texts', one)], { sources: [source], reason: 'CHG-17' });
    expect((await get()).source).toBe(source);
    const hints = app.hints.length;
    const again = await apply([jobFile('texts', one)], { sources: [`${source}# still\n`] });
    expect(again).toMatchObject([{ change: 'unchanged', rewritten: true, version: 1 }]);
    expect(app.hints).toHaveLength(hints);
    expect((await apply([jobFile('texts', one)]))[0]).not.toHaveProperty('rewritten');
    expect((await get()).source).toBe(`${source}# still\n`);
    await apply([jobFile('texts', { ...one, enabled: false })]);
    expect((await get()).source).toMatch(/^# asked for by finance\n.*enabled: false.*# still\n$/s);
    const first = await app.call(api.jobs.version, { name: 'texts', version: 1 });
    expect(first).toMatchObject({ reason: 'CHG-17', source: `${source}# still\n` });
    const { items } = await app.call(api.jobs.versions, { name: 'texts' });
    expect(items.map(({ reason, source: text }) => [reason, text])).toEqual([
      [null, undefined],
      ['CHG-17', undefined],
    ]);
  });

  it('is refused with a file that says something else', async () => {
    const lie = JSON.stringify(jobFile('lies', { ...one, run: 'C:\\good.bat' }));
    for (const source of [lie, 'a: [', '['.repeat(100_000), 'kind: HostGroup'])
      await expect(apply([jobFile('lies', one)], { sources: [source] })).rejects.toMatchObject({
        body: { params: { problems: [{ path: 'sources[0]', document: 0 }] } },
      });
    await expect(app.call(api.jobs.get, { name: 'lies' })).rejects.toMatchObject({ status: 404 });
  });

  it('under a name in other case is the same job, renamed', async () => {
    await apply([jobFile('Case', one)]);
    expect(await apply([jobFile('CASE', one)])).toMatchObject([{ change: 'updated', version: 2 }]);
    expect((await app.call(api.jobs.get, { name: 'case' })).name).toBe('CASE');
  });
});

describe('a dry run', () => {
  it('tells what would happen and changes nothing', async () => {
    const before = await app.database.pool.query('SELECT sum(desired_rev) FROM host');
    const hints = app.hints.length;
    const documents = [jobFile('dry', one), jobFile('same', { ...one, owner: 'Ann' })];
    expect(await apply(documents, { dryRun: true })).toMatchObject([
      { name: 'dry', change: 'created', version: 1, hosts: 1 },
      { name: 'same', change: 'updated', version: 2, hosts: 1 },
    ]);
    await expect(app.call(api.jobs.get, { name: 'dry' })).rejects.toMatchObject({ status: 404 });
    expect((await app.call(api.jobs.get, { name: 'same' })).version).toBe(1);
    expect((await app.database.pool.query('SELECT sum(desired_rev) FROM host')).rows).toEqual(before.rows);
    expect(app.hints).toHaveLength(hints);
  });
});

describe('many callers', () => {
  it('that change one job at once get a version each, and one of them is current', async () => {
    const owners = Array.from({ length: 8 }, (_, index) => `owner ${index}`);
    const results = await Promise.all(owners.map((owner) => apply([jobFile('busy', { ...one, owner })])));
    expect(
      results
        .flat()
        .map(({ version }) => version)
        .sort(),
    ).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const { items } = await app.call(api.jobs.versions, { name: 'busy' });
    const current = await app.call(api.jobs.get, { name: 'busy' });
    expect(new Set(items.map(({ spec }) => spec.owner))).toEqual(new Set(owners));
    expect(current.version).toBe(8);
    expect(current.manifestHash).toBe((await assigned('busy')).manifest_hash);
  });

  it('that apply the same job at once make it once', async () => {
    const results = await Promise.all(Array.from({ length: 8 }, () => apply([jobFile('once', one)])));
    const changes = results.flat().map(({ change }) => change);
    expect(changes.sort()).toEqual(['created', ...Array(7).fill('unchanged')]);
  });
});

async function assigned(job: string): Promise<{ manifest_hash: string; version: number }> {
  const { rows } = await app.database.pool.query(
    'SELECT a.* FROM assignment a JOIN job j ON j.id = a.job_id WHERE j.name = $1',
    [job],
  );
  return rows[0];
}

describe('a large fleet', () => {
  it('costs no more statements than a small one', async () => {
    const statements = vi.spyOn(pg.Client.prototype, 'query');
    const count = async (site: string) => {
      statements.mockClear();
      const [result] = await apply([jobFile(`all of ${site}`, { targets: { labels: { site } } })]);
      return { hosts: result?.hosts, statements: statements.mock.calls.length };
    };
    const small = await count('a');
    await addFleet(
      app.database,
      Array.from({ length: 500 }, (_, index) => ({ name: `BIG-${index}`, labels: { site: 'b' } })),
    );
    const large = await count('b');
    statements.mockRestore();
    expect([small.hosts, large.hosts]).toEqual([1, 500]);
    expect(small.statements).toBeGreaterThan(5);
    expect(large.statements).toBe(small.statements);
    expect(app.hints.at(-1)?.hostIds).toHaveLength(500);
  });
});

describe('jobs that start each other', () => {
  const after = (job: string) => ({ ...one, schedule: { on: { job } } });

  it('in a circle are refused with the way around, also over stored ones', async () => {
    await apply([jobFile('extract', one), jobFile('load', after('Extract')), jobFile('report', after('load'))]);
    const circle = apply([jobFile('other', one), jobFile('Extract', after('report'))]);
    await expect(circle).rejects.toMatchObject({
      body: {
        code: 'invalid',
        params: {
          problems: [
            {
              document: 1,
              path: 'schedule',
              message: expect.stringContaining('Extract → report → load → Extract'),
            },
          ],
        },
      },
    });
    const onSome = { ...one, overrides: [{ hosts: ['WIN-01'], schedule: { on: { job: 'report' } } }] };
    await expect(apply([jobFile('extract', onSome)])).rejects.toMatchObject({ body: { code: 'invalid' } });
    expect(await apply([jobFile('report', one), jobFile('extract', after('report'))])).toMatchObject([
      { change: 'updated' },
      { change: 'updated' },
    ]);
  });
});

describe('a job that agents are too old for', () => {
  it('is stored, held back there, and told so with the hosts', async () => {
    const [id] = await addFleet(app.database, [{ name: 'OLD-01' }, { name: 'OLD-02' }]);
    const targets = { hosts: ['OLD-01', 'OLD-02'] };
    const document = jobFile('careful', { targets, when: { cpuBelow: 50 } });
    const hosts = ['OLD-01', 'OLD-02'];
    const warnings = [
      { code: 'agent_too_old', message: 'its agent cannot do conditions; upgrade it', count: 2, hosts },
    ];
    expect(await apply([document], { dryRun: true })).toMatchObject([{ hosts: 2, warnings }]);
    expect(await apply([document])).toMatchObject([{ hosts: 2, warnings }]);
    const { items } = await app.call(api.jobs.assignments, { name: 'careful', state: 'rejected' });
    expect(items).toMatchObject([{ version: 1, appliedVersion: null, code: 'agent_too_old' }, { host: 'OLD-02' }]);
    expect((await app.call(api.jobs.get, { name: 'careful' })).assignments).toEqual({
      total: 2,
      applied: 0,
      pending: 0,
      failed: 2,
    });
    await app.database.pool.query(`UPDATE host SET capabilities = '{conditions}' WHERE id = $1`, [id]);
    expect(await apply([{ ...document, description: 'again' }])).toMatchObject([
      { warnings: [{ count: 1, hosts: ['OLD-02'] }] },
    ]);
    expect((await apply([jobFile('careful', { targets })]))[0]).not.toHaveProperty('warnings');
  });
});
