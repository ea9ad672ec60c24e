import { api } from '@carillon/contract/http/api';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { addAlert, addIncident } from '../../store/testing/incidents.js';
import { ApplyModule } from '../apply/apply.module.js';
import { AlertDocumentsModule } from './alert-documents.module.js';

let database: TestDatabase;
let app: TestApp;
beforeAll(async () => {
  database = await cloneDatabase();
  app = await startTestApp(database.url, { modules: [ApplyModule, AlertDocumentsModule] });
  await addFleet(app.database, [{ name: 'WIN-01' }]);
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const silence = { match: ['job=Etl'], until: '2099-01-01T00:00Z', reason: 'storage moves' };
const put = (kind: 'Silence' | 'AlertPolicy', name: string, body: object) =>
  app.call(api.alertDocuments.put, { kind, name, body: body as Record<string, unknown> });

describe('alert documents', () => {
  it('are written, listed, shown and deleted', async () => {
    expect(await put('Silence', 'Storage', silence)).toEqual({ kind: 'Silence', name: 'Storage', change: 'created' });
    expect(await put('Silence', 'Storage', silence)).toMatchObject({ change: 'unchanged' });
    await put('Silence', 'b', silence);
    const first = await app.call(api.alertDocuments.list, { kind: 'Silence', limit: 1 });
    expect(first.items).toMatchObject([{ name: 'b', author: 'admin', spec: { reason: 'storage moves' } }]);
    const second = await app.call(api.alertDocuments.list, { kind: 'Silence', cursor: first.next ?? '' });
    expect(second).toMatchObject({ items: [{ name: 'Storage' }], next: null });
    expect(await app.call(api.alertDocuments.get, { kind: 'Silence', name: 'STORAGE' })).toMatchObject({ usedBy: [] });
    expect(await app.call(api.alertDocuments.remove, { kind: 'Silence', name: 'storage' })).toMatchObject({
      name: 'Storage',
    });
    for (const route of [api.alertDocuments.get, api.alertDocuments.remove])
      await expect(app.call(route, { kind: 'Silence', name: 'storage' })).rejects.toMatchObject({ status: 404 });
  });

  it('keep their text with its comments, also over changes that come without one', async () => {
    const place = { kind: 'Silence' as const, name: 'spoken' };
    const text =
      '# Until the new array is in.\nkind: Silence\nname: spoken\nmatch: job=etl # only this one\nuntil: 2099-01-01T00:00Z\nreason: moves\n';
    const body = { match: 'job=etl', until: '2099-01-01T00:00Z', reason: 'moves' };
    const write = (change: object) => app.call(api.alertDocuments.put, { ...place, body: { ...body, ...change } });
    const kept = async () => (await app.call(api.alertDocuments.get, place)).source;
    await write({});
    expect(await kept()).toBeNull();
    expect(await write({ source: text })).toMatchObject({ change: 'unchanged' });
    expect(await kept()).toBe(text);
    await write({ reason: 'the array is late' });
    expect(await kept()).toBe(text.replace('moves', 'the array is late'));
    // A text that says something else is not shown as the document's.
    await write({ reason: 'over', source: text });
    expect(await kept()).toBeNull();
    const document = { ...place, ...body };
    await app.call(api.jobs.apply, { body: { documents: [document], sources: [text] } });
    expect(await kept()).toBe(text);
  });

  it('are given back as they were written, and not changed over what somebody has not seen', async () => {
    const body = { match: 'env=prod', timezone: 'Europe/Berlin', until: '2099-01-01T00:00', reason: 'moves' };
    const place = { kind: 'Silence' as const, name: 'seen' };
    const write = (expect: string, change: object) =>
      app.call(api.alertDocuments.put, { ...place, expect, body: { ...body, ...change } });
    await expect(write('2026-01-01T00:00:00Z', {})).rejects.toMatchObject({
      status: 409,
      body: { params: { current: 'none' } },
    });
    await write('none', {});
    const { written, updatedAt } = await app.call(api.alertDocuments.get, place);
    expect(written).toEqual({ ...place, ...body });
    await write(updatedAt, { match: ['env=prod'] });
    expect((await app.call(api.alertDocuments.get, place)).written).toMatchObject({ match: ['env=prod'] });
    await write(updatedAt, { reason: 'other' });
    await expect(write(updatedAt, { reason: 'late' })).rejects.toMatchObject({ body: { code: 'conflict' } });
    await expect(write('none', { reason: 'late' })).rejects.toThrow(/expected no such document/);
    expect((await app.call(api.alertDocuments.get, place)).spec).toMatchObject({ reason: 'other' });
    await app.call(api.alertDocuments.remove, place);
  });

  it('are checked as files are', async () => {
    const problems = [{ path: 'until' }];
    await expect(put('Silence', 'x', { ...silence, until: 'soon' })).rejects.toMatchObject({
      status: 400,
      body: { params: { problems } },
    });
  });

  it('stay while something names them, and it is said what', async () => {
    await put('AlertPolicy', 'nightly', { severity: 'high', when: { consecutiveFailures: 3 } });
    const documents = [jobFile('etl', { alerts: ['Nightly'] })];
    await app.call(api.jobs.apply, { body: { documents } });
    const usedBy = [{ kind: 'Job', name: 'etl', path: 'alerts' }];
    const place = { kind: 'AlertPolicy' as const, name: 'NIGHTLY' };
    expect(await app.call(api.alertDocuments.get, place)).toMatchObject({ usedBy });
    await expect(app.call(api.alertDocuments.remove, place)).rejects.toMatchObject({
      body: { code: 'conflict', params: { usedBy }, message: expect.stringContaining('Job "etl" (alerts)') },
    });
  });

  it('stay while a route, a schedule or another channel names them', async () => {
    const smtp = { kind: 'Channel', type: 'smtp', host: 'mail', from: 'a@example.com', to: 'b@example.com' };
    const layer = { people: ['Ann'], start: '2026-01-01T09:00' };
    const documents = [
      { ...smtp, name: 'Email' },
      { ...smtp, name: 'second', fallback: 'email' },
      { kind: 'OnCall', name: 'base', people: { Ann: { email: 'ann@example.com' } }, layers: [layer] },
      { kind: 'Route', name: 'all', to: { high: ['email', { onCall: 'base' }] } },
    ];
    await app.call(api.jobs.apply, { body: { documents } });
    const uses = async (kind: 'Channel' | 'OnCall', name: string) =>
      (await app.call(api.alertDocuments.get, { kind, name })).usedBy.map(
        (use) => `${use.kind} ${use.name} ${use.path}`,
      );
    expect(await uses('Channel', 'EMAIL')).toEqual([
      'Route all to.high',
      'Channel second fallback',
      'OnCall base people.Ann',
    ]);
    expect(await uses('OnCall', 'base')).toEqual(['Route all to.high']);
    expect(await uses('Channel', 'second')).toEqual([]);
  });
});

describe('a preview', () => {
  it('says what a silence would mute now, whether its time has come or not', async () => {
    const { id, number } = await addIncident(app.database, { title: 'etl fails' });
    const facts = { labels: { job: 'etl', env: 'prod' } };
    await addAlert(app.database, { incidentId: id }, { facts });
    await addAlert(app.database, { incidentId: id }, { facts, what: 'b' });
    await addAlert(app.database, {}, { facts: { labels: { job: 'other' } }, what: 'c' });
    const preview = (document: object) =>
      app.call(api.alertDocuments.preview, { body: { document: document as Record<string, unknown> } });
    const document = { kind: 'Silence', name: 'x', ...silence };
    expect(await preview(document)).toEqual({
      inEffect: true,
      incidents: [{ number, title: 'etl fails', state: 'firing', severity: 'medium' }],
      incidentsTotal: 1,
      alerts: 2,
    });
    expect(await preview({ ...document, from: '2098-01-01T00:00Z' })).toMatchObject({ inEffect: false, alerts: 2 });
    const weekly = [{ days: 'mon-sun', from: '00:00', to: '24:00' }];
    const window = { kind: 'MaintenanceWindow', name: 'w', match: 'env=prod', weekly, reason: 'patches' };
    expect(await preview(window)).toMatchObject({ inEffect: true, alerts: 2 });
    await expect(preview({ kind: 'Job' })).rejects.toMatchObject({ status: 400 });
    await expect(preview(jobFile('x'))).rejects.toMatchObject({ status: 400 });
  });
});
