import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as states from '@carillon/core/state/states';
import { cloneDatabase, emptyDatabase } from '@carillon/testkit/database';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { migrate } from '../src/store/migrate.js';

const repository = resolve(import.meta.dirname, '../../..');
const folder = join(repository, 'prisma/migrations');
const drops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const drop of drops.splice(0)) await drop();
});

async function query<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('migrate', () => {
  it('creates the database, applies every migration once and agrees when two start together', async () => {
    const database = await emptyDatabase();
    drops.push(database.drop);
    const [first, second] = await Promise.all([migrate(database.url, folder), migrate(database.url, folder)]);
    const all = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect([...first, ...second]).toEqual(all.map(({ name }) => name).sort());
    expect(await migrate(database.url, folder)).toEqual([]);
  });

  it('refuses to go on after a migration that failed', async () => {
    const database = await cloneDatabase();
    drops.push(database.drop);
    await query(database.url, 'UPDATE _prisma_migrations SET finished_at = NULL');
    await expect(migrate(database.url, folder)).rejects.toThrow('20261123000000_init failed earlier');
  });
});

describe('schema', () => {
  it('is what the migrations make', async () => {
    const database = await cloneDatabase();
    drops.push(database.drop);
    const args = [
      'migrate',
      'diff',
      '--from-migrations',
      '../../prisma/migrations',
      '--to-schema',
      '../../prisma/schema.prisma',
      '--exit-code',
    ];
    const result = spawnSync(process.execPath, [join(repository, 'tools/prisma/prisma.mjs'), ...args], {
      env: { ...process.env, DATABASE_URL: database.url },
      encoding: 'utf8',
    });
    expect(result.stdout + result.stderr).toContain('No difference detected');
    expect(result.status).toBe(0);
  });

  it('has exactly the states of core', async () => {
    const database = await cloneDatabase();
    drops.push(database.drop);
    const rows = await query<{ name: string; labels: string[] }>(
      database.url,
      'SELECT t.typname AS name, array_agg(e.enumlabel::text ORDER BY e.enumsortorder) AS labels FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY 1',
    );
    expect(Object.fromEntries(rows.map((row) => [row.name, row.labels]))).toEqual({
      host_state: [...states.hostStates],
      assignment_state: [...states.assignmentStates],
      drift_kind: [...states.driftKinds],
      spool_loss_reason: [...states.spoolLossReasons],
      task_change_state: [...states.taskChangeStates],
      run_state: [...states.runStates],
      run_trigger: [...states.runTriggers],
      command_kind: [...states.commandKinds],
      command_state: [...states.commandStates],
    });
  });

  it('never changes a job version', async () => {
    const database = await cloneDatabase();
    drops.push(database.drop);
    await query(
      database.url,
      `
      INSERT INTO job (id, name, name_key, current_version) VALUES ('01890000-0000-7000-8000-000000000001', 'a', 'a', 1);
      INSERT INTO job_version (job_id, version, spec, spec_hash, manifest, manifest_hash, signature, author)
      VALUES ('01890000-0000-7000-8000-000000000001', 1, '{}', '', '', '', '', 'x')`,
    );
    await expect(query(database.url, "UPDATE job_version SET author = 'y'")).rejects.toThrow(
      'job_version is immutable',
    );
  });

  it('makes daily partitions that hold the rows of their day', async () => {
    const database = await cloneDatabase();
    drops.push(database.drop);
    await query(database.url, 'SELECT ensure_partitions(current_date - 1, current_date + 1)');
    await query(
      database.url,
      `INSERT INTO run (id, job_id, job_version, host_id, state, trigger, started_at)
      SELECT uuid_at(now()), uuid_at(now()), 1, uuid_at(now()), 'running', 'schedule', now()`,
    );
    const rows = await query<{ partition: string }>(
      database.url,
      'SELECT tableoid::regclass::text AS partition FROM run',
    );
    expect(rows[0]?.partition).toMatch(/^run_\d{8}$/);
    expect(await query(database.url, 'SELECT ensure_partitions(current_date - 1, current_date + 1) AS made')).toEqual([
      { made: 0 },
    ]);
  });
});
