import { type Breaker, closedBreaker } from '@carillon/core/alert/deliver/breaker';
import type { Reason } from '@carillon/core/alert/reason';
import type { SubscriptionEvent } from '@carillon/core/alert/subscribe/subscription-events';
import { Inject, Injectable } from '@nestjs/common';
import { noteChange } from './audit-act.js';
import { digestOf } from './audit-append.js';
import { Conditions } from './conditions.js';
import { Database } from './database.store.js';
import { keyedEffect } from './key-effect.js';
import { type Client, poolTransaction } from './pool-transaction.js';

export interface SubscriptionRow {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly events: readonly SubscriptionEvent[];
  readonly match: readonly string[];
  /** Names of secrets. */
  readonly signing: readonly string[];
  readonly allowPrivateAddresses: boolean;
  readonly enabled: boolean;
  readonly breaker: Breaker;
  /** Why nothing is sent any more, until somebody switches it on again. */
  readonly stopped: Reason | null;
  /** Events that there was no room for. */
  readonly dropped: number;
  readonly author: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** With what became of its events. */
export interface SubscriptionListRow extends SubscriptionRow {
  readonly waiting: number;
  readonly dead: number;
}

/** What people say of it. */
export type SubscriptionFields = Pick<
  SubscriptionRow,
  'name' | 'url' | 'events' | 'match' | 'signing' | 'allowPrivateAddresses' | 'enabled'
>;

export type SubscriptionWrite =
  | { readonly kind: 'written'; readonly id: string }
  | { readonly kind: 'name_taken' }
  | { readonly kind: 'too_many'; readonly most: number };

/** Each of them is looked at with every change of an incident. */
const most = 50;

const columns = `s.id, s.name, s.url, s.events, s.match, s.signing, s.allow_private_addresses AS "allowPrivateAddresses",
  s.enabled, s.breaker, s.stopped, s.dropped, s.author, s.created_at AS "createdAt", s.updated_at AS "updatedAt"`;
const listed = `${columns},
  (SELECT count(*)::float8 FROM subscription_delivery d WHERE d.subscription_id = s.id AND d.next_at IS NOT NULL) AS waiting,
  (SELECT count(*)::float8 FROM subscription_delivery d WHERE d.subscription_id = s.id AND d.state = 'dead' AND d.type <> 'ping') AS dead`;

/** Who is told by webhook. */
@Injectable()
export class SubscriptionStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** By name. @param after name in lower case of the last one seen */
  async list(after: string | null, limit: number): Promise<(SubscriptionListRow & { readonly nameKey: string })[]> {
    const where = new Conditions();
    if (after !== null) where.always(`s.name_key > ${where.place(after)}`);
    const result = await this.database.pool.query<SubscriptionListRow & { nameKey: string }>(
      `SELECT ${listed}, s.name_key AS "nameKey" FROM subscription s ${where.sql} ORDER BY s.name_key LIMIT ${where.place(limit)}`,
      where.values,
    );
    return result.rows;
  }

  /** All of them: there are never many. */
  async all(): Promise<SubscriptionRow[]> {
    const result = await this.database.pool.query<SubscriptionRow>(
      `SELECT ${columns} FROM subscription s ORDER BY s.name_key`,
    );
    return result.rows;
  }

  async byId(id: string): Promise<SubscriptionListRow | null> {
    const result = await this.database.pool.query<SubscriptionListRow>(
      `SELECT ${listed} FROM subscription s WHERE s.id = $1`,
      [id],
    );
    return result.rows[0] ?? null;
  }

  create(id: string, fields: SubscriptionFields, author: string, now: Date): Promise<SubscriptionWrite> {
    return poolTransaction(this.database.pool, async (client) => {
      const effect = await keyedEffect(client);
      if (effect.isDone) {
        const made = await client.query<{ id: string }>('SELECT id FROM subscription WHERE name_key = lower($1)', [
          fields.name,
        ]);
        return { kind: 'written', id: made.rows[0]?.id ?? id };
      }
      await client.query('LOCK TABLE subscription IN SHARE ROW EXCLUSIVE MODE');
      const { rows } = await client.query<{ count: number; taken: boolean }>(
        'SELECT count(*)::int AS count, coalesce(bool_or(name_key = $1), false) AS taken FROM subscription',
        [fields.name.toLowerCase()],
      );
      if (rows[0]?.taken) return { kind: 'name_taken' };
      if ((rows[0]?.count ?? 0) >= most) return { kind: 'too_many', most };
      await client.query(
        `INSERT INTO subscription (id, name, name_key, url, events, match, signing, allow_private_addresses, enabled, breaker,
           author, created_at, updated_at)
         VALUES ($1, $2, lower($2), $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)`,
        [id, ...valuesOf(fields), JSON.stringify(closedBreaker), author, now],
      );
      noteChange({ kind: 'Subscription', act: 'created', what: fields.name, after: { id, ...shownOf(fields) } });
      await effect.done();
      return { kind: 'written', id };
    });
  }

  /** What it is from now on. @param isAgain somebody says that its endpoint works: what was known of it is forgotten */
  change(id: string, fields: SubscriptionFields, isAgain: boolean, now: Date): Promise<SubscriptionWrite> {
    return poolTransaction(this.database.pool, async (client) => {
      await client.query('LOCK TABLE subscription IN SHARE ROW EXCLUSIVE MODE');
      const taken = await client.query('SELECT FROM subscription WHERE name_key = lower($1) AND id <> $2', [
        fields.name,
        id,
      ]);
      if (taken.rowCount) return { kind: 'name_taken' };
      const old = await client.query<SubscriptionRow>(`SELECT ${columns} FROM subscription s WHERE id = $1`, [id]);
      const before = old.rows[0] ? shownOf(old.rows[0]) : null;
      noteChange({ kind: 'Subscription', act: 'updated', what: fields.name, before, after: shownOf(fields) });
      await client.query(
        `UPDATE subscription SET name = $2, name_key = lower($2), url = $3, events = $4, match = $5, signing = $6,
           allow_private_addresses = $7, enabled = $8, updated_at = $9,
           breaker = CASE WHEN $10 THEN $11::jsonb ELSE breaker END, stopped = CASE WHEN $10 THEN NULL ELSE stopped END,
           dropped = CASE WHEN $10 THEN 0 ELSE dropped END
         WHERE id = $1`,
        [id, ...valuesOf(fields), now, isAgain, JSON.stringify(closedBreaker)],
      );
      return { kind: 'written', id };
    });
  }

  /** With all its events. @returns whether it was there */
  async remove(id: string): Promise<boolean> {
    return poolTransaction(this.database.pool, async (client) => {
      const { rows } = await client.query<SubscriptionRow>(
        `DELETE FROM subscription s WHERE id = $1 RETURNING ${columns}`,
        [id],
      );
      const [row] = rows;
      if (row) noteChange({ kind: 'Subscription', act: 'deleted', what: row.name, before: shownOf(row) });
      return row !== undefined;
    });
  }

  /** Changes what is known of its endpoint; one at a time, since several servers send. @returns what it is then */
  changeHealth(
    id: string,
    change: (row: Pick<SubscriptionRow, 'breaker' | 'stopped'>) => Pick<SubscriptionRow, 'breaker' | 'stopped'>,
  ): Promise<Pick<SubscriptionRow, 'breaker' | 'stopped'> | null> {
    return poolTransaction(this.database.pool, async (client) => {
      const found = await client.query<Pick<SubscriptionRow, 'name' | 'breaker' | 'stopped'>>(
        'SELECT name, breaker, stopped FROM subscription WHERE id = $1 FOR NO KEY UPDATE',
        [id],
      );
      const [row] = found.rows;
      if (!row) return null;
      const after = change(row);
      await client.query('UPDATE subscription SET breaker = $2, stopped = $3 WHERE id = $1', [
        id,
        JSON.stringify(after.breaker),
        after.stopped && JSON.stringify(after.stopped),
      ]);
      if (after.stopped && !row.stopped)
        noteChange({ kind: 'Subscription', act: 'given_up', what: row.name, text: after.stopped.text, given: null });
      return after;
    });
  }
}

/** Those that hear of such events now, in the caller's transaction. */
export async function listeningTo(client: Client, event: 'incident.' | 'run.failed'): Promise<SubscriptionRow[]> {
  const result = await client.query<SubscriptionRow>(
    `SELECT ${columns} FROM subscription s WHERE s.enabled AND s.stopped IS NULL
       AND EXISTS (SELECT FROM unnest(s.events) e WHERE starts_with(e, $1)) ORDER BY s.id`,
    [event],
  );
  return result.rows;
}

function valuesOf({ name, url, events, match, signing, allowPrivateAddresses, enabled }: SubscriptionFields) {
  return [name, url, events, match, signing, allowPrivateAddresses, enabled];
}

/** What the audit keeps of one. Its address may be a secret itself, so of that the host and whether it is another one. */
function shownOf({ url, events, match, signing, allowPrivateAddresses, enabled }: SubscriptionFields) {
  const host = URL.canParse(url) ? new URL(url).host : '';
  return { host, url: digestOf(url).sha256, events, match, signing, allowPrivateAddresses, enabled };
}
