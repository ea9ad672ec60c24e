import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Sealer } from '../shared/sealer.js';
import type { Database } from '../store/database.store.js';
import { ServerSecretStore } from '../store/server-secret.store.js';
import { openDatabase } from '../store/testing/stores.js';
import { SecretCheck } from './secret-check.js';

let test: TestDatabase;
let database: Database;
let folder: string;
beforeEach(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.url);
  folder = mkdtempSync(join(tmpdir(), 'carillon-secrets-'));
});
afterEach(async () => {
  await database.onApplicationShutdown();
  await test.drop();
  rmSync(folder, { recursive: true, force: true });
});

const secretsWith = (key: string) => new ServerSecretStore(database, Sealer.fromFile(join(folder, key)));
const check = (key: string) => new SecretCheck(secretsWith(key), database, () => 0).onApplicationBootstrap();
const signals = async () => (await database.pool.query('SELECT kind, data FROM alert_signal ORDER BY id')).rows;

it('says which secrets another key file has sealed, and nothing while all can be opened', async () => {
  await secretsWith('old.key').put('hook', 'whsec_1', 'test');
  await check('old.key');
  expect(await signals()).toEqual([]);
  await secretsWith('new.key').put('mail', 'password', 'test');
  await check('new.key');
  expect(await signals()).toMatchObject([
    { kind: 'system', data: { part: 'secrets', ok: false, text: expect.stringContaining('server: hook') } },
  ]);
});

it('says that they can be opened again where the alert fires', async () => {
  await secretsWith('old.key').put('hook', 'whsec_1', 'test');
  await database.pool.query(
    `INSERT INTO alert (id, policy, what, state, severity, since, reason) VALUES (gen_random_uuid(), 'system', 'secrets', 'firing', 'medium', now(), '{}')`,
  );
  await check('old.key');
  expect(await signals()).toMatchObject([{ data: { part: 'secrets', ok: true, code: 'secrets_open' } }]);
});
