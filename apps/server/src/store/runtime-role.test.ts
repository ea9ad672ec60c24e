import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApp } from '../bootstrap/run-server.js';
import { testConfig } from '../http/testing/test-app.js';
import { noteChange } from './audit-act.js';
import type { Database } from './database.store.js';
import { MaintenanceStore } from './maintenance.store.js';
import { migrate } from './migrate.js';
import { poolTransaction } from './pool-transaction.js';
import { grantRuntime } from './runtime-role.js';
import { cloneForRuntime } from './testing/runtime-role.js';
import { openDatabase } from './testing/stores.js';

const migrations = resolve(import.meta.dirname, '../../../../prisma/migrations');

let test: Awaited<ReturnType<typeof cloneForRuntime>>;
let owner: Database;
let server: Database;
beforeEach(async () => {
  test = await cloneForRuntime();
  [owner, server] = [openDatabase(test.ownerUrl), openDatabase(test.url)];
});
afterEach(async () => {
  await Promise.all([server.onApplicationShutdown(), owner.onApplicationShutdown()]);
  await test.drop();
});

const addRow = () =>
  poolTransaction(server.pool, async () => noteChange({ kind: 'Host', act: 'labelled', what: 'WIN-01' }));
const count = async () => (await owner.pool.query('SELECT FROM audit_entry')).rowCount;

describe('the role of the server', () => {
  it('adds to the audit and reads it, and Postgres refuses it everything else', async () => {
    await addRow();
    await addRow();
    expect((await server.pool.query('SELECT FROM audit_entry')).rowCount).toBe(2);
    for (const sql of [
      `UPDATE audit_entry SET body = '{}'`,
      'DELETE FROM audit_entry',
      'TRUNCATE audit_entry',
      'TRUNCATE audit_entry CASCADE',
      'ALTER TABLE audit_entry DISABLE TRIGGER ALL',
      'ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_only_added',
      'DROP TRIGGER audit_entry_only_added ON audit_entry',
      'CREATE TRIGGER mine BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_only_added()',
      'CREATE RULE mine AS ON INSERT TO audit_entry DO INSTEAD NOTHING',
      'ALTER TABLE audit_entry RENAME TO gone',
      'ALTER TABLE audit_entry OWNER TO CURRENT_USER',
      'DROP TABLE audit_entry',
      'CREATE OR REPLACE FUNCTION audit_only_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
      'ALTER FUNCTION audit_head() RESET search_path',
      'SET session_replication_role = replica',
      `SELECT drop_partitions('audit_entry', now())`,
      'CREATE TABLE public.mine ()',
      `UPDATE _prisma_migrations SET checksum = ''`,
      `COPY audit_entry TO PROGRAM 'true'`,
    ])
      await expect(server.pool.query(sql), sql).rejects.toMatchObject({
        code: '42501',
        // The triggers, which an owner could switch off, are not even asked.
        message: expect.not.stringContaining('rows are only added'),
      });
    expect(await count()).toBe(2);
    // Says nothing but a warning, and grants nothing.
    await server.pool.query(`GRANT UPDATE ON audit_entry TO ${test.role}`);
    await expect(server.pool.query(`UPDATE audit_entry SET body = '{}'`)).rejects.toThrow('permission denied');
  });

  it('cannot have another table looked at in the place of the audit', async () => {
    await addRow();
    await poolTransaction(server.pool, async (client) => {
      await client.query('CREATE TEMP TABLE audit_entry (LIKE public.audit_entry)');
      const head = await client.query<{ seq: string }>('SELECT seq FROM public.audit_head()');
      expect(head.rows[0]?.seq).toBe('1');
    });
  });

  it('has what the server does while it runs: partitions are made and dropped, the queue makes its tables', async () => {
    const store = new MaintenanceStore(server, {
      ...{ keepRunsDays: 1, keepOutputDays: 1, keepIncidentsDays: 1, keepNoticesDays: 1, keepCommandsDays: 1 },
    });
    await owner.pool.query(`SELECT ensure_partitions(current_date - 30, current_date - 30)`);
    expect(await store.run('partitions')).toMatchObject({ kind: 'done', changed: expect.any(Number) });
    const old = `SELECT to_regclass('run_' || to_char(current_date - 30, 'YYYYMMDD')) AS name`;
    expect((await owner.pool.query(old)).rows).toEqual([{ name: null }]);
    const folder = mkdtempSync(join(tmpdir(), 'carillon-role-'));
    // What a queue of the owner left is made anew.
    await owner.pool.query('CREATE SCHEMA bullmq');
    await grantRuntime(test.url, test.ownerUrl);
    const app = await startApp({ ...testConfig(test.url, folder), pollMs: 1_000 }, false);
    try {
      const url = await app.getUrl();
      await vi.waitFor(
        async () => expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ready' }),
        { timeout: 20_000, interval: 50 },
      );
      const queue = `SELECT FROM pg_tables WHERE schemaname = 'bullmq' AND tableowner = $1`;
      await vi.waitFor(async () => expect((await owner.pool.query(queue, [test.role])).rowCount).toBeGreaterThan(0), {
        timeout: 20_000,
        interval: 50,
      });
    } finally {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('sees that all migrations are applied, and cannot apply any itself', async () => {
    expect(await migrate(test.url, migrations)).toEqual([]);
    await owner.pool.query(
      `DELETE FROM _prisma_migrations WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations)`,
    );
    await expect(migrate(test.url, migrations)).rejects.toThrow('DATABASE_URL_OWNER');
  });

  it('is granted what a later migration brings, and nothing is done when there is nothing to do', async () => {
    await owner.pool.query('CREATE TABLE later (id bigserial)');
    await expect(server.pool.query('SELECT FROM later')).rejects.toMatchObject({ code: '42501' });
    await Promise.all([1, 2, 3].map(() => grantRuntime(test.url, test.ownerUrl)));
    await server.pool.query('INSERT INTO later DEFAULT VALUES');
    const before = await owner.pool.query(`SELECT xmin FROM pg_class WHERE relname = 'later'`);
    await grantRuntime(test.url, test.ownerUrl);
    expect((await owner.pool.query(`SELECT xmin FROM pg_class WHERE relname = 'later'`)).rows).toEqual(before.rows);
  });

  it.each([
    ['a superuser', (name: string) => `ALTER ROLE ${name} SUPERUSER`],
    ['one that writes all tables', (name: string) => `GRANT pg_write_all_data TO ${name} WITH INHERIT TRUE`],
    ['a member of the owner', (name: string) => `GRANT ${new URL(test.ownerUrl).username} TO ${name}`],
  ])('is refused when it is %s', async (_name, sql) => {
    await owner.pool.query(sql(test.role));
    await expect(grantRuntime(test.url, test.ownerUrl)).rejects.toThrow(`role ${test.role} can change the audit`);
  });
});
