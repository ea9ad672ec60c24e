import pg from 'pg';
import { migrateLock, newClient } from './migrate.js';

/** Of the queue, where there is no Redis. BullMQ makes it and everything in it, and so has to own it. */
const queueSchema = 'bullmq';
/** Tables to which rows are only added, or that only migrations write; all others are read and written. */
const addedOnly = 'audit_entry';
const migrationsOnly = '_prisma_migrations';

/**
 * Lets the server work as a role that owns nothing: it reads and writes all tables, and to the audit it only adds. Makes
 * the role when it does not exist and the owner may make some. To be called after the migrations; changes nothing when
 * all is as it should be.
 * @param databaseUrl of the server, as that role
 * @param ownerUrl of the same database, as the owner of its tables
 * @throws Error when the role could change the audit nevertheless
 */
export async function grantRuntime(databaseUrl: string, ownerUrl: string): Promise<void> {
  const { username, password } = new URL(databaseUrl);
  const role = decodeURIComponent(username);
  const client = newClient(ownerUrl);
  await client.connect();
  try {
    await client.query('BEGIN');
    // One server after the other, and none while another one migrates.
    await client.query('SELECT pg_advisory_xact_lock($1)', [migrateLock]);
    if (!(await exists(client, role))) await makeRole(client, role, decodeURIComponent(password));
    if (await isDue(client, role)) await grant(client, role);
    await requireHarmless(client, role);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

async function exists(client: pg.Client, role: string): Promise<boolean> {
  return (await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role])).rowCount === 1;
}

async function makeRole(client: pg.Client, role: string, password: string): Promise<void> {
  const name = pg.escapeIdentifier(role);
  try {
    await client.query('SAVEPOINT made');
    await client.query(`CREATE ROLE ${name} LOGIN NOINHERIT PASSWORD ${pg.escapeLiteral(password)}`);
  } catch (error) {
    // Roles are of all databases together: a server of another one was faster (42710, or 23505 on the catalog's index).
    const { code = '' } = error as { code?: string };
    if (!['42710', '23505'].includes(code)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT made');
  }
}

/** Partitions that were made since are reached by their tables. */
async function isDue(client: pg.Client, role: string): Promise<boolean> {
  const { rows } = await client.query<{ due: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
         AND (NOT c.relispartition OR c.relname ~ '_default$') AND NOT has_table_privilege($1, c.oid, 'SELECT'))
       OR EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace 
         AND CASE c.relkind WHEN 'S' THEN NOT has_sequence_privilege($1, c.oid, 'USAGE') ELSE false END)
       OR EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
         AND NOT has_function_privilege($1, p.oid, 'EXECUTE'))
       OR EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = $2 AND n.nspowner <> (SELECT oid FROM pg_roles WHERE rolname = $1))
       OR has_table_privilege($1, $3, 'UPDATE, DELETE, TRUNCATE') OR NOT has_database_privilege($1, current_database(), 'CREATE') AS due`,
    [role, queueSchema, addedOnly],
  );
  return rows[0]?.due === true;
}

async function grant(client: pg.Client, role: string): Promise<void> {
  const to = pg.escapeIdentifier(role);
  const { rows } = await client.query<{ database: string; foreign: boolean }>(
    `SELECT current_database() AS database, EXISTS (SELECT FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner
       WHERE n.nspname = $1 AND r.rolname <> $2) AS foreign`,
    [queueSchema, role],
  );
  const database = pg.escapeIdentifier(rows[0]?.database ?? '');
  // Holds nothing but turns of maintenance, which are put in again.
  if (rows[0]?.foreign) await client.query(`DROP SCHEMA ${queueSchema} CASCADE`);
  for (const sql of [
    `GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${database} TO ${to}`,
    `GRANT USAGE ON SCHEMA public TO ${to}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${to}`,
    `REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON ${addedOnly} FROM ${to}`,
    `REVOKE INSERT, UPDATE, DELETE ON ${migrationsOnly} FROM ${to}`,
    `GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO ${to}`,
    `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO ${to}`,
  ])
    await client.query(sql);
}

/** What it was granted elsewhere counts too. */
async function requireHarmless(client: pg.Client, role: string): Promise<void> {
  const { rows } = await client.query<{ harmful: boolean }>(
    `SELECT r.rolsuper OR r.rolcreaterole OR r.rolbypassrls OR pg_has_role(r.oid, c.relowner, 'MEMBER')
       OR has_table_privilege(r.oid, c.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER') AS harmful
     FROM pg_roles r, pg_class c WHERE r.rolname = $1 AND c.oid = $2::regclass`,
    [role, addedOnly],
  );
  if (rows[0]?.harmful !== false)
    throw new Error(
      `DATABASE_URL: role ${role} can change the audit: expected one that is no superuser, makes no roles, and is no member of the owner or of roles that write all tables`,
    );
}
