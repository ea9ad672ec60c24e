import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import { presenceSql } from './presence-sql.js';
import { badStatesSql } from './run.store.js';

export interface OverviewRow {
  readonly hosts: { total: number; online: number; lagging: number; offline: number; inSync: number };
  readonly jobs: { total: number; enabled: number };
  readonly assignments: { total: number; applied: number; pending: number; failed: number };
  readonly runs: { total: number; running: number; succeeded: number; warning: number; bad: number };
}

/** The state of everything in one look. */
@Injectable()
export class OverviewStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Runs count from `sinceId`, a UUIDv7 border. */
  async counts(sinceId: string): Promise<OverviewRow> {
    const result = await this.database.pool.query<OverviewRow>(
      `SELECT
        (SELECT json_build_object('total', count(*), 'online', count(*) FILTER (WHERE p = 'online'), 'lagging', count(*) FILTER (WHERE p = 'lagging'),
            'offline', count(*) FILTER (WHERE p IN ('offline', 'never-seen')), 'inSync', count(*) FILTER (WHERE in_sync))
          FROM (SELECT ${presenceSql} AS p, h.observed_hash IS NOT DISTINCT FROM h.desired_hash AS in_sync
                FROM host h LEFT JOIN agent_session s ON s.host_id = h.id WHERE h.state = 'active') AS seen) AS hosts,
        (SELECT json_build_object('total', count(*), 'enabled', count(*) FILTER (WHERE (v.spec->>'enabled')::boolean))
          FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version WHERE j.deleted_at IS NULL) AS jobs,
        (SELECT json_build_object('total', count(*), 'applied', count(*) FILTER (WHERE state = 'applied'),
            'pending', count(*) FILTER (WHERE state IN ('desired', 'delivered')), 'failed', count(*) FILTER (WHERE state IN ('drifted', 'failed', 'rejected')))
          FROM assignment WHERE state <> 'removing') AS assignments,
        (SELECT json_build_object('total', count(*), 'running', count(*) FILTER (WHERE state = 'running'), 'succeeded', count(*) FILTER (WHERE state = 'succeeded'),
            'warning', count(*) FILTER (WHERE state = 'warning'), 'bad', count(*) FILTER (WHERE state IN ${badStatesSql}))
          FROM run WHERE id >= $1) AS runs`,
      [sinceId],
    );
    return result.rows[0] as OverviewRow;
  }
}
