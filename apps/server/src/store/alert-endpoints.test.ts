import { limits } from '@carillon/contract/limits';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from './database.store.js';
import { MaintenanceStore } from './maintenance.store.js';
import { addAlert } from './testing/incidents.js';
import { openDatabase } from './testing/stores.js';

let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.url);
});
afterAll(async () => {
  await database.onApplicationShutdown();
  await test.drop();
});

const sql = (text: string, ...values: unknown[]) => database.pool.query(text, values);
const closed = { recent: [], openUntilMs: null, openMs: 0, failingSinceMs: null };
const open = { ...closed, openUntilMs: Date.now() - 1_000, openMs: 30_000 };

/** A minute's audit, and what it signalled; its alerts fire, or are over. */
async function look(): Promise<string[]> {
  await new MaintenanceStore(database, limits).run('alerts.audit');
  const { rows } = await sql(`DELETE FROM alert_signal RETURNING data`);
  for (const { data } of rows) {
    if (data.ok) await sql(`UPDATE alert SET state = 'resolved' WHERE what = $1`, data.part);
    else await addAlert(database, {}, { policy: 'system', what: data.part });
  }
  await sql(`UPDATE alert SET fired_at = now()`);
  return rows.map(({ data }) => `${data.part} ${data.ok ? 'ok' : data.code}: ${data.text}`).sort();
}

const subscription = (name: string, enabled: boolean) =>
  sql(
    `INSERT INTO subscription (id, name, name_key, url, events, match, signing, allow_private_addresses, enabled, breaker, author, created_at, updated_at)
     VALUES (gen_random_uuid(), $1, lower($1), 'http://x', '{}', '{}', '{}', false, $2, $3, 'test', now(), now())`,
    name,
    enabled,
    JSON.stringify(closed),
  );

it('a subscription that stopped and an endpoint that does not work are told once, and again when they are well', async () => {
  await subscription('Desk', true);
  await subscription('Off', false);
  for (const name of ['Chat', 'Mail', 'Unused'])
    await sql(`INSERT INTO alert_document (kind, name_key, name, spec) VALUES ('Channel', lower($1), $1, $2)`, name, {
      enabled: name !== 'Unused',
    });
  for (const channel of ['chat', 'mail', 'unused', 'carillon:self-watch'])
    await sql('INSERT INTO channel_state (channel, breaker) VALUES ($1, $2)', channel, JSON.stringify(closed));
  expect(await look()).toEqual([]);

  await sql(`UPDATE subscription SET stopped = '{"code":"gone","text":"HTTP 410"}'`);
  await sql('UPDATE channel_state SET breaker = $1', JSON.stringify(open));
  await sql(
    `UPDATE channel_state SET disabled = '{"code":"gone","text":"the webhook was deleted"}' WHERE channel = 'mail'`,
  );
  expect(await look()).toEqual([
    'endpoint:chat breaker_open: the address of channel Chat does not take what is sent; it is tried again later',
    'endpoint:mail channel_stopped: channel Mail sends nothing any more: the webhook was deleted',
    'subscription:desk subscription_stopped: subscription Desk is told nothing any more: HTTP 410',
  ]);
  expect(await look()).toEqual([]);

  await sql(`UPDATE subscription SET stopped = NULL`);
  await sql('UPDATE channel_state SET breaker = $1, disabled = NULL', JSON.stringify(closed));
  expect((await look()).map((line) => line.split(':').slice(0, 2).join(':'))).toEqual([
    'endpoint:chat ok',
    'endpoint:mail ok',
    'subscription:desk ok',
  ]);
  expect(await look()).toEqual([]);
});

it('one whose breaker is open is well when it is gone', async () => {
  await sql(`UPDATE subscription SET breaker = $1 WHERE name = 'Desk'`, JSON.stringify(open));
  expect(await look()).toEqual([
    expect.stringContaining('subscription:desk breaker_open: the address of subscription Desk'),
  ]);
  await sql('DELETE FROM subscription');
  expect(await look()).toEqual([expect.stringContaining('subscription:desk ok')]);
});
