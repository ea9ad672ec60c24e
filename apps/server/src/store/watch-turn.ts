import type pg from 'pg';

/** A break as long as this means that nobody listened for a while. */
const breakMs = 60_000;

/** Notes a turn of a watch. @returns since when it has gone on without a break, in all servers together */
export async function steadySince(client: pg.PoolClient, name: string, nowMs: number): Promise<number> {
  const result = await client.query<{ since: number }>(
    `INSERT INTO watch_turn AS w (name, steady_since, last_at) VALUES ($1, $2, $2)
     ON CONFLICT (name) DO UPDATE SET last_at = greatest(w.last_at, excluded.last_at),
       steady_since = CASE WHEN excluded.last_at - w.last_at > $3 * interval '1 millisecond' THEN excluded.last_at ELSE w.steady_since END
     RETURNING (extract(epoch FROM steady_since) * 1000)::float8 AS since`,
    [name, new Date(nowMs), breakMs],
  );
  return result.rows[0]?.since ?? nowMs;
}
