import type { Breaker } from '@carillon/core/alert/deliver/breaker';
import type { ChannelSpec } from '@carillon/core/alert/documents/channel.schema';
import type { NoticeContent } from '@carillon/core/alert/notice';
import type { Reason } from '@carillon/core/alert/reason';
import { selfWatch } from '@carillon/core/alert/self-watch/self-watch';
import type { NoticeState } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import type { NoticeRow } from './incident-list.store.js';

export interface ChannelRow {
  readonly nameKey: string;
  readonly spec: ChannelSpec;
  readonly updatedAt: Date;
  readonly breaker: Breaker | null;
  readonly disabled: Reason | null;
  readonly waiting: number;
  readonly dead: number;
  readonly lastDelivery: LastDelivery | null;
}

/** The newest notice of a channel, times as JSON has them. */
interface LastDelivery {
  readonly id: string;
  readonly state: NoticeState;
  readonly createdAt: string;
  readonly sentAt: string | null;
  readonly outcome: Reason | null;
}

export interface DeliveryFilter {
  readonly state: NoticeState | undefined;
  readonly channel: string | undefined;
  readonly since: Date | undefined;
}

const columns = `n.id, i.number::int AS incident, n.channel, n.recipient, n.reason, n.step, n.state, n.attempts,
  n.created_at AS "createdAt", n.sent_at AS "sentAt", n.next_at AS "nextAt", n.outcome`;

/** Channels and deliveries as lists show them. */
@Injectable()
export class ChannelListStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async list(after: string | null, limit: number): Promise<ChannelRow[]> {
    const result = await this.database.pool.query<ChannelRow>(
      `SELECT d.name_key AS "nameKey", d.spec, d.updated_at AS "updatedAt", s.breaker, s.disabled,
         (SELECT count(*)::int FROM notice n WHERE n.channel = d.name_key AND n.state IN ('queued', 'failed', 'sending')) AS waiting,
         (SELECT count(*)::int FROM notice n WHERE n.channel = d.name_key AND n.state = 'dead' AND n.created_at > now() - interval '1 day') AS dead,
         (SELECT jsonb_build_object('id', n.id, 'state', n.state, 'createdAt', n.created_at, 'sentAt', n.sent_at, 'outcome', n.outcome)
            FROM notice n WHERE n.channel = d.name_key ORDER BY n.created_at DESC LIMIT 1) AS "lastDelivery"
       FROM alert_document d LEFT JOIN channel_state s ON s.channel = d.name_key
       WHERE d.kind = 'Channel' AND ($1::text IS NULL OR d.name_key > $1) ORDER BY d.name_key LIMIT $2`,
      [after, limit],
    );
    return result.rows;
  }

  /** Newest first. */
  async deliveries(
    { state, channel, since }: DeliveryFilter,
    before: string | null,
    limit: number,
  ): Promise<NoticeRow[]> {
    const result = await this.database.pool.query<NoticeRow>(
      `SELECT ${columns} FROM notice n LEFT JOIN incident i ON i.id = n.incident_id
       WHERE ($1::text IS NULL OR n.state = $1) AND CASE WHEN $2::text IS NULL THEN n.channel <> $6 ELSE n.channel = $2 END
         AND ($3::timestamptz IS NULL OR n.created_at >= $3) AND ($4::uuid IS NULL OR n.id < $4)
       ORDER BY n.id DESC LIMIT $5`,
      [state ?? null, channel ?? null, since ?? null, before, limit, selfWatch.name],
    );
    return result.rows;
  }

  /** One notice, what it says, and the channel that says it; null where that is gone. */
  async delivery(id: string): Promise<{
    readonly row: NoticeRow;
    readonly content: NoticeContent;
    readonly channel: ChannelSpec | null;
  } | null> {
    const result = await this.database.pool.query<
      NoticeRow & { readonly content: NoticeContent; readonly spec: ChannelSpec | null }
    >(
      `SELECT ${columns}, n.content, d.spec FROM notice n LEFT JOIN incident i ON i.id = n.incident_id
       LEFT JOIN alert_document d ON d.kind = 'Channel' AND d.name_key = n.channel WHERE n.id = $1`,
      [id],
    );
    const [found] = result.rows;
    if (!found) return null;
    const { content, spec, ...row } = found;
    return { row, content, channel: spec };
  }
}
