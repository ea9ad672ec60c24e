import { api } from '@carillon/contract/http/api';
import type { Request } from '@carillon/contract/http/route';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { ApplyModule } from '../apply/apply.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { PreviewModule } from './preview.module.js';

let app: TestApp;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [PreviewModule, ApplyModule, JobsModule] });
  await addFleet(app.database, [
    { name: 'B', labels: { role: 'db' }, timezone: 'Asia/Shanghai' },
    { name: 'a', labels: { role: 'db' }, timezone: 'Europe/Berlin' },
    { name: 'c', labels: { role: 'web' } },
    { name: 'lost', labels: { role: 'lost' }, timezone: 'Nowhere/Here' },
  ]);
  await app.database.pool.query(`INSERT INTO host_group (name, name_key, hosts) VALUES ('pair', 'pair', '{b,C}')`);
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

const preview = (body: Request<typeof api.jobs.preview>['body']) => app.call(api.jobs.preview, { body });
const on = (targets: object) => jobFile('new', { targets });

describe('a preview', () => {
  it('shows task, times and hosts of a document, and stores nothing', async () => {
    const { task, nextFires, hosts } = await preview({ document: on({ labels: { role: 'db' } }), count: 2 });
    expect(hosts).toEqual(['a', 'B']);
    expect(task).toMatchObject({ path: '\\Carillon\\new', hostTimezone: 'Europe/Berlin', exactness: 'exact' });
    expect(task.xml).toMatch(/^<\?xml/);
    expect(nextFires.map(({ local, timezone }) => [local.slice(11), timezone])).toEqual([
      ['02:00:00', 'Europe/Berlin'],
      ['02:00:00', 'Europe/Berlin'],
    ]);
    expect((await app.database.pool.query('SELECT 1 FROM job')).rows).toEqual([]);
  });

  it('knows saved groups, and takes another zone when asked to', async () => {
    const { task, hosts } = await preview({ document: on({ group: 'Pair' }), timezone: 'UTC', includeXml: 'false' });
    expect(hosts).toEqual(['B', 'c']);
    expect(task).toMatchObject({ hostTimezone: 'UTC', xml: '' });
  });

  it('of hosts whose zone is not known here is that of UTC', async () => {
    const { task, hosts } = await preview({ document: on({ labels: { role: 'lost' } }) });
    expect([hosts, task.hostTimezone]).toEqual([['lost'], 'UTC']);
  });

  it('tells time zones apart, and whom the job runs as', async () => {
    const overrides = [{ hosts: ['b'], runAs: { s4u: '.\\etl' }, rights: 'highest' }];
    const { zones, accounts, stored } = await preview({
      document: jobFile('new', { targets: { all: true }, overrides }),
      count: 1,
    });
    expect(stored).toBeNull();
    expect(zones?.map(({ hostTimezone, hosts, nextFires }) => [hostTimezone, hosts, nextFires[0]?.timezone])).toEqual([
      ['Asia/Shanghai', 1, 'Asia/Shanghai'],
      ['Europe/Berlin', 1, 'Europe/Berlin'],
      ['UTC', 1, 'UTC'],
    ]);
    expect(accounts).toEqual([
      { account: 'system', rights: 'ordinary', hosts: 3 },
      { account: 's4u:.\\etl', rights: 'highest', hosts: 1 },
    ]);
  });

  it('of a stored job names hosts gained and lost, and other jobs that start at the same moment', async () => {
    const documents = [
      jobFile('moves', { targets: { labels: { role: 'db' } } }),
      jobFile('same-time', { targets: { hosts: ['a', 'c'] } }),
      jobFile('other-time', { targets: { all: true }, schedule: '30 2 * * *' }),
    ];
    await app.call(api.jobs.apply, { body: { documents } });
    const { stored, overlaps } = await preview({
      document: jobFile('Moves', { targets: { hosts: ['A', 'c'] } }),
      count: 3,
    });
    expect(stored).toEqual({ version: 1, gained: ['c'], lost: ['B'] });
    expect(overlaps).toMatchObject([{ job: 'same-time', hosts: 2 }]);
    for (const name of ['moves', 'same-time', 'other-time']) await app.call(api.jobs.remove, { name });
  });

  it('tells which hosts get it first, as the apply of it does, and the freeze that would refuse it', async () => {
    const rollout = { rings: [{ labels: { role: 'web' } }, '100%'], soak: '2h' };
    const document = jobFile('ringed', { targets: { all: true }, rollout });
    const asked = await preview({ document });
    expect([asked.rollout, asked.frozen]).toEqual([
      {
        rings: [
          { ring: 'labels role=web', count: 1, hosts: ['c'] },
          { ring: '100%', count: 3, hosts: ['a', 'B', 'lost'] },
        ],
        soakMs: 7_200_000,
      },
      null,
    ]);
    const { results } = await app.call(api.jobs.apply, { body: { documents: [document], dryRun: true } });
    expect(results[0]?.rollout?.rings).toEqual(asked.rollout?.rings);
    const everywhere = jobFile('everywhere', { targets: { all: true } });
    await app.call(api.jobs.apply, { body: { documents: [document, everywhere] } });
    expect((await preview({ document })).rollout).toBeNull();

    const until = new Date(Date.now() + 3_600_000).toISOString().slice(0, 16);
    const from = new Date(Date.now() - 3_600_000).toISOString().slice(0, 16);
    const freeze = { kind: 'Freeze', name: 'Year end', reason: 'closing', covers: { labels: { role: 'db' } } };
    await app.call(api.jobs.apply, { body: { documents: [{ ...freeze, timezone: 'UTC', from, until }] } });
    const frozen = { freeze: 'Year end', reason: 'closing', until: `${until}:00.000Z` };
    expect((await preview({ document: { ...document, description: 'new' } })).frozen).toEqual(frozen);
    // It is on hosts of the freeze, though the new targets are none of them.
    const leaves = jobFile('everywhere', { targets: { hosts: ['c'] } });
    expect((await preview({ document: leaves })).frozen).toEqual(frozen);
    expect((await preview({ document: jobFile('other', { targets: { hosts: ['c'] } }) })).frozen).toBeNull();
    await app.database.pool.query(`DELETE FROM alert_document WHERE kind = 'Freeze'`);
    for (const name of ['ringed', 'everywhere']) await app.call(api.jobs.remove, { name });
  });

  it.each([
    [{ document: jobFile('x', { nope: 1 }) }, { path: 'nope', code: 'unknown_key' }],
    [{ document: { kind: 'HostGroup', name: 'g', hosts: ['a'] } }, { path: 'kind', got: '"HostGroup"' }],
    [
      { document: jobFile('x'), timezone: 'Mars' },
      { path: 'timezone', got: '"Mars"' },
    ],
    [{ document: jobFile('x', { schedule: '0 0 30 2 *' }) }, { path: 'schedule[0]', code: 'wrong_value' }],
    [{ document: null }, { path: '', code: 'wrong_type' }],
  ])('of %j says what is wrong', async (body, problem) => {
    await expect(preview(body)).rejects.toMatchObject({
      status: 400,
      body: { code: 'invalid', params: { problems: [problem] } },
    });
  });
});
