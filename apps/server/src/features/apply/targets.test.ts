import { api } from '@carillon/contract/http/api';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { ApplyModule } from './apply.module.js';

let app: TestApp;
let drop: () => Promise<void>;
let hostIds: string[];
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [ApplyModule, JobsModule] });
  hostIds = await addFleet(app.database, [
    { name: 'DB-01', labels: { role: 'db', env: 'prod' } },
    { name: 'DB-02', labels: { role: 'db', env: 'test' } },
    { name: 'WEB-01', labels: { role: 'web', env: 'prod' } },
  ]);
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});
beforeEach(() => app.hints.splice(0));

const apply = async (documents: unknown[], options: object = {}) =>
  (await app.call(api.jobs.apply, { body: { documents, ...options } })).results;

/** `DB-01 v1 desired` of every assignment of a job. */
async function hostsOf(name: string): Promise<string[]> {
  const { items } = await app.call(api.jobs.assignments, { name });
  return items.map(({ host, version, state }) => `${host} v${version} ${state}`);
}

const hinted = () => app.hints.flatMap((hint) => hint.hostIds).sort();

describe('targets', () => {
  it.each([
    ['all', { all: true }, ['DB-01', 'DB-02', 'WEB-01']],
    ['labels', { labels: { role: 'db', env: 'prod' } }, ['DB-01']],
    ['names in any case', { hosts: ['web-01', 'DB-02'] }, ['DB-02', 'WEB-01']],
    ['labels and names', { labels: { role: 'db' }, hosts: ['WEB-01', 'DB-02'] }, ['DB-02']],
  ])('by %s', async (name, targets, expected) => {
    expect(await apply([jobFile(name, { targets })])).toMatchObject([{ hosts: expected.length }]);
    expect(await hostsOf(name)).toEqual(expected.map((host) => `${host} v1 desired`));
  });

  it('that change take the job off the hosts that no longer match', async () => {
    await apply([jobFile('moves', { targets: { labels: { role: 'db' } } })]);
    await app.database.pool.query(`UPDATE assignment SET state = 'applied', applied_version = 1 WHERE version = 1`);
    app.hints.splice(0);
    expect(await apply([jobFile('moves', { targets: { labels: { env: 'prod' } } })])).toMatchObject([{ hosts: 2 }]);
    expect(await hostsOf('moves')).toEqual(['DB-01 v2 desired', 'DB-02 v1 removing', 'WEB-01 v2 desired']);
    expect(hinted()).toEqual([...hostIds].sort());
    const { assignments } = await app.call(api.jobs.get, { name: 'moves' });
    expect(assignments).toEqual({ total: 2, applied: 0, pending: 2, failed: 0 });
  });

  it('without a host yet are taken only when asked to', async () => {
    const nobody = jobFile('later', { targets: { labels: { role: 'mail' } } });
    await expect(apply([nobody])).rejects.toMatchObject({ status: 400 });
    expect(await apply([nobody], { allowNoHosts: true })).toMatchObject([{ change: 'created', hosts: 0 }]);
    expect(hinted()).toEqual([]);
  });
});

describe('groups', () => {
  const group = (part: object) => ({ kind: 'HostGroup', name: 'prod', ...part });
  const job = jobFile('grouped', { targets: { group: 'PROD' } });

  it('may come in the same request as the jobs that name them, in any order', async () => {
    expect(await apply([job, group({ labels: { env: 'prod' } })])).toMatchObject([
      { kind: 'Job', change: 'created', hosts: 2 },
      { kind: 'HostGroup', change: 'created', version: null, hosts: null },
    ]);
    expect(await hostsOf('grouped')).toEqual(['DB-01 v1 desired', 'WEB-01 v1 desired']);
  });

  it('that change move their jobs, without new versions of them', async () => {
    expect(await apply([group({ hosts: ['DB-01', 'DB-02'] })])).toMatchObject([{ change: 'updated' }]);
    expect(await hostsOf('grouped')).toEqual(['DB-01 v1 desired', 'DB-02 v1 desired', 'WEB-01 v1 removing']);
    expect(hinted()).toEqual([hostIds[1], hostIds[2]].sort());
    app.hints.splice(0);
    expect(await apply([group({ hosts: ['DB-01', 'DB-02'] })])).toMatchObject([{ change: 'unchanged' }]);
    expect(hinted()).toEqual([]);
  });
});

describe('a job that is removed', () => {
  it('is taken off its hosts; its name is free for another job', async () => {
    await apply([jobFile('gone', { targets: { hosts: ['DB-01'] } })]);
    const first = await app.call(api.jobs.get, { name: 'gone' });
    app.hints.splice(0);
    expect(await app.call(api.jobs.remove, { name: 'GONE' })).toEqual({ name: 'gone', hosts: 1 });
    expect(hinted()).toEqual([hostIds[0]]);
    await expect(app.call(api.jobs.get, { name: 'gone' })).rejects.toMatchObject({ status: 404 });
    await expect(app.call(api.jobs.remove, { name: 'gone' })).rejects.toMatchObject({ status: 404 });
    expect(await apply([jobFile('gone', { targets: { hosts: ['DB-01'] } })])).toMatchObject([{ version: 1 }]);
    expect((await app.call(api.jobs.get, { name: 'gone' })).id).not.toBe(first.id);
  });

  it('leaves every host with the hash of what it still should have', async () => {
    const { rows } = await app.database.pool.query(
      `SELECT h.desired_hash AS hash, json_agg(json_build_object('jobId', a.job_id, 'version', a.version, 'manifestHash', a.manifest_hash)) AS entries
       FROM host h JOIN assignment a ON a.host_id = h.id AND a.state <> 'removing' GROUP BY h.id`,
    );
    expect(rows).toHaveLength(3);
    for (const { hash, entries } of rows) expect(desiredHash(entries)).toBe(hash);
  });
});
