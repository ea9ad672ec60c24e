import type { Reason } from '@carillon/core/alert/reason';
import type { DeliveredEvent } from '@carillon/core/alert/subscribe/subscription-events';
import type { NoticeState } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { Conditions } from './conditions.js';
import { Database } from './database.store.js';

/** An event that is taken to be sent. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly number: number;
  readonly type: DeliveredEvent;
  readonly data: unknown;
  /** This one included. */
  readonly attempts: number;
  readonly createdMs: number;
}

/** What became of an attempt. */
export interface SettledDelivery {
  readonly state: NoticeState;
  readonly nextMs: number | null;
  readonly outcome: Reason;
}

export interface DeliveryRow {
  readonly id: string;
  readonly number: number;
  readonly type: DeliveredEvent;
  readonly incident: number | null;
  readonly runId: string | null;
  readonly state: NoticeState;
  readonly attempts: number;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
  readonly nextAt: Date | null;
  readonly outcome: Reason | null;
}

/** Which events go out again. */
export interface Replay {
  /** These, whatever became of them. */
  readonly ids?: readonly string[] | undefined;
  /** Those since then that were given up. */
  readonly since?: Date | undefined;
  /** With `since`: those that were sent, too. */
  readonly sent?: boolean | undefined;
}

const claimedColumns = `id, number::float8 AS number, type, data, attempts, (extract(epoch FROM created_at) * 1000)::float8 AS "createdMs"`;

const listedColumns = `d.id, d.number::float8 AS number, d.type, i.number::float8 AS incident, d.run_id AS "runId", d.state, d.attempts,
  d.created_at AS "createdAt", d.sent_at AS "sentAt", d.next_at AS "nextAt", d.outcome`;

/** Events on their way to subscriptions: taken by lease, settled with what became of them. */
@Injectable()
export class SubscriptionDeliveryStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Subscriptions of which something is due. */
  async due(nowMs: number): Promise<string[]> {
    const result = await this.database.pool.query<{ id: string }>(
      `SELECT s.id FROM subscription s WHERE EXISTS (
         SELECT FROM subscription_delivery d WHERE d.subscription_id = s.id AND d.next_at <= $1)`,
      [new Date(nowMs)],
    );
    return result.rows.map(({ id }) => id);
  }

  /** When the next event is due, in epoch milliseconds. @param except subscriptions that are not asked for */
  async nextDueMs(except: readonly string[]): Promise<number | null> {
    const result = await this.database.pool.query<{ at: Date | null }>(
      'SELECT min(next_at) AS at FROM subscription_delivery WHERE next_at IS NOT NULL AND subscription_id <> ALL($1::uuid[])',
      [except],
    );
    return result.rows[0]?.at?.getTime() ?? null;
  }

  /** Takes events of one subscription in their order. What is never settled comes again when the lease is over. */
  async claim(subscriptionId: string, limit: number, nowMs: number, leaseMs: number): Promise<ClaimedDelivery[]> {
    const result = await this.database.pool.query<ClaimedDelivery>(
      `UPDATE subscription_delivery SET state = 'sending', attempts = attempts + 1, next_at = $3 WHERE id IN (
         SELECT id FROM subscription_delivery WHERE subscription_id = $1 AND next_at <= $2
         ORDER BY number LIMIT $4 FOR UPDATE SKIP LOCKED)
       RETURNING ${claimedColumns}`,
      [subscriptionId, new Date(nowMs), new Date(nowMs + leaseMs), limit],
    );
    return result.rows.sort((a, b) => a.number - b.number);
  }

  /** Whoever took it since has the say. */
  async settle({ id, attempts }: ClaimedDelivery, settled: SettledDelivery, nowMs: number): Promise<void> {
    const { state, nextMs, outcome } = settled;
    await this.database.pool.query(
      `UPDATE subscription_delivery SET state = $3, next_at = $4, outcome = $5, sent_at = CASE WHEN $3 = 'sent' THEN $6::timestamptz ELSE sent_at END
       WHERE id = $1 AND attempts = $2 AND state = 'sending'`,
      [id, attempts, state, nextMs === null ? null : new Date(nextMs), JSON.stringify(outcome), new Date(nowMs)],
    );
  }

  /** Everything that waits for a subscription is given up, and can be replayed. */
  async bury(subscriptionId: string, outcome: Reason): Promise<void> {
    await this.database.pool.query(
      `UPDATE subscription_delivery SET state = 'dead', next_at = NULL, outcome = $2 WHERE subscription_id = $1 AND next_at IS NOT NULL`,
      [subscriptionId, JSON.stringify(outcome)],
    );
  }

  /** What is due waits; nothing went out, so no attempt counts. */
  async postpone(subscriptionId: string, nowMs: number, untilMs: number, outcome: Reason): Promise<void> {
    await this.database.pool.query(
      `UPDATE subscription_delivery SET next_at = $3, outcome = coalesce(outcome, $4)
       WHERE subscription_id = $1 AND next_at <= $2`,
      [subscriptionId, new Date(nowMs), new Date(untilMs), JSON.stringify(outcome)],
    );
  }

  /** A test, written down before it is sent at once. @returns it, taken */
  async addPing(id: string, subscriptionId: string, data: unknown, nowMs: number): Promise<ClaimedDelivery> {
    const result = await this.database.pool.query<ClaimedDelivery>(
      `INSERT INTO subscription_delivery (id, subscription_id, type, data, state, attempts, created_at)
       VALUES ($1, $2, 'ping', $3, 'sending', 1, $4) RETURNING ${claimedColumns}`,
      [id, subscriptionId, JSON.stringify(data), new Date(nowMs)],
    );
    return result.rows[0] as ClaimedDelivery;
  }

  /** Newest first. @param before number of the last one seen */
  async list(
    subscriptionId: string,
    { state, before, limit }: { state?: NoticeState | undefined; before: number | null; limit: number },
  ): Promise<DeliveryRow[]> {
    const where = new Conditions();
    where.always(`d.subscription_id = ${where.place(subscriptionId)}`);
    where.given(state, (place) => `d.state = ${place}`);
    if (before !== null) where.always(`d.number < ${where.place(before)}`);
    const result = await this.database.pool.query<DeliveryRow>(
      `SELECT ${listedColumns} FROM subscription_delivery d LEFT JOIN incident i ON i.id = d.incident_id ${where.sql}
       ORDER BY d.number DESC LIMIT ${where.place(limit)}`,
      where.values,
    );
    return result.rows;
  }

  /** One of its events, and what is said in it. */
  async byId(subscriptionId: string, id: string): Promise<(DeliveryRow & { readonly data: unknown }) | null> {
    const result = await this.database.pool.query<DeliveryRow & { data: unknown }>(
      `SELECT ${listedColumns}, d.data FROM subscription_delivery d LEFT JOIN incident i ON i.id = d.incident_id
       WHERE d.subscription_id = $1 AND d.id = $2`,
      [subscriptionId, id],
    );
    return result.rows[0] ?? null;
  }

  /** Events go out again under their old ids, as if they had never been tried. @returns how many */
  async replay(subscriptionId: string, { ids, since, sent }: Replay, nowMs: number): Promise<number> {
    const result = await this.database.pool.query(
      `UPDATE subscription_delivery SET state = 'queued', attempts = 0, next_at = $2, outcome = NULL
       WHERE subscription_id = $1 AND next_at IS NULL AND type <> 'ping'
         AND ($3::uuid[] IS NULL OR id = ANY($3))
         AND ($4::timestamptz IS NULL OR (created_at >= $4 AND (state = 'dead' OR ($5 AND state = 'sent'))))`,
      [subscriptionId, new Date(nowMs), ids ?? null, since ?? null, sent ?? false],
    );
    return result.rowCount ?? 0;
  }
}

const rowsPerSweep = 20_000;

/** Forgets what was sent a week ago, and what was given up a month ago, a batch at a time. @returns how many */
export async function pruneSubscriptionDeliveries(client: pg.PoolClient, most = rowsPerSweep): Promise<number> {
  const result = await client.query(
    `DELETE FROM subscription_delivery WHERE ctid IN (
       SELECT ctid FROM subscription_delivery WHERE next_at IS NULL AND created_at < now() - interval '7 days'
         AND created_at < now() - CASE state WHEN 'dead' THEN interval '30 days' ELSE interval '7 days' END
       LIMIT $1)`,
    [most],
  );
  return result.rowCount ?? 0;
}
