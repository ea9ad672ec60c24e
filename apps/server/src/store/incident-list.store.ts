import type { Escalation, IncidentAbout, Spread } from '@carillon/core/alert/incident';
import type { Reason } from '@carillon/core/alert/reason';
import { selfWatch } from '@carillon/core/alert/self-watch/self-watch';
import type { AlertSeverity, AlertStage, IncidentState, NoticeReason, NoticeState } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { Conditions } from './conditions.js';
import { Database } from './database.store.js';
import type { IncidentLinkRow } from './incident-link-rows.js';
import type { Client } from './pool-transaction.js';
import { containing } from './presence-sql.js';

/** As JSON has it. */
export type IncidentLinkJson = Omit<IncidentLinkRow, 'createdAt' | 'updatedAt'> & {
  readonly createdAt: string;
  readonly updatedAt: string;
};

export interface IncidentSummaryRow {
  readonly id: string;
  readonly number: number;
  readonly state: IncidentState;
  readonly severity: AlertSeverity;
  readonly title: string;
  readonly about: IncidentAbout | null;
  readonly policy: string;
  readonly job: string | null;
  readonly host: string | null;
  readonly generation: number;
  readonly openedAt: Date;
  readonly updatedAt: Date;
  readonly resolvedAt: Date | null;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAt: Date | null;
  readonly assignee: string | null;
  readonly muted: Reason | null;
  readonly flapping: boolean;
  readonly spread: Spread;
  readonly labels: Readonly<Record<string, string>>;
  readonly links: readonly IncidentLinkJson[];
  /** How much it needs a person, less is more urgent; see `attentionSql`. */
  readonly attention: number;
}

export interface IncidentRow extends IncidentSummaryRow {
  readonly escalation: Escalation | null;
  readonly wakeAt: Date | null;
  readonly runbook: string | null;
}

export interface IncidentQuery {
  readonly state?: IncidentState | undefined;
  readonly severity?: AlertSeverity | undefined;
  readonly job?: string | undefined;
  readonly host?: string | undefined;
  readonly label?: { readonly key: string; readonly value: string } | undefined;
  readonly since?: Date | undefined;
  /** In the title, or the number itself. */
  readonly search?: string | undefined;
  /** Only open ones, what needs a person first. */
  readonly attention?: boolean | undefined;
  /** Only those that come after this one in the order of the list. */
  readonly after: { readonly attention: number; readonly number: number } | null;
  readonly limit: number;
}

export interface NoticeRow {
  readonly id: string;
  readonly incident: number | null;
  readonly channel: string;
  readonly recipient: string | null;
  readonly reason: NoticeReason;
  readonly step: number;
  readonly state: NoticeState;
  readonly attempts: number;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
  readonly nextAt: Date | null;
  readonly outcome: Reason | null;
}

export interface AlertLogRow {
  readonly id: string;
  readonly at: Date;
  readonly stage: AlertStage;
  readonly code: string;
  readonly text: string;
  readonly actor: string | null;
  readonly alertId: string | null;
  readonly noticeId: string | null;
  readonly figures: Record<string, unknown> | null;
}

/** Firing and told, acknowledged, muted, recovering; inside each high before medium before low. */
const attentionSql = `(CASE WHEN i.state = 'firing' AND i.muted IS NULL THEN 0 WHEN i.state = 'acked' THEN 10
  WHEN i.state = 'recovering' THEN 30 WHEN i.state = 'resolved' THEN 40 ELSE 20 END
  + CASE i.severity WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END)`;
const linksSql = `(SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'system', l.system, 'key', l.key, 'url', l.url,
    'state', l.state, 'assignee', l.assignee, 'author', l.author, 'createdAt', l.created_at, 'updatedAt', l.updated_at)
    ORDER BY l.created_at, l.id), '[]') FROM incident_link l WHERE l.incident_id = i.id)`;
const columns = `i.id, i.number::float8 AS number, i.state, i.severity, i.title, i.data->'about' AS about, i.policy, j.name AS job, h.name AS host,
  i.generation, i.opened_at AS "openedAt", i.updated_at AS "updatedAt", i.resolved_at AS "resolvedAt",
  i.acknowledged_by AS "acknowledgedBy", i.acknowledged_at AS "acknowledgedAt", i.assignee, i.muted, i.flapping,
  i.spread, i.labels, ${linksSql} AS links, ${attentionSql} AS attention`;
const joined = 'incident i LEFT JOIN job j ON j.id = i.job_id LEFT JOIN host h ON h.id = i.host_id';
/** Tests of our own are nobody's work; by its number one can still be looked at. */
const peoples = `i.number <> ${selfWatch.incidentNumber}`;
/** An alert of the incident is about what is asked for, or the incident itself is. */
const about = (
  table: 'job' | 'host',
  place: string,
) => `EXISTS (SELECT 1 FROM ${table} x WHERE x.name_key = lower(${place})
  AND (i.${table}_id = x.id OR EXISTS (SELECT 1 FROM alert a WHERE a.incident_id = i.id AND a.${table}_id = x.id)))`;

/** Incidents as people look at them; who decides about them writes them elsewhere. */
@Injectable()
export class IncidentListStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async list(query: IncidentQuery): Promise<IncidentSummaryRow[]> {
    const { after, attention } = query;
    const where = new Conditions();
    where.always(peoples);
    if (attention) where.always(`i.state <> 'resolved'`);
    where.given(query.state, (place) => `i.state = ${place}`);
    where.given(query.severity, (place) => `i.severity = ${place}`);
    where.given(query.since, (place) => `i.updated_at >= ${place}`);
    where.given(
      query.label && JSON.stringify({ [query.label.key]: query.label.value }),
      (p) => `i.labels @> ${p}::jsonb`,
    );
    if (query.search !== undefined) {
      const text = where.place(containing(query.search));
      where.always(`(i.title ILIKE ${text} OR i.number::text = ${where.place(query.search.replace(/^#/, ''))})`);
    }
    where.given(query.job, (place) => about('job', place));
    where.given(query.host, (place) => about('host', place));
    if (after && attention)
      where.always(
        `(${attentionSql}, -i.number) > (${where.place(after.attention)}, -(${where.place(after.number)}::bigint))`,
      );
    else if (after) where.always(`i.number < ${where.place(after.number)}`);
    const order = attention ? `${attentionSql}, i.number DESC` : 'i.number DESC';
    const result = await this.database.pool.query<IncidentSummaryRow>(
      `SELECT ${columns} FROM ${joined} ${where.sql} ORDER BY ${order} LIMIT ${where.place(query.limit)}`,
      where.values,
    );
    return result.rows;
  }

  async byNumber(number: number): Promise<IncidentRow | null> {
    const result = await this.database.pool.query<IncidentRow>(
      `SELECT ${columns}, i.escalation, i.wake_at AS "wakeAt",
         (SELECT a.facts->>'runbook' FROM alert a WHERE a.incident_id = i.id AND a.facts->>'runbook' IS NOT NULL LIMIT 1) AS runbook
       FROM ${joined} WHERE i.number = $1`,
      [number],
    );
    return result.rows[0] ?? null;
  }

  /** Open ones by severity, and those that wait for a person. */
  async counts(): Promise<{ severity: AlertSeverity; open: number; waiting: number }[]> {
    const result = await this.database.pool.query<{ severity: AlertSeverity; open: number; waiting: number }>(
      `SELECT severity, count(*)::float8 AS open,
         count(*) FILTER (WHERE state = 'firing' AND muted IS NULL)::float8 AS waiting
       FROM incident i WHERE state <> 'resolved' AND ${peoples} GROUP BY severity`,
    );
    return result.rows;
  }

  /** Newest first. */
  async notices(incidentId: string, limit: number): Promise<NoticeRow[]> {
    const result = await this.database.pool.query<NoticeRow>(
      `SELECT n.id, i.number::float8 AS incident, n.channel, n.recipient, n.reason, n.step, n.state, n.attempts,
         n.created_at AS "createdAt", n.sent_at AS "sentAt", n.next_at AS "nextAt", n.outcome
       FROM notice n JOIN incident i ON i.id = n.incident_id
       WHERE n.incident_id = $1 ORDER BY n.created_at DESC, n.id DESC LIMIT $2`,
      [incidentId, limit],
    );
    return result.rows;
  }

  /** Who used a link to acknowledge, and when; null: nobody did. */
  async usedLink(incidentId: string, link: string): Promise<{ by: string; at: Date } | null> {
    const result = await this.database.pool.query<{ by: string; at: Date }>(
      `SELECT actor AS by, at FROM alert_log WHERE incident_id = $1 AND stage = 'person' AND data->>'link' = $2 ORDER BY id LIMIT 1`,
      [incidentId, link],
    );
    return result.rows[0] ?? null;
  }

  /** In order. @param after id of the last entry seen */
  async log(incidentId: string, after: string | null, limit: number): Promise<AlertLogRow[]> {
    const result = await this.database.pool.query<AlertLogRow>(
      `SELECT id, at, stage, code, text, actor, alert_id AS "alertId", notice_id AS "noticeId", data AS figures
       FROM alert_log WHERE incident_id = $1 AND ($2::bigint IS NULL OR id > $2) ORDER BY id LIMIT $3`,
      [incidentId, after, limit],
    );
    return result.rows;
  }
}

/** Incidents as lists show them, in the caller's transaction, which may have changed them. */
export async function incidentSummaries(client: Client, ids: readonly string[]): Promise<IncidentSummaryRow[]> {
  const result = await client.query<IncidentSummaryRow>(
    `SELECT ${columns} FROM ${joined} WHERE i.id = ANY($1::uuid[])`,
    [ids],
  );
  return result.rows;
}
