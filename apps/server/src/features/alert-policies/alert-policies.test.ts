import { api } from '@carillon/contract/http/api';
import { cloneDatabase } from '@carillon/testkit/database';
import { expect, it } from 'vitest';
import { startTestApp } from '../../http/testing/test-app.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { addAlert } from '../../store/testing/incidents.js';
import { ApplyModule } from '../apply/apply.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { AlertPoliciesModule } from './alert-policies.module.js';

it('alert policies are listed by name with the jobs whose current version names them', async () => {
  const database = await cloneDatabase();
  const app = await startTestApp(database.url, { modules: [ApplyModule, JobsModule, AlertPoliciesModule] });
  await addFleet(app.database, [{ name: 'WIN-01' }]);
  const policy = (name: string) => ({ kind: 'AlertPolicy', name, severity: 'high', when: { consecutiveFailures: 3 } });
  const apply = (...documents: object[]) => app.call(api.jobs.apply, { body: { documents } });
  await apply(
    policy('pager'),
    policy('Mail'),
    jobFile('b', { alerts: ['MAIL', 'pager'] }),
    jobFile('A', { alerts: ['mail'] }),
  );
  await apply(jobFile('gone', { alerts: ['pager'] }));
  await app.call(api.jobs.remove, { name: 'gone' });
  const first = await app.call(api.jobs.alertPolicies, { limit: 1 });
  expect(first.items).toMatchObject([
    { name: 'Mail', severity: 'high', when: { consecutiveFailures: 3 }, jobs: ['A', 'b'] },
  ]);
  const second = await app.call(api.jobs.alertPolicies, { limit: 1, cursor: first.next ?? '' });
  expect(second).toMatchObject({ items: [{ name: 'pager', jobs: ['b'] }], next: null });

  expect(
    (await apply(policy('Mail'), { ...policy('pager'), severity: 'low' })).results.map(({ change }) => change),
  ).toEqual(['unchanged', 'updated']);
  await apply(jobFile('b'));
  const { items } = await app.call(api.jobs.alertPolicies, {});
  expect(items.map(({ name, severity, jobs }) => [name, severity, jobs])).toEqual([
    ['Mail', 'high', ['A']],
    ['pager', 'low', []],
  ]);

  await addAlert(app.database, {}, { policy: 'mail', state: 'resolved' });
  await addAlert(app.database, {}, { policy: 'mail', what: 'b' });
  expect((await app.call(api.jobs.alertPolicies, {})).items).toMatchObject([
    { name: 'Mail', firing: 1, lastFiredAt: expect.stringMatching(/Z$/) },
    { name: 'pager', firing: 0, lastFiredAt: null },
  ]);
  await app.close();
  await database.drop();
});
