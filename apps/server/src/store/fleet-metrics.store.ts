import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import { presenceSql } from './presence-sql.js';

export interface FleetFigures {
  /** Active hosts by presence, and events that wait on those that are there. */
  readonly hosts: readonly { readonly presence: string; readonly count: number; readonly waiting: number }[];
  /** Of the last whole minute. */
  readonly runs: { readonly started: number; readonly bad: number };
  /** Events for subscriptions that wait or were given up, and those of the last hour. */
  readonly deliveries: readonly { readonly state: string; readonly count: number }[];
}

/** What monitoring asks about hosts and runs: of what was counted when it came, in three cheap statements. */
@Injectable()
export class FleetMetricsStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async read(nowMs: number): Promise<FleetFigures> {
    const { pool } = this.database;
    const [hosts, runs, deliveries] = await Promise.all([
      pool.query<FleetFigures['hosts'][number]>(
        `SELECT p AS presence, count(*)::float8 AS count, sum(waiting)::float8 AS waiting
         FROM (SELECT ${presenceSql} AS p, coalesce(s.spool_waiting, 0) AS waiting
               FROM host h LEFT JOIN agent_session s ON s.host_id = h.id WHERE h.state = 'active') AS seen GROUP BY p`,
      ),
      pool.query<FleetFigures['runs']>(
        `SELECT coalesce(sum(started), 0)::float8 AS started, coalesce(sum(bad), 0)::float8 AS bad
         FROM run_minute WHERE minute = $1`,
        [Math.floor(nowMs / 60_000) - 1],
      ),
      pool.query<FleetFigures['deliveries'][number]>(
        `SELECT state, count(*)::float8 AS count FROM subscription_delivery
         WHERE next_at IS NOT NULL OR created_at > now() - interval '1 hour' GROUP BY state`,
      ),
    ]);
    return { hosts: hosts.rows, runs: runs.rows[0] ?? { started: 0, bad: 0 }, deliveries: deliveries.rows };
  }
}
