import { api } from '@carillon/contract/http/api';
import { cloneDatabase } from '@carillon/testkit/database';
import { expect, it } from 'vitest';
import { startTestApp } from '../../http/testing/test-app.js';
import { addAlert, addIncident } from '../../store/testing/incidents.js';
import { ApplyModule } from '../apply/apply.module.js';
import { QuietModule } from './quiet.module.js';

it('planned quiet tells whether it is active and what it mutes, schedules who is on duty', async () => {
  const database = await cloneDatabase();
  const app = await startTestApp(database.url, { modules: [ApplyModule, QuietModule] });
  const { id, number } = await addIncident(app.database, { title: 'etl fails' });
  for (const what of ['a', 'b'])
    await addAlert(app.database, { incidentId: id }, { what, facts: { labels: { job: 'etl' } } });
  const silence = { kind: 'Silence', match: 'job=ETL', until: '2099-01-01T00:00Z', reason: 'moves' };
  const mail = { kind: 'Channel', name: 'email', type: 'smtp', host: 'x', from: 'a@b.example', to: 'a@b.example' };
  const layer = { people: ['Ann', 'Ben'], start: '2026-01-01T09:00', rotate: 'daily' };
  const override = { from: '2026-01-01T00:00Z', until: '2099-01-01T00:00Z', person: 'Ben' };
  const weekly = [{ days: 'mon-sun', from: '00:00', to: '24:00' }];
  const documents = [
    silence,
    { ...silence, name: 'later', from: '2098-01-01T00:00Z' },
    { kind: 'MaintenanceWindow', name: 'always', weekly },
    mail,
    { kind: 'OnCall', name: 'base', people: { Ann: { email: true }, Ben: { email: true } }, layers: [layer] },
    {
      kind: 'OnCall',
      name: 'over',
      people: { Ann: { email: true }, Ben: { email: true } },
      layers: [layer],
      overrides: [override],
    },
  ].map((document) => ({ name: 'now', ...document }));
  await app.call(api.jobs.apply, { body: { documents } });

  const silences = await app.call(api.quiet.list, { kind: 'Silence' });
  expect(silences.items).toMatchObject([
    { name: 'later', state: 'coming', from: '2098-01-01T00:00:00.000Z', mutes: null },
    {
      name: 'now',
      state: 'active',
      by: 'admin',
      match: ['job=ETL'],
      recurs: false,
      mutes: { alerts: 2, incidentsTotal: 1, incidents: [{ number, title: 'etl fails', severity: 'medium' }] },
    },
  ]);
  const windows = await app.call(api.quiet.list, { kind: 'MaintenanceWindow' });
  expect(windows.items).toMatchObject([{ name: 'always', state: 'active', recurs: true, mutes: { alerts: 2 } }]);

  const { items } = await app.call(api.quiet.onCall, {});
  expect(items.map(({ name, duty, overrides }) => [name, duty[0]?.by, duty.length > 1, overrides.length])).toEqual([
    ['base', 'layer 1', true, 0],
    ['over', 'override', false, 1],
  ]);
  expect(items[1]?.duty[0]?.person).toBe('Ben');
  await app.close();
  await database.drop();
});
