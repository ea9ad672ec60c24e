import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchAgainMs } from '@carillon/core/audit/chain-watch';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AlertNudge } from '../queue/alert-nudge.js';
import { noteChange } from '../store/audit-act.js';
import { AuditCheckStore } from '../store/audit-check.store.js';
import type { Database } from '../store/database.store.js';
import { poolTransaction } from '../store/pool-transaction.js';
import { openDatabase } from '../store/testing/stores.js';
import { ChainWatch } from './chain-watch.js';

let test: TestDatabase;
let database: Database;
let folder: string;
let nowMs: number;
beforeEach(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.url);
  folder = mkdtempSync(join(tmpdir(), 'carillon-watch-'));
  nowMs = Date.now();
});
afterEach(async () => {
  await database.onApplicationShutdown();
  await test.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** A server, or the same one after a restart. */
const server = (dataFolder = folder) =>
  new ChainWatch(new AuditCheckStore(database), { nudge: () => undefined } as AlertNudge, () => nowMs, {
    dataFolder,
    pollMs: 600_000,
  });
const add = (count: number) =>
  poolTransaction(database.pool, async () => {
    for (let index = 0; index < count; index += 1) noteChange({ kind: 'Host', act: 'labelled', what: `h-${index}` });
  });
async function settle(watch: ChainWatch): Promise<void> {
  while ((await watch.round()).more);
}
const signals = async () =>
  (await database.pool.query(`SELECT data FROM alert_signal WHERE kind = 'system' ORDER BY id`)).rows.map(
    ({ data }) => `${data.part} ${data.ok ? 'ok' : data.text}`,
  );
/** As the owner of the table can. */
async function behind(sql: string): Promise<void> {
  await database.pool.query('ALTER TABLE audit_entry DISABLE TRIGGER ALL');
  await database.pool.query(sql);
  await database.pool.query('ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_only_added');
}
const end = () => readFileSync(join(folder, 'server', 'audit-end'), 'utf8').split(':')[0];

it('checks what is new, page by page, once for all servers, and keeps the end', async () => {
  await add(1_200);
  await Promise.all([settle(server()), settle(server())]);
  await settle(server());
  expect(end()).toBe('1200');
  await add(1);
  await settle(server());
  expect(end()).toBe('1201');
  expect(await signals()).toEqual([]);
});

it('raises an incident of ours when a new row does not fit, once, and ends it when it fits', async () => {
  await add(3);
  const watch = server();
  await settle(watch);
  await add(3);
  await behind(`UPDATE audit_entry SET body = replace(body, 'h-1', 'h-9') WHERE seq = 5`);
  await settle(watch);
  await settle(watch);
  expect(await signals()).toEqual([expect.stringContaining('audit:chain row 5 of the audit does not fit (changed)')]);
  expect(await new AuditCheckStore(database).problem()).toMatchObject({ seq: 5 });
  expect(end()).toBe('3');
  await behind(`UPDATE audit_entry SET body = replace(body, 'h-9', 'h-1') WHERE seq = 5`);
  await settle(watch);
  expect((await signals()).slice(1)).toEqual(['audit:chain ok']);
  expect(end()).toBe('6');
});

it('finds what is changed later in rows that it has seen', async () => {
  await add(3);
  const watch = server();
  await settle(watch);
  await behind(`UPDATE audit_entry SET body = replace(body, 'h-1', 'h-9') WHERE seq = 2`);
  await settle(watch);
  expect(await signals()).toEqual([]);
  nowMs += watchAgainMs;
  await settle(watch);
  await settle(watch);
  expect(await signals()).toEqual([expect.stringContaining('row 2 of the audit does not fit (changed)')]);
  await behind(`UPDATE audit_entry SET body = replace(body, 'h-9', 'h-1') WHERE seq = 2`);
  nowMs += watchAgainMs;
  await settle(watch);
  expect((await signals()).slice(1)).toEqual(['audit:chain ok']);
});

it.each([
  ['cut off', 'DELETE FROM audit_entry WHERE seq > 3', 'row 5 of the audit does not fit (cut_off)'],
  ['written anew', 'DELETE FROM audit_entry WHERE seq > 3', 'row 5 of the audit does not fit (rewritten)'],
])('sees by what it kept, over a restart, that a chain was %s', async (name, sql, expected) => {
  await add(5);
  await settle(server());
  await behind(`${sql}; DELETE FROM audit_check`);
  await database.pool.query('ALTER TABLE audit_entry ENABLE TRIGGER ALL');
  if (name === 'written anew') await add(4);
  // A server without the file believes it.
  await settle(server(mkdtempSync(join(folder, 'other-'))));
  expect(await signals()).toEqual([]);
  await settle(server());
  expect(await signals()).toEqual([expect.stringContaining(expected)]);
  // One that has always looked, and never knew that row.
  const other = server(mkdtempSync(join(folder, 'other-')));
  Object.assign(other, { isAccepted: false });
  await settle(other);
  expect(await signals()).toHaveLength(1);
  // Whoever restored a backup takes the file away.
  rmSync(join(folder, 'server', 'audit-end'));
  await settle(server());
  expect((await signals()).slice(1)).toEqual(['audit:chain ok']);
});
