import { isBadRun, runStates } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import { assignmentCountsSql, presenceSql } from './presence-sql.js';
import { type Counted, RecentCounts } from './recent-counts.js';
import { sumOf } from './run-hours.js';

export interface OverviewRow {
  readonly hosts: { total: number; online: number; lagging: number; offline: number; inSync: number };
  readonly jobs: { total: number; enabled: number };
  readonly assignments: { total: number; applied: number; pending: number; failed: number };
  readonly runs: { total: number; running: number; succeeded: number; warning: number; bad: number };
}

/** Runs of so long count. */
export const overviewSpanMs = 24 * 3_600_000;

/** The state of everything in one look. */
@Injectable()
export class OverviewStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  private readonly recent = new RecentCounts(
    () => this.count(Date.now() - overviewSpanMs),
    ({ hosts, assignments }) => hosts.total + assignments.total,
  );

  /** Of the last day; in a large fleet of up to a second ago. */
  counts(nowMs: number): Promise<Counted<OverviewRow>> {
    return this.recent.get(nowMs);
  }

  /** Runs count from the beginning of the hour of `sinceMs`. They are counted when they are stored, so that nothing is scanned. */
  async count(sinceMs: number): Promise<OverviewRow> {
    const result = await this.database.pool.query<OverviewRow>(
      `SELECT
        (SELECT json_build_object('total', count(*), 'online', count(*) FILTER (WHERE p = 'online'), 'lagging', count(*) FILTER (WHERE p = 'lagging'),
            'offline', count(*) FILTER (WHERE p IN ('offline', 'never-seen')), 'inSync', count(*) FILTER (WHERE in_sync))
          FROM (SELECT ${presenceSql} AS p, h.observed_hash IS NOT DISTINCT FROM h.desired_hash AS in_sync
                FROM host h LEFT JOIN agent_session s ON s.host_id = h.id WHERE h.state = 'active') AS seen) AS hosts,
        (SELECT json_build_object('total', count(*), 'enabled', count(*) FILTER (WHERE (v.spec->>'enabled')::boolean))
          FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version WHERE j.deleted_at IS NULL) AS jobs,
        (SELECT ${assignmentCountsSql} FROM assignment a WHERE a.state <> 'removing') AS assignments,
        (SELECT json_build_object('total', ${sumOf(runStates)}, 'running', ${sumOf(['running'])}, 'succeeded', ${sumOf(['succeeded'])},
            'warning', ${sumOf(['warning'])}, 'bad', ${sumOf(runStates.filter(isBadRun))})
          FROM run_fleet_hour WHERE hour >= $1) AS runs`,
      [Math.floor(sinceMs / 3_600_000)],
    );
    return result.rows[0] as OverviewRow;
  }
}
