import pg from 'pg';

/** A way to Postgres on which a server dies. */
export interface DoomedPool {
  readonly pool: pg.Pool;
  readonly isDead: () => boolean;
}

const gone = () => new Error('the server is dead');

/**
 * Unlike `dyingPool` it counts every statement, in a transaction or by itself, over all connections: the server dies
 * before the nth goes out, or when it is told to. Nothing of it reaches Postgres afterwards, and its sockets are closed.
 */
export function doomedPool(url: string, beforeStatement: number): DoomedPool {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on('error', () => undefined);
  const lent = new Set<pg.PoolClient>();
  let sent = 0;
  let dead = false;
  const die = () => {
    dead = true;
    for (const client of lent)
      (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  };
  const count = () => {
    if (!dead && ++sent === beforeStatement) die();
    if (dead) throw gone();
  };
  pool.on('acquire', (client) => lent.add(client));
  pool.on('release', (_error, client) => lent.delete(client));
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  const query = pool.query.bind(pool) as (...given: unknown[]) => Promise<unknown>;
  pool.query = (async (...given: unknown[]) => {
    count();
    return await query(...given);
  }) as typeof pool.query;
  pool.connect = ((...given: unknown[]) =>
    // The pool connects with a callback for the single statements that were counted above.
    given.length > 0
      ? (connect as (...all: unknown[]) => unknown)(...given)
      : connect().then(counted)) as typeof pool.connect;
  const counted = (client: pg.PoolClient): pg.PoolClient => {
    const own = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>;
    const restore = client.release.bind(client);
    client.query = (async (...given: unknown[]) => {
      count();
      return await own(...given);
    }) as typeof client.query;
    client.release = (error) => {
      client.query = own as typeof client.query;
      restore(error);
    };
    return client;
  };
  return { pool, isDead: () => dead };
}
