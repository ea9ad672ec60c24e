import { api } from '@carillon/contract/http/api';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { logDecisions } from '../../store/alert-log.js';
import { addAlert, addIncident, addNotice } from '../../store/testing/incidents.js';
import { addJobAndHost } from '../../store/testing/runs.js';
import { IncidentsModule } from './incidents.module.js';

let database: TestDatabase;
let app: TestApp;
beforeAll(async () => {
  database = await cloneDatabase();
  app = await startTestApp(database.url, { modules: [IncidentsModule] });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const titles = (page: { items: { title: string }[] }) => page.items.map(({ title }) => title);

describe('the list of incidents', () => {
  it('is newest first, or what needs a person first, and pages either way', async () => {
    const add = (title: string, changes: object) =>
      addIncident(app.database, { title, labels: { set: 'order' }, ...changes });
    await add('resolved', { state: 'resolved', severity: 'high' });
    await add('acked', { state: 'acked', severity: 'high' });
    await add('mild', { severity: 'low' });
    await add('muted', { severity: 'high', muted: { code: 'silence', text: 'silence x' } });
    await add('severe', { severity: 'high' });
    await add('recovering', { state: 'recovering', severity: 'high' });
    const label = 'set=order';
    expect(titles(await app.call(api.incidents.list, { label }))).toEqual([
      ...['recovering', 'severe', 'muted', 'mild', 'acked', 'resolved'],
    ]);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await app.call(api.incidents.list, {
        label,
        attention: 'true',
        limit: 2,
        ...(cursor ? { cursor } : {}),
      });
      seen.push(...titles(page));
      cursor = page.next ?? undefined;
    } while (cursor);
    expect(seen).toEqual(['severe', 'mild', 'acked', 'muted', 'recovering']);
    const second = await app.call(api.incidents.list, { label, limit: 5 });
    expect(titles(await app.call(api.incidents.list, { label, cursor: second.next ?? '' }))).toEqual(['resolved']);
    expect(await app.call(api.incidents.counts, {})).toMatchObject({
      open: 5,
      waiting: 2,
      bySeverity: { low: 1, high: 4 },
    });
  });

  it('is filtered by state, severity, job, host, label, time and words of the title', async () => {
    const { jobId, hostId } = await addJobAndHost(app.database, { job: 'Etl', host: 'DB-07' });
    const own = await addIncident(app.database, { title: 'own', jobId, labels: { env: 'prod' }, openedAtMs: 0 });
    const group = await addIncident(app.database, { title: 'group', severity: 'high', state: 'acked' });
    await addAlert(app.database, { incidentId: group.id, jobId, hostId });
    const list = async (filter: object) => titles(await app.call(api.incidents.list, filter));
    expect(await list({ job: 'ETL' })).toEqual(['group', 'own']);
    expect(await list({ host: 'db-07' })).toEqual(['group']);
    expect(await list({ job: 'etl', state: 'acked', severity: 'high' })).toEqual(['group']);
    expect(await list({ label: 'env=prod' })).toEqual(['own']);
    expect(await list({ job: 'etl', since: '2020-01-01T00:00:00Z' })).toEqual(['group']);
    expect(await list({ job: 'nobody' })).toEqual([]);
    expect(await list({ search: 'GROU' })).toEqual(['group']);
    expect(await list({ search: 'g%p' })).toEqual([]);
    expect(await list({ search: `#${own.number}` })).toEqual(['own']);
    for (const filter of [{ label: 'prod' }, { cursor: 'x' }, { cursor: Buffer.from('v1:a').toString('base64url') }])
      await expect(app.call(api.incidents.list, filter)).rejects.toMatchObject({ status: 400 });
    expect(own.number).toBeLessThan(group.number);
  });
});

describe('one incident', () => {
  it('is shown with its alerts, notices and every decision in order', async () => {
    const { jobId, hostId } = await addJobAndHost(app.database, { job: 'nightly', host: 'web-01' });
    const steps = [{ waitMs: 0, targets: [{ channel: 'email', recipient: null }] }];
    const escalation = { route: 'default', steps, next: 1, repeatEveryMs: null, repeatsLeft: 0 };
    const reason = { code: 'consecutive_failures', text: '3 runs failed in a row', figures: { failures: 3 } };
    const about = { subject: 'nightly', reason };
    const { id, number } = await addIncident(app.database, {
      jobId,
      escalation,
      spread: { firing: 1, total: 2, byExitCode: { 3: 2 } },
      data: { about },
    });
    const facts = { policyName: 'Nightly-Backups', runbook: 'https://wiki/etl' };
    await addAlert(app.database, { incidentId: id, jobId, hostId }, { state: 'resolved', what: 'old' });
    const alertId = await addAlert(app.database, { incidentId: id, jobId, hostId }, { facts });
    const outcome = { code: 'accepted', text: '250 OK' };
    const noticeId = await addNotice(app.database, id, { outcome, recipient: 'ops@example.com' });
    const entry = (code: string, more = {}) => ({
      incidentId: id,
      at: new Date(),
      stage: 'evaluate' as const,
      reason: { code, text: code },
      ...more,
    });
    const client = await app.database.pool.connect();
    await logDecisions(client, [
      entry('fired', { alertId, reason: { code: 'fired', text: 'it fires', figures: { failures: 3 } } }),
      entry('sent', { noticeId, stage: 'deliver' }),
      entry('noted', { actor: 'Ann', stage: 'person' }),
    ]);
    client.release();
    expect(await app.call(api.incidents.get, { number })).toMatchObject({
      ...{ number, job: 'nightly', state: 'firing', runbook: 'https://wiki/etl', escalation, about },
      spread: { firing: 1, byExitCode: { 3: 2 } },
      alerts: [
        { id: alertId, policy: 'Nightly-Backups', host: 'web-01', state: 'firing', incident: number },
        { what: 'old', state: 'resolved' },
      ],
      notices: [{ id: noticeId, channel: 'email', recipient: 'ops@example.com', state: 'sent', outcome }],
    });
    const first = await app.call(api.incidents.log, { number, limit: 2 });
    expect(first.items).toMatchObject([
      { stage: 'evaluate', code: 'fired', alertId, figures: { failures: 3 } },
      { stage: 'deliver', code: 'sent', noticeId },
    ]);
    const second = await app.call(api.incidents.log, { number, cursor: first.next ?? '' });
    expect(second).toMatchObject({ items: [{ code: 'noted', actor: 'Ann' }], next: null });
    const alerts = (filter: object) => app.call(api.incidents.alerts, filter).then(({ items }) => items.length);
    expect(await alerts({ host: 'WEB-01' })).toBe(1);
    expect(await alerts({ incident: number })).toBe(2);
    expect(await alerts({ job: 'nightly', state: 'resolved' })).toBe(1);
    expect(await alerts({ policy: 'other' })).toBe(0);
  });

  it('that does not exist is named', async () => {
    const unknown = { status: 404, body: { code: 'not_found', params: { kind: 'incident', name: '987654' } } };
    await expect(app.call(api.incidents.get, { number: 987_654 })).rejects.toMatchObject(unknown);
    await expect(app.call(api.incidents.log, { number: 987_654 })).rejects.toMatchObject(unknown);
    await expect(app.call(api.incidents.get, { number: 'x' as unknown as number })).rejects.toMatchObject({
      status: 400,
    });
  });
});

describe('what a person does about an incident', () => {
  it('is done, and stands in its log with who did it', async () => {
    const { number, id } = await addIncident(app.database);
    // It still fires, so nothing is over by itself.
    await addAlert(app.database, { incidentId: id, jobId: null, hostId: null }, {});
    expect(await app.call(api.incidents.acknowledge, { number, body: { note: 'on it' } })).toMatchObject({
      state: 'acked',
      acknowledgedBy: 'admin',
    });
    expect(await app.call(api.incidents.assign, { number, body: { assignee: 'Ann' } })).toMatchObject({
      assignee: 'Ann',
    });
    await app.call(api.incidents.note, { number, body: { text: 'disk replaced' } });
    const again = await app.call(api.incidents.unacknowledge, { number, body: {} });
    expect(again).toMatchObject({ state: 'firing', acknowledgedBy: null });
    await expect(app.call(api.incidents.resolve, { number, body: {} })).rejects.toMatchObject({
      body: { code: 'conflict', params: { code: 'comment_required' } },
    });
    const resolved = await app.call(api.incidents.resolve, { number, body: { note: 'a new disk' } });
    expect(resolved).toMatchObject({ state: 'resolved', muted: { code: 'closed_by_hand' } });
    const { items } = await app.call(api.incidents.log, { number });
    const people = items.filter(({ stage }) => stage === 'person');
    expect(people.map(({ code, actor }) => [code, actor])).toEqual([
      ['acknowledged', 'admin'],
      ['note', 'admin'],
      ['assigned', 'admin'],
      ['note', 'admin'],
      ['unacknowledged', 'admin'],
      ['resolved_by_hand', 'admin'],
    ]);
    expect(people[3]?.text).toBe('disk replaced');
  });

  it('that its state has no place for is refused', async () => {
    const { number } = await addIncident(app.database, { state: 'resolved' });
    const conflict = { body: { code: 'conflict' } };
    await expect(app.call(api.incidents.acknowledge, { number, body: {} })).rejects.toMatchObject(conflict);
    await expect(app.call(api.incidents.unacknowledge, { number, body: {} })).rejects.toMatchObject(conflict);
    await expect(app.call(api.incidents.note, { number: 987_654, body: { text: 'x' } })).rejects.toMatchObject({
      status: 404,
    });
  });
});
