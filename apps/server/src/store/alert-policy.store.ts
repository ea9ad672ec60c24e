import type { AlertPolicySpec } from '@carillon/core/alert/documents/alert-policy.schema';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';

export interface AlertPolicyRow {
  readonly name: string;
  readonly nameKey: string;
  readonly spec: AlertPolicySpec;
  readonly updatedAt: Date;
  readonly jobs: string[];
  /** Alerts that fire or are acknowledged. */
  readonly firing: number;
  readonly lastFiredAt: Date | null;
}

/** Alert policies and which jobs name them. */
@Injectable()
export class AlertPolicyStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async list(after: string | null, limit: number): Promise<AlertPolicyRow[]> {
    const result = await this.database.pool.query<AlertPolicyRow>(
      `SELECT p.name, p.name_key AS "nameKey", p.spec, p.updated_at AS "updatedAt", coalesce((
         SELECT json_agg(j.name ORDER BY j.name_key) FROM job j
         JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
         WHERE j.deleted_at IS NULL AND EXISTS (SELECT 1 FROM jsonb_array_elements_text(v.spec->'alerts') AS a(name) WHERE lower(a.name) = p.name_key)
       ), '[]') AS jobs,
       (SELECT count(*)::int FROM alert a WHERE a.policy = p.name_key AND a.state IN ('firing', 'acked')) AS firing,
       (SELECT max(a.fired_at) FROM alert a WHERE a.policy = p.name_key) AS "lastFiredAt"
       FROM alert_document p WHERE p.kind = 'AlertPolicy' AND ($1::text IS NULL OR p.name_key > $1) ORDER BY p.name_key LIMIT $2`,
      [after, limit],
    );
    return result.rows;
  }
}
