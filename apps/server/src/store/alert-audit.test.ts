import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type AuditFindings, auditAlerts, auditTurn } from './alert-audit.js';
import type { Database } from './database.store.js';
import { poolTransaction } from './pool-transaction.js';
import { addAlert, addIncident, addNotice } from './testing/incidents.js';
import { openDatabase } from './testing/stores.js';

let test: TestDatabase;
let database: Database;
const nowMs = Date.now();
const minute = 60_000;
const escalation = (next: number, repeatsLeft: number) => ({
  route: 'r',
  steps: [{ waitMs: 0, targets: [] }],
  next,
  repeatEveryMs: 60_000,
  repeatsLeft,
});

beforeEach(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.url);
});
afterEach(async () => {
  await database.onApplicationShutdown();
  await test.drop();
});

const none: AuditFindings = { late: 0, forgotten: 0, loose: 0, untried: 0 };
const look = (atMs = nowMs) => auditAlerts(database.pool, atMs);
const turn = (atMs = nowMs) => poolTransaction(database.pool, (client) => auditTurn(client, atMs));
const signals = async () =>
  (await database.pool.query(`DELETE FROM alert_signal RETURNING data`)).rows.map(
    ({ data }) => `${data.part} ${data.ok}`,
  );

it('finds nothing where each incident has a next time or a reason to have none', async () => {
  await addIncident(database, { escalation: escalation(1, 0) });
  await addIncident(database, { state: 'resolved', escalation: escalation(0, 5) });
  await addIncident(database, { state: 'acked', acknowledgedBy: 'anna', escalation: escalation(0, 5) });
  await addIncident(database, { muted: { code: 'storm', text: 'told by 1' }, escalation: escalation(0, 5) });
  await addIncident(database, {});
  const { id } = await addIncident(database, { escalation: escalation(0, 5) });
  await database.pool.query('UPDATE incident SET wake_at = $2 WHERE id = $1', [id, new Date(nowMs - 4 * minute)]);
  await addAlert(database, { incidentId: id });
  await addNotice(database, id, { state: 'sent' });
  expect(await look()).toEqual(none);
  expect(await turn()).toBe(0);
  // Nobody came.
  expect(await look(nowMs + 2 * minute)).toEqual({ ...none, late: 1 });
});

it('finds what nothing would ever look at again', async () => {
  await addIncident(database, { escalation: escalation(0, 0) });
  await addIncident(database, { escalation: escalation(1, 1) });
  await addIncident(database, { muted: { code: 'silence', text: 's' } });
  await addAlert(database, {});
  const notice = await addNotice(database, null, { state: 'queued', attempts: 0 });
  await database.pool.query('UPDATE notice SET next_at = $2 WHERE id = $1', [notice, new Date(nowMs)]);
  expect(await look()).toEqual({ ...none, forgotten: 3 });
  expect(await look(nowMs + 6 * minute)).toEqual({ late: 0, forgotten: 3, loose: 1, untried: 1 });
});

it('tells once that a promise is broken, and once that it is kept again', async () => {
  const { id } = await addIncident(database, { escalation: escalation(0, 0) });
  await turn();
  expect(await signals()).toEqual(['audit:forgotten false']);
  const alert = await addAlert(database, { incidentId: id }, { policy: 'system', what: 'audit:forgotten' });
  expect(await turn()).toBe(0);
  await database.pool.query(`UPDATE incident SET state = 'resolved' WHERE id = $1`, [id]);
  await turn();
  expect(await signals()).toEqual(['audit:forgotten true']);
  await database.pool.query(`UPDATE alert SET state = 'resolved' WHERE id = $1`, [alert]);
  expect(await turn()).toBe(0);
});
