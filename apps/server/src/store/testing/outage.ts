import pg from 'pg';

/** Takes a database away as a crash would: every connection is cut and no new one is let in. */
export async function cutDatabase(adminUrl: string, databaseUrl: string): Promise<() => Promise<void>> {
  const name = new URL(databaseUrl).pathname.slice(1);
  await administer(adminUrl, `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await administer(adminUrl, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
  return () => administer(adminUrl, `ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
}

/** Holds a lock in a transaction of its own until the returned function is called. */
export async function holdLock(databaseUrl: string, sql: string): Promise<() => Promise<void>> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query('BEGIN');
  await client.query(sql);
  return async () => {
    await client.query('COMMIT');
    await client.end();
  };
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
