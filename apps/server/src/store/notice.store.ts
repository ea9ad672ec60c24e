import type { Breaker } from '@carillon/core/alert/deliver/breaker';
import { logReason } from '@carillon/core/alert/log-reasons';
import type { Notice } from '@carillon/core/alert/notice';
import type { Reason } from '@carillon/core/alert/reason';
import type { NoticeState } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { type AlertLogEntry, logDecisions } from './alert-log.js';
import { Database } from './database.store.js';
import { type NewNotice, queueNotices } from './notice-rows.js';
import { poolTransaction } from './pool-transaction.js';

const columns = `id, key, incident_id AS "incidentId", generation, channel, recipient, reason, step, content, state, attempts,
  (extract(epoch FROM created_at) * 1000)::float8 AS "createdMs", (extract(epoch FROM next_at) * 1000)::float8 AS "nextMs",
  (extract(epoch FROM expires_at) * 1000)::float8 AS "expiresMs", outcome`;

/** Whoever sends a dead letter again wants it to arrive, however old it is. */
const replayLivesMs = 24 * 3_600_000;

/** What became of an attempt. */
export interface Settled {
  readonly id: string;
  /** Of the attempt that this is about: whoever took it since has the say. */
  readonly attempts: number;
  readonly state: NoticeState;
  readonly nextMs: number | null;
  readonly outcome: Reason | null;
  /** The attempt did not count: nothing went out. */
  readonly uncounted?: boolean;
}

export interface ChannelStateRow {
  readonly breaker: Breaker;
  readonly disabled: Reason | null;
}

/** Notices: written with a decision, taken by lease, settled with what became of them. */
@Injectable()
export class NoticeStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Takes notices whose time has come, so that nobody else does until the lease is over. What was taken and never settled comes again. */
  async claim(limit: number, nowMs: number, leaseMs: number): Promise<Notice[]> {
    const result = await this.database.pool.query<Notice>(
      `UPDATE notice SET state = 'sending', attempts = attempts + 1, lease_until = $2, next_at = $2
       WHERE id IN (SELECT id FROM notice WHERE next_at <= $1 ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED)
       RETURNING ${columns}`,
      [new Date(nowMs), new Date(nowMs + leaseMs), limit],
    );
    return result.rows.sort((a, b) => a.createdMs - b.createdMs);
  }

  /** When the next notice is due, a retry or one whose lease is over; null: none is. Epoch milliseconds. */
  async nextDueMs(): Promise<number | null> {
    const { rows } = await this.database.pool.query<{ at: Date | null }>('SELECT min(next_at) AS at FROM notice');
    return rows[0]?.at?.getTime() ?? null;
  }

  /** Writes what became of attempts, what follows from it, and says so in the log; all or nothing. */
  async settle(
    settled: readonly Settled[],
    follow: readonly NewNotice[],
    log: readonly AlertLogEntry[],
    nowMs: number,
  ): Promise<void> {
    await poolTransaction(this.database.pool, async (client) => {
      for (const { id, attempts, state, nextMs, outcome, uncounted } of settled) {
        await client.query(
          `UPDATE notice SET state = $2, next_at = $3, lease_until = NULL, outcome = coalesce($4, outcome),
             sent_at = CASE WHEN $2 = 'sent' THEN $5::timestamptz ELSE sent_at END, attempts = attempts - $6::int
           WHERE id = $1 AND state = 'sending' AND attempts = $7`,
          [
            id,
            state,
            nextMs === null ? null : new Date(nextMs),
            outcome && JSON.stringify(outcome),
            new Date(nowMs),
            uncounted ? 1 : 0,
            attempts,
          ],
        );
      }
      await queueNotices(client, follow);
      await logDecisions(client, log);
    });
  }

  async channelStates(channels: readonly string[]): Promise<Map<string, ChannelStateRow>> {
    const result = await this.database.pool.query<ChannelStateRow & { channel: string }>(
      'SELECT channel, breaker, disabled FROM channel_state WHERE channel = ANY($1)',
      [channels],
    );
    return new Map(result.rows.map(({ channel, ...row }) => [channel, row]));
  }

  /** Changes what is known of a channel; one at a time, since several servers send through it. */
  async changeChannel<T>(
    channel: string,
    initial: ChannelStateRow,
    change: (row: ChannelStateRow) => { row: ChannelStateRow; result: T },
  ): Promise<T> {
    return await poolTransaction(this.database.pool, async (client) => {
      await client.query(
        'INSERT INTO channel_state (channel, breaker) VALUES ($1, $2) ON CONFLICT (channel) DO NOTHING',
        [channel, JSON.stringify(initial.breaker)],
      );
      const found = await client.query<ChannelStateRow>(
        'SELECT breaker, disabled FROM channel_state WHERE channel = $1 FOR UPDATE',
        [channel],
      );
      const { row, result } = change(found.rows[0] ?? initial);
      await client.query(
        'UPDATE channel_state SET breaker = $2, disabled = $3, updated_at = now() WHERE channel = $1',
        [channel, JSON.stringify(row.breaker), row.disabled && JSON.stringify(row.disabled)],
      );
      return result;
    });
  }

  /** Dead letters go out again, as if they had never been tried. @returns their ids */
  async replay(
    which: {
      readonly ids?: readonly string[] | undefined;
      readonly channel?: string | undefined;
      readonly since?: Date | undefined;
    },
    actor: string,
    nowMs: number,
  ): Promise<string[]> {
    return await poolTransaction(this.database.pool, async (client) => {
      const result = await client.query<{ id: string; incidentId: string | null }>(
        `UPDATE notice SET state = 'queued', attempts = 0, next_at = $4, expires_at = $5, outcome = NULL
         WHERE state = 'dead' AND ($1::uuid[] IS NULL OR id = ANY($1)) AND ($2::text IS NULL OR channel = $2)
           AND ($3::timestamptz IS NULL OR created_at >= $3)
         RETURNING id, incident_id AS "incidentId"`,
        [
          which.ids ?? null,
          which.channel ?? null,
          which.since ?? null,
          new Date(nowMs),
          new Date(nowMs + replayLivesMs),
        ],
      );
      await logDecisions(
        client,
        result.rows.map(({ id, incidentId }) => ({
          incidentId,
          noticeId: id,
          at: new Date(nowMs),
          stage: 'deliver',
          reason: logReason('replayed', 'it goes out again', {}),
          actor,
        })),
      );
      return result.rows.map(({ id }) => id);
    });
  }

  /** One that was sent at once, for the record. */
  async record(notice: NewNotice, settled: Pick<Settled, 'state' | 'outcome'>, nowMs: number): Promise<void> {
    await this.database.pool.query(
      `INSERT INTO notice (id, key, incident_id, generation, channel, recipient, reason, step, content, state, attempts, created_at, sent_at, outcome)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, CASE WHEN $10 = 'sent' THEN $11::timestamptz END, $12)`,
      [
        notice.id,
        notice.key,
        notice.incidentId,
        notice.generation,
        notice.channel,
        notice.recipient,
        notice.reason,
        notice.step,
        JSON.stringify(notice.content),
        settled.state,
        new Date(nowMs),
        settled.outcome && JSON.stringify(settled.outcome),
      ],
    );
  }
}
