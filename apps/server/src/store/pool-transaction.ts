import type pg from 'pg';
import { audited } from './audit-act.js';
import type { RawQuery } from './audit-append.js';

/** A connection inside a transaction, as it is handed through parts that do not know the database. */
export type Client = pg.PoolClient;

/**
 * One transaction on a pooled connection. A connection that failed is thrown away, since nobody knows its state; and
 * an error between two queries, which pg raises as an event, must not end the process.
 */
export async function poolTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const ignore = () => undefined;
  client.on('error', ignore);
  let failed = true;
  try {
    await client.query('BEGIN');
    const result = await audited(rawQuery(client), () => work(client));
    await client.query('COMMIT');
    failed = false;
    return result;
  } catch (error) {
    failed = !(await rolledBack(client));
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(failed);
  }
}

/** Statements on a connection, for parts that serve either library. */
export function rawQuery(client: Pick<pg.PoolClient, 'query'>): RawQuery {
  return async <T>(sql: string, values: readonly unknown[]) => (await client.query(sql, [...values])).rows as T[];
}

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
