import {
  judgeKey,
  type KeyVerdict,
  keyLeaseMs,
  keyLivesMs,
  type StoredAnswer,
  type StoredKey,
} from '@carillon/core/idempotency/judge-key';
import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { Database } from './database.store.js';

/** One request under a key: who asks, the key, the fingerprint of the request, and since when it is under way. */
export interface KeyClaim {
  readonly caller: string;
  readonly key: string;
  readonly request: string;
  readonly claimedAt: Date;
}

/** More than this many keys are not kept, however young they are. */
const mostKeys = 100_000;

/** First answers of requests that came with an Idempotency-Key. */
@Injectable()
export class IdempotencyKeyStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Takes the key for a request, or says what is there. Of several at the same time one gets `first`. */
  async claim(claim: KeyClaim): Promise<KeyVerdict> {
    const { caller, key, request, claimedAt } = claim;
    const inserted = await this.database.pool.query(
      `INSERT INTO idempotency_key (caller, key, request, claimed_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
      [caller, key, request, claimedAt],
    );
    if (inserted.rowCount === 1) return { kind: 'first' };
    const stored = await this.find(caller, key);
    const verdict = judgeKey(stored, request, claimedAt.getTime());
    if (verdict.kind !== 'first') return verdict;
    const taken = await this.database.pool.query(
      `UPDATE idempotency_key SET request = $3, claimed_at = $4, status = NULL, body = NULL,
         carried_out = carried_out AND request = $3 AND claimed_at > $4::timestamptz - $6 * interval '1 millisecond'
       WHERE caller = $1 AND key = $2 AND claimed_at = $5`,
      [caller, key, request, claimedAt, new Date(stored?.claimedMs ?? 0), keyLivesMs],
    );
    return taken.rowCount === 1 ? verdict : { kind: 'under_way' };
  }

  /** What the request was answered. */
  async settle({ caller, key, claimedAt }: KeyClaim, { status, body }: StoredAnswer): Promise<void> {
    await this.database.pool.query(
      'UPDATE idempotency_key SET status = $4, body = $5 WHERE caller = $1 AND key = $2 AND claimed_at = $3',
      [caller, key, claimedAt, status, JSON.stringify(body)],
    );
  }

  /** There is no answer to keep: the next request with the key is carried out, or where this one took effect answered. */
  async release({ caller, key, claimedAt }: KeyClaim): Promise<void> {
    await this.database.pool.query(
      `WITH gone AS (DELETE FROM idempotency_key
         WHERE caller = $1 AND key = $2 AND claimed_at = $3 AND status IS NULL AND NOT carried_out)
       UPDATE idempotency_key SET claimed_at = claimed_at - $4 * interval '1 millisecond'
       WHERE caller = $1 AND key = $2 AND claimed_at = $3 AND status IS NULL AND carried_out`,
      [caller, key, claimedAt, keyLeaseMs],
    );
  }

  private async find(caller: string, key: string): Promise<StoredKey | null> {
    const result = await this.database.pool.query<{
      request: string;
      claimedAt: Date;
      status: number | null;
      body: unknown;
    }>('SELECT request, claimed_at AS "claimedAt", status, body FROM idempotency_key WHERE caller = $1 AND key = $2', [
      caller,
      key,
    ]);
    const [row] = result.rows;
    if (!row) return null;
    const answer = row.status === null ? null : { status: row.status, body: row.body };
    return { request: row.request, claimedMs: row.claimedAt.getTime(), answer };
  }
}

/** Forgets keys that are a day old, and the oldest of too many. @returns how many */
export async function pruneIdempotencyKeys(client: pg.PoolClient): Promise<number> {
  const result = await client.query(
    `DELETE FROM idempotency_key WHERE claimed_at < now() - $1 * interval '1 millisecond'
       OR claimed_at < (SELECT claimed_at FROM idempotency_key ORDER BY claimed_at DESC OFFSET $2 LIMIT 1)`,
    [keyLivesMs, mostKeys],
  );
  return result.rowCount ?? 0;
}
