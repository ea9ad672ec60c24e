import { bucketRounding, type Rate, type Taken, waitOf } from '@carillon/core/alert/deliver/bucket';
import type pg from 'pg';
import type { Database } from './database.store.js';

const [everyMs, burst, wanted] = ['$2::float8', '$3::float8', '$4::float8'];
/** Of the bucket as it stands when its row is locked; `excluded` carries what was asked for. */
const emptyMs = `(excluded.at_ms + ${burst} * ${everyMs})`;
const fromMs = `least(greatest(b.full_ms, excluded.at_ms), ${emptyMs})`;
const room = `floor((${emptyMs} - ${fromMs}) / ${everyMs} + ${bucketRounding})`;
const taken = `greatest(0, least(${wanted}, ${room}))`;
const first = `least(${wanted}, ${burst})`;

/**
 * Limits that all servers keep together. Taking room is one statement by the database's clock, so it does not matter how
 * many servers there are, what their clocks say, or which of them dies with room in hand.
 */
export class RateBucketStore {
  /** @param clock in place of the database's, for tests that move it */
  constructor(
    private readonly database: Database,
    private readonly clock: (() => number) | null = null,
  ) {}

  /** Takes room for as many as there is room for, by the rule of `takeRoom`. @param name of the limit */
  async take(name: string, rate: Rate, wanted: number): Promise<Taken> {
    const { rows } = await this.database.pool.query<{ fullMs: number; atMs: number; taken: number }>(
      `INSERT INTO rate_bucket AS b (name, at_ms, taken, full_ms)
       SELECT $1, now_ms, ${first}, now_ms + ${first} * ${everyMs}
       FROM (SELECT coalesce($5::float8, extract(epoch FROM clock_timestamp())::float8 * 1000) AS now_ms) t
       ON CONFLICT (name) DO UPDATE SET at_ms = excluded.at_ms, taken = ${taken}, full_ms = ${fromMs} + ${taken} * ${everyMs}
       RETURNING full_ms AS "fullMs", at_ms AS "atMs", taken`,
      [name, 60_000 / rate.perMinute, rate.burst, wanted, this.clock?.() ?? null],
    );
    const [row] = rows;
    if (!row) throw new Error(`rate_bucket ${name}: expected the row that was written`);
    return { fullMs: row.fullMs, taken: row.taken, waitMs: waitOf(row.fullMs, rate, row.atMs) };
  }
}

/** What nobody took from for a day is full again, and as good as not there. */
export async function pruneRateBuckets(client: pg.PoolClient): Promise<number> {
  const result = await client.query(
    `DELETE FROM rate_bucket WHERE greatest(full_ms, at_ms) < extract(epoch FROM now() - interval '1 day') * 1000`,
  );
  return result.rowCount ?? 0;
}
