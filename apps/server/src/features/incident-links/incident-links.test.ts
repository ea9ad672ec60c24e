import { api } from '@carillon/contract/http/api';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { addIncident } from '../../store/testing/incidents.js';
import { IncidentsModule } from '../incidents/incidents.module.js';
import { IncidentLinksModule } from './incident-links.module.js';

let database: TestDatabase;
let app: TestApp;
beforeAll(async () => {
  database = await cloneDatabase();
  app = await startTestApp(database.url, { modules: [IncidentsModule, IncidentLinksModule] });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const { add, change, remove } = api.incidentLinks;
const ticket = { system: 'helpdesk', key: 'INC-7', url: 'https://helpdesk.example/INC-7' };
const logOf = async (number: number) =>
  (await app.call(api.incidents.log, { number })).items.map(({ code, text }) => [code, text]);

it('a ticket is linked, told anew and taken away, and its incident says so', async () => {
  const { number } = await addIncident(app.database, { openedAtMs: 0 });
  const link = await app.call(add, { number, body: { ...ticket, state: 'New' } });
  expect(link).toMatchObject({ ...ticket, state: 'New', assignee: null, author: 'admin' });
  // The same again is the same link, and no news.
  expect(await app.call(add, { number, body: { ...ticket, state: 'New' } })).toEqual(link);
  const told = await app.call(change, { number, id: link.id, body: { assignee: 'Ann', state: 'In progress' } });
  expect(told).toMatchObject({ ...ticket, state: 'In progress', assignee: 'Ann' });
  expect(await app.call(change, { number, id: link.id, body: { state: null } })).toMatchObject({
    state: null,
    assignee: 'Ann',
  });
  const shown = await app.call(api.incidents.get, { number });
  expect(shown.links).toMatchObject([{ id: link.id, state: null, assignee: 'Ann' }]);
  expect(Date.parse(shown.updatedAt)).toBeGreaterThan(0);
  await app.call(remove, { number, id: link.id });
  expect((await app.call(api.incidents.get, { number })).links).toEqual([]);
  expect(await logOf(number)).toEqual([
    ['linked', 'admin linked it to INC-7 in helpdesk'],
    ['link_changed', 'INC-7 in helpdesk is In progress, with Ann'],
    ['link_changed', 'INC-7 in helpdesk is in no known state, with Ann'],
    ['unlinked', 'admin took the link to INC-7 in helpdesk away'],
  ]);
});

it('one ticket that many link at once is one link', async () => {
  const { number } = await addIncident(app.database);
  const links = await Promise.all(Array.from({ length: 8 }, () => app.call(add, { number, body: ticket })));
  expect(new Set(links.map(({ id }) => id)).size).toBe(1);
});

it('what cannot be linked is refused by name', async () => {
  const { number } = await addIncident(app.database);
  const missing = { status: 404, body: { code: 'not_found' } };
  await expect(app.call(add, { number: 987_654, body: ticket })).rejects.toMatchObject(missing);
  const { id } = await app.call(add, { number, body: ticket });
  const other = await addIncident(app.database);
  await expect(app.call(change, { number: other.number, id, body: { state: 'x' } })).rejects.toMatchObject(missing);
  await expect(app.call(remove, { number: other.number, id })).rejects.toMatchObject(missing);
  await expect(app.call(add, { number, body: { ...ticket, url: 'javascript:alert(1)' } })).rejects.toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('url') },
  });
  for (let count = 1; count < 20; count += 1)
    await app.call(add, { number, body: { ...ticket, key: `INC-${100 + count}` } });
  await expect(app.call(add, { number, body: { ...ticket, key: 'INC-200' } })).rejects.toMatchObject({
    body: { code: 'conflict', params: { code: 'too_many_links' } },
  });
});
