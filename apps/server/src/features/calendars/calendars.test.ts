import { api } from '@carillon/contract/http/api';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { AlertDocumentsModule } from '../alert-documents/alert-documents.module.js';
import { ApplyModule } from '../apply/apply.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { PreviewModule } from '../preview/preview.module.js';
import { CalendarsModule } from './calendars.module.js';

let app: TestApp;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, {
    modules: [ApplyModule, AlertDocumentsModule, CalendarsModule, JobsModule, PreviewModule],
  });
  await addFleet(app.database, [{ name: 'WIN-01' }, { name: 'WIN-02' }]);
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

const apply = (documents: object[], more: object = {}) => app.call(api.jobs.apply, { body: { documents, ...more } });
const calendar = (...days: string[]) => ({ kind: 'Calendar', name: 'Holidays', days });
const nightly = (name: string, calendar: unknown, cron = '0 2 * * *') =>
  jobFile(name, { schedule: { cron, calendar } });
/** Starts in December alone. */
const yearly = '0 2 * 12 *';
/** What hosts are told. */
const daysOnHosts = async (name: string) => {
  const { rows } = await app.database.pool.query(
    `SELECT v.manifest::jsonb->'schedule'->0->'calendar' AS days, v.version, v.reason, s.source
     FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
     LEFT JOIN job_source s ON s.job_id = j.id AND s.version = v.version WHERE j.name = $1`,
    [name],
  );
  return rows[0];
};

describe('a job that names a calendar', () => {
  const text =
    'kind: Job # ours\nname: etl\ntargets: { all: true }\nschedule: { cron: 0 2 * * *, calendar: -holidays }\nrun: { program: etl.exe }\n';
  const etl = {
    kind: 'Job',
    name: 'etl',
    targets: { all: true },
    schedule: { cron: '0 2 * * *', calendar: '-holidays' },
    run: { program: 'etl.exe' },
  };

  it('is refused while there is none of that name, and says where', async () => {
    const problem = {
      path: 'schedule[0].calendar',
      code: 'unknown_reference',
      expected: 'the name of a saved Calendar',
      got: '"holidays"',
    };
    await expect(apply([etl])).rejects.toMatchObject({ status: 400, body: { params: { problems: [problem] } } });
    await expect(app.call(api.jobs.preview, { body: { document: etl } })).rejects.toMatchObject({
      body: { params: { problems: [problem] } },
    });
  });

  it('has its days on the host, its name in the file', async () => {
    await apply([etl, calendar('12-25', '12-31')], { sources: [text, null] });
    expect(await daysOnHosts('etl')).toMatchObject({ days: { except: ['12-25', '12-31'] }, version: 1, source: text });
    const { schedule, source } = await app.call(api.jobs.get, { name: 'etl' });
    expect([schedule, source]).toEqual(['0 2 * * *, except on holidays', text]);
    // The same file again is the same job.
    expect(await apply([etl], { sources: [text] })).toMatchObject({ results: [{ change: 'unchanged', version: 1 }] });
  });

  it('is looked at with the days that the calendar has now', async () => {
    const days = async (calendar: unknown) => {
      const { nextFires } = await app.call(api.jobs.preview, {
        body: { document: nightly('new', calendar), count: 2 },
      });
      return nextFires.map(({ local }) => local.slice(5, 10));
    };
    expect((await days('holidays')).sort()).toEqual(['12-25', '12-31']);
  });

  it('follows the calendar, with a version that says why, and keeps its file', async () => {
    await apply([nightly('other', 'holidays', yearly), nightly('own', { only: '12-25' })], {
      set: { name: 'git', prune: true },
    });
    const changed = [calendar('12-24')];
    const dry = await apply(changed, { dryRun: true, plan: true });
    expect(dry.followed).toMatchObject([
      { name: 'etl', version: 2, change: 'updated', hosts: 2, plan: { gained: { count: 0 } } },
      { name: 'other', version: 2 },
    ]);
    expect(await daysOnHosts('etl')).toMatchObject({ version: 1 });

    const done = await apply(changed, { expectPlan: dry.plan?.hash });
    expect(done.results).toMatchObject([{ kind: 'Calendar', change: 'updated', version: null }]);
    expect(done.followed?.map(({ name, version, hosts }) => [name, version, hosts])).toEqual([
      ['etl', 2, 2],
      ['other', 2, 2],
    ]);
    expect(await daysOnHosts('etl')).toEqual({
      days: { except: ['12-24'] },
      version: 2,
      reason: 'calendar holidays has other days',
      source: text,
    });
    expect(await daysOnHosts('other')).toMatchObject({ days: { only: ['12-24'] } });
    expect(await daysOnHosts('own')).toMatchObject({ version: 1 });
    // Written in other words, it has no other days.
    expect(await apply([{ ...calendar('12-24'), description: 'of ours' }])).not.toHaveProperty('followed');
  });

  it('stays in the set that it was in, and is not deleted with a set that has only the calendar', async () => {
    const { pruned, followed } = await apply([calendar('12-23')], {
      set: { name: 'days', prune: true },
      reason: 'new year',
    });
    expect([pruned, followed?.length]).toEqual([undefined, 2]);
    const { rows } = await app.database.pool.query('SELECT name, managed_by FROM job ORDER BY name');
    expect(rows).toMatchObject([{ managed_by: null }, { managed_by: 'git' }, { managed_by: 'git' }]);
    expect(await daysOnHosts('etl')).toMatchObject({ reason: 'new year' });
  });

  it('holds back days with which it could not start any more, in words about the calendar', async () => {
    const never = apply([calendar('02-01')]);
    await expect(never).rejects.toMatchObject({
      status: 400,
      body: {
        params: { problems: [{ document: 0, path: 'days', expected: expect.stringMatching(/but job other: /) }] },
      },
    });
    expect(await daysOnHosts('etl')).toMatchObject({ days: { except: ['12-23'] } });
  });

  it('keeps a freeze that covers it', async () => {
    const [from, until] = ['2020-01-01T00:00Z', '2099-01-01T00:00Z'];
    const freeze = { kind: 'Freeze', name: 'f', covers: { jobs: ['etl'] }, from, until, reason: 'closing' };
    await apply([freeze]);
    await expect(apply([calendar('12-22')])).rejects.toMatchObject({
      body: { code: 'conflict', params: { jobs: ['etl'] } },
    });
    await app.call(api.alertDocuments.remove, { kind: 'Freeze', name: 'f' });
  });
});

it('calendars are listed with the days to come and the jobs that keep to them, which also keep them', async () => {
  const [year, place] = [new Date().getUTCFullYear() + 1, { kind: 'Calendar' as const, name: 'holidays' }];
  await apply([calendar('12-25', '2020-01-01'), { kind: 'Calendar', name: 'empty', days: `${year}-01-01` }]);
  const { items } = await app.call(api.calendars.list, {});
  expect(items.map(({ name, jobs, jobsTotal, coming }) => [name, jobs, jobsTotal, coming.length])).toEqual([
    ['empty', [], 0, 1],
    ['Holidays', ['etl', 'other'], 2, 1],
  ]);
  const usedBy = [
    { kind: 'Job', name: 'etl', path: 'schedule[0].calendar' },
    { kind: 'Job', name: 'other', path: 'schedule[0].calendar' },
  ];
  await expect(app.call(api.alertDocuments.remove, place)).rejects.toMatchObject({ body: { params: { usedBy } } });
  await app.call(api.alertDocuments.remove, { kind: 'Calendar', name: 'empty' });
});
