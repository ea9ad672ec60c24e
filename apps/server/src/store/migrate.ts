import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

/** Prisma's own advisory lock, so that `prisma migrate` and servers never work at once. */
export const migrateLock = 72_707_369;

/**
 * Brings the database to the newest migration, creating it when it does not exist. Keeps Prisma's own table
 * (`_prisma_migrations`, same checksums), so that its command line agrees with us.
 * @param folder holds one folder per migration, each with `migration.sql`
 * @returns names of the migrations that were applied now
 * @throws Error when a migration failed before and was not resolved, or fails now
 */
export async function migrate(databaseUrl: string, folder: string): Promise<string[]> {
  const client = await connectOrCreate(databaseUrl);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [migrateLock]);
    // A role that may make no tables sees nevertheless that there is nothing to do.
    const { rows } = await client.query<{ made: boolean }>(
      `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS made`,
    );
    if (!rows[0]?.made)
      await client.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
      logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`);
    return await applyMissing(client, folder);
  } finally {
    await client.end();
  }
}

async function applyMissing(client: pg.Client, folder: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string; finished: Date | null }>(
    'SELECT migration_name AS name, finished_at AS finished FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  const broken = rows.find((row) => row.finished === null);
  if (broken)
    throw new Error(
      `migration ${broken.name} failed earlier: mend the database, then mark it with \`prisma migrate resolve\``,
    );
  const known = new Set(rows.map((row) => row.name));
  const applied: string[] = [];
  for (const name of migrationsIn(folder)) {
    if (known.has(name)) continue;
    await applyOne(client, name, readFileSync(join(folder, name, 'migration.sql')));
    applied.push(name);
  }
  return applied;
}

function migrationsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'migration.sql')))
    .sort();
}

async function applyOne(client: pg.Client, name: string, sql: Buffer): Promise<void> {
  const { rows } = await client.query<{ may: boolean }>(
    `SELECT has_table_privilege('_prisma_migrations', 'INSERT') AS may`,
  );
  if (!rows[0]?.may)
    throw new Error(
      `migration ${name} is to be applied, and this role may not: expected DATABASE_URL_OWNER with the owner of the tables`,
    );
  const id = randomUUID();
  const checksum = createHash('sha256').update(sql).digest('hex');
  await client.query('INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)', [
    id,
    checksum,
    name,
  ]);
  try {
    await client.query(sql.toString('utf8'));
  } catch (error) {
    await client.query('UPDATE _prisma_migrations SET logs = $2 WHERE id = $1', [id, String(error)]);
    throw error;
  }
  await client.query('UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = $1', [id]);
}

/** A connection to the database, which is created when it does not exist. */
export async function connectOrCreate(databaseUrl: string): Promise<pg.Client> {
  const client = newClient(databaseUrl);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    if ((error as { code?: string }).code !== '3D000') throw error;
  }
  await createDatabase(databaseUrl);
  const created = newClient(databaseUrl);
  await created.connect();
  return created;
}

/** Its queries fail when the connection breaks; the event that says so too must not end the process. */
export function newClient(databaseUrl: string): pg.Client {
  const client = new pg.Client(databaseUrl);
  client.on('error', () => undefined);
  return client;
}

async function createDatabase(databaseUrl: string): Promise<void> {
  const at = new URL(databaseUrl);
  const name = decodeURIComponent(at.pathname.slice(1));
  at.pathname = '/postgres';
  const client = newClient(at.href);
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } catch (error) {
    // Another server was faster: it exists (42P04), or appeared while we made it (23505 on the catalog's index).
    const { code = '' } = error as { code?: string };
    if (!['42P04', '23505'].includes(code)) throw error;
  } finally {
    await client.end();
  }
}
