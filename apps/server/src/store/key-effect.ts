import { AsyncLocalStorage } from 'node:async_hooks';
import type { KeyClaim } from './idempotency-key.store.js';
import type { Client } from './pool-transaction.js';

const claims = new AsyncLocalStorage<KeyClaim>();

/** Whatever takes effect in this work does so under the key of its request. */
export function underKey<T>(claim: KeyClaim, work: () => Promise<T>): Promise<T> {
  return claims.run(claim, work);
}

export interface KeyedEffect {
  /** It took effect before, and only its answer was lost: nothing is to be done again. */
  readonly isDone: boolean;
  /** It takes effect with this transaction. */
  done(): Promise<void>;
}

const unkeyed: KeyedEffect = { isDone: false, done: () => Promise.resolve() };

/**
 * For the transaction in which a request that may come with an Idempotency-Key takes effect; asked before anything is
 * done. The key's row is held until its end, so that of two servers one carries the request out.
 * @throws Error when another server took the key over, since this one was taken to be dead
 */
export async function keyedEffect(client: Client): Promise<KeyedEffect> {
  const claim = claims.getStore();
  if (!claim) return unkeyed;
  const values = [claim.caller, claim.key, claim.claimedAt];
  const mine = 'WHERE caller = $1 AND key = $2 AND claimed_at = $3';
  const { rows } = await client.query<{ isDone: boolean }>(
    `SELECT carried_out AS "isDone" FROM idempotency_key ${mine} FOR UPDATE`,
    values,
  );
  const [row] = rows;
  if (!row) throw new Error('another request with this Idempotency-Key goes on with it');
  return {
    isDone: row.isDone,
    done: async () => void (await client.query(`UPDATE idempotency_key SET carried_out = true ${mine}`, values)),
  };
}
