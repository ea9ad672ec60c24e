import { randomUUID } from 'node:crypto';
import { limits } from '@carillon/contract/limits';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from './database.store.js';
import { MaintenanceStore } from './maintenance.store.js';
import { addAlert, addIncident, addNotice } from './testing/incidents.js';
import { openDatabase } from './testing/stores.js';

const dayMs = 86_400_000;
let test: TestDatabase;
let database: Database;
let keep: MaintenanceStore;
beforeEach(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.url);
  keep = new MaintenanceStore(database, { ...limits, keepIncidentsDays: 30, keepNoticesDays: 10 });
});
afterEach(async () => {
  await database.onApplicationShutdown();
  await test.drop();
});

const count = async (from: string, values: unknown[] = []) =>
  (await database.pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`, values)).rows[0]?.n;
const numbers = async () =>
  (await database.pool.query<{ title: string }>('SELECT title FROM incident ORDER BY number')).rows.map(
    (row) => row.title,
  );

/** One that was resolved so many days ago, with something of each kind that belongs to it. */
async function old(title: string, daysAgo: number, state = 'resolved') {
  const { id } = await addIncident(database, { title, state, openedAtMs: Date.now() - daysAgo * dayMs });
  const alertId = await addAlert(
    database,
    { incidentId: id },
    { what: title, state: state === 'resolved' ? 'resolved' : 'firing' },
  );
  const noticeId = await addNotice(database, id);
  await database.pool.query(
    `INSERT INTO alert_log (incident_id, alert_id, stage, code, text) VALUES ($1, $2, 'group', 'opened', 'x')`,
    [id, alertId],
  );
  await database.pool.query(
    `INSERT INTO incident_link (id, incident_id, system, key, url, author, created_at, updated_at)
     VALUES ($1, $2, 'helpdesk', 'HD-1', 'https://helpdesk.example', 'test', now(), now())`,
    [randomUUID(), id],
  );
  await addTicket(id, null);
  await age(noticeId, daysAgo);
  return { id, alertId, noticeId };
}

async function addTicket(incidentId: string, dueAt: Date | null): Promise<void> {
  await database.pool.query(
    `INSERT INTO ticket_link (id, incident_id, integration, generation, key, link, due_at, created_at, updated_at)
     VALUES ($1::uuid, $2, 'ops', (SELECT count(*) FROM ticket_link), $1::text, '{}', $3, now(), now())`,
    [randomUUID(), incidentId, dueAt],
  );
}

const age = (noticeId: string, daysAgo: number) =>
  database.pool.query('UPDATE notice SET created_at = $2 WHERE id = $1', [
    noticeId,
    new Date(Date.now() - daysAgo * dayMs),
  ]);

describe('incidents that are older than is kept', () => {
  it('go with all that belongs to them, and nothing of others goes', async () => {
    await old('young', 29);
    const { id } = await old('old', 31);
    await old('open', 400, 'firing');
    expect(await keep.run('alerts.prune')).toMatchObject({ kind: 'done' });
    expect(await numbers()).toEqual(['young', 'open']);
    for (const table of ['alert', 'alert_log', 'notice', 'ticket_link', 'incident_link'])
      expect([table, await count(`${table} WHERE incident_id = $1`, [id])]).toEqual([table, 0]);
    for (const table of ['alert', 'alert_log', 'ticket_link', 'incident_link'])
      expect([table, await count(table)]).toEqual([table, 2]);
    expect(await keep.run('alerts.prune')).toEqual({ kind: 'done', changed: 0 });
  });

  it('stay while something fires or waits in them', async () => {
    await database.pool.query(
      `INSERT INTO alert_document (kind, name_key, name, spec) VALUES ('Channel', 'ops', 'ops', '{}')`,
    );
    const closed = await old('closed by hand', 99);
    await database.pool.query(`UPDATE alert SET state = 'firing' WHERE id = $1`, [closed.alertId]);
    const waiting = await old('notice waits', 99);
    await database.pool.query('UPDATE notice SET next_at = now(), state = $2 WHERE id = $1', [
      waiting.noticeId,
      'failed',
    ]);
    await addTicket((await old('ticket waits', 99)).id, new Date());
    const head = await old('storm', 99);
    const member = await old('of the storm', 1, 'firing');
    await database.pool.query('UPDATE incident SET data = $2 WHERE id = $1', [
      member.id,
      { storm: { id: head.id, number: 1 } },
    ]);
    await keep.run('alerts.prune');
    expect(await numbers()).toEqual(['closed by hand', 'notice waits', 'ticket waits', 'storm', 'of the storm']);
    // Nobody will ever see to the ticket of a channel that is gone.
    await database.pool.query('DELETE FROM alert_document');
    await keep.run('alerts.prune');
    expect(await numbers()).not.toContain('ticket waits');
  });
});

describe('notices that are older than is kept', () => {
  it('go when they are over; those that wait, for a try or for a person, stay', async () => {
    const [{ id: resolved }, { id: open }] = [
      await addIncident(database, { state: 'resolved' }),
      await addIncident(database),
    ];
    const made = async (incidentId: string | null, state: string, daysAgo: number, waits = false) => {
      const id = await addNotice(database, incidentId, { state });
      await age(id, daysAgo);
      if (waits) await database.pool.query('UPDATE notice SET next_at = now() WHERE id = $1', [id]);
      return id;
    };
    const gone = [await made(resolved, 'sent', 11), await made(null, 'cancelled', 11), await made(null, 'dead', 31)];
    const kept = [
      await made(resolved, 'sent', 9),
      await made(resolved, 'dead', 29),
      await made(resolved, 'failed', 11, true),
      await made(null, 'queued', 99, true),
      await made(open, 'sent', 99),
    ];
    await keep.run('alerts.prune');
    expect(await count('notice WHERE id = ANY($1)', [gone])).toBe(0);
    expect(await count('notice WHERE id = ANY($1)', [kept])).toBe(kept.length);
  });
});

describe('what belongs to no incident', () => {
  it('goes, unless its alert is not over', async () => {
    const log = (alertId: string | null) =>
      database.pool.query(
        `INSERT INTO alert_log (alert_id, at, stage, code, text) VALUES ($1, now() - interval '11 days', 'evaluate', 'x', 'x')`,
        [alertId],
      );
    const pending = await addAlert(database, {}, { state: 'pending', what: 'a' });
    const over = await addAlert(database, {}, { state: 'resolved', what: 'b' });
    await database.pool.query(`UPDATE alert SET resolved_at = now() - interval '11 days' WHERE id = $1`, [over]);
    for (const id of [pending, over, null]) await log(id);
    await keep.run('alerts.prune');
    expect(await count('alert')).toBe(1);
    expect(await count('alert_log')).toBe(1);
  });
});

it('remembers webhooks of ticket systems for a week', async () => {
  const came = (delivery: string, daysAgo: number) =>
    database.pool.query('INSERT INTO ticket_delivery (integration, delivery, received_at) VALUES ($1, $2, $3)', [
      'ops',
      delivery,
      new Date(Date.now() - daysAgo * dayMs),
    ]);
  await came('old', 8);
  await came('young', 6);
  await keep.run('events.prune');
  expect(await count('ticket_delivery')).toBe(1);
  expect(await count(`ticket_delivery WHERE delivery = 'young'`)).toBe(1);
});
