import pg from 'pg';

/** When a server dies: before its nth statement goes out, or after the commit whose answer it never hears. */
export type Death = { readonly beforeStatement: number } | 'before the commit' | 'after the commit';

/**
 * A way to Postgres whose connections end as those of a killed process do: the socket is closed, and nothing is said.
 * @param died tells that it came so far
 */
export function dyingPool(url: string, death: Death, died: () => void): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  pool.on('error', () => undefined);
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  const query = pool.query.bind(pool) as (...given: unknown[]) => Promise<unknown>;
  let dead = false;
  const dies = () => {
    dead = true;
    died();
  };
  let inside = false;
  // Only transactions lead to a death; a single statement is sent by the pool itself.
  pool.connect = ((...given: unknown[]) =>
    inside || given.length > 0
      ? (connect as (...all: unknown[]) => unknown)(...given)
      : connect().then((client) => dying(client, death, dies))) as typeof pool.connect;
  pool.query = (async (...given: unknown[]) => {
    if (dead) throw gone();
    inside = true;
    const asked = query(...given);
    inside = false;
    return await asked;
  }) as typeof pool.query;
  return pool;
}

function dying(client: pg.PoolClient, death: Death, died: () => void): pg.PoolClient {
  const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>;
  let sent = 0;
  let dead = false;
  const die = () => {
    dead = true;
    died();
    const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } }).connection;
    stream.destroy();
    return gone();
  };
  client.query = (async (...given: unknown[]) => {
    if (dead) throw gone();
    sent += 1;
    const isCommit = given[0] === 'COMMIT';
    const before =
      typeof death === 'object' ? sent === death.beforeStatement : death === 'before the commit' && isCommit;
    if (before) throw die();
    const answer = await query(...given);
    if (isCommit && death === 'after the commit') throw die();
    return answer;
  }) as typeof client.query;
  return client;
}

const gone = () => new Error('the server is dead');
