import type { Reason } from '@carillon/core/alert/reason';
import { selfWatch } from '@carillon/core/alert/self-watch/self-watch';
import type { AlertSeverity, AlertState } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { Conditions } from './conditions.js';
import { Database } from './database.store.js';

export interface AlertRow {
  readonly id: string;
  readonly policy: string;
  readonly job: string | null;
  readonly host: string | null;
  readonly what: string;
  readonly state: AlertState;
  readonly severity: AlertSeverity;
  readonly flapping: boolean;
  readonly since: Date;
  readonly firedAt: Date | null;
  readonly resolvedAt: Date | null;
  readonly reason: Reason;
  readonly runId: string | null;
  readonly incident: number | null;
}

export interface AlertQuery {
  readonly state?: AlertState | undefined;
  readonly policy?: string | undefined;
  readonly job?: string | undefined;
  readonly host?: string | undefined;
  readonly incident?: number | undefined;
  /** Alerts older than this id. */
  readonly before: string | null;
  readonly limit: number;
}

const columns = `a.id, coalesce(a.facts->>'policyName', a.policy) AS policy, j.name AS job, h.name AS host, a.what, a.state, a.severity,
  a.flapping, a.since, a.fired_at AS "firedAt", a.resolved_at AS "resolvedAt", a.reason, a.run_id AS "runId",
  i.number::float8 AS incident`;
const joined = `alert a LEFT JOIN job j ON j.id = a.job_id LEFT JOIN host h ON h.id = a.host_id
  LEFT JOIN incident i ON i.id = a.incident_id`;

/** Alerts as people look at them. */
@Injectable()
export class AlertListStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Newest first: ids are UUIDv7. Open ones, unless a state or an incident is asked for; what only waits (`ok`) is no news. */
  async list(query: AlertQuery): Promise<AlertRow[]> {
    const where = new Conditions();
    where.given(query.state, (place) => `a.state = ${place}`);
    if (query.state === undefined && query.incident === undefined) where.always(`a.state NOT IN ('ok', 'resolved')`);
    // Tests of our own are nobody's work.
    if (query.incident === undefined) where.always(`a.policy <> '${selfWatch.name}'`);
    where.given(query.policy?.toLowerCase(), (place) => `a.policy = ${place}`);
    where.given(
      query.job?.toLowerCase(),
      (place) => `a.job_id = (SELECT id FROM job WHERE name_key = ${place} AND deleted_at IS NULL)`,
    );
    where.given(query.host?.toLowerCase(), (place) => `a.host_id = (SELECT id FROM host WHERE name_key = ${place})`);
    where.given(query.incident, (place) => `a.incident_id = (SELECT id FROM incident WHERE number = ${place})`);
    if (query.before !== null) where.always(`a.id < ${where.place(query.before)}`);
    const result = await this.database.pool.query<AlertRow>(
      `SELECT ${columns} FROM ${joined} ${where.sql} ORDER BY a.id DESC LIMIT ${where.place(query.limit)}`,
      where.values,
    );
    return result.rows;
  }

  /** What an incident consists of, what still fires first. */
  async ofIncident(incidentId: string, limit: number): Promise<AlertRow[]> {
    const result = await this.database.pool.query<AlertRow>(
      `SELECT ${columns} FROM ${joined} WHERE a.incident_id = $1 ORDER BY a.state = 'resolved', a.id LIMIT $2`,
      [incidentId, limit],
    );
    return result.rows;
  }
}
