import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import { containing, presenceSql } from './presence-sql.js';

export interface HostTaskRow {
  readonly host: string;
  readonly hostKey: string;
  readonly timezone: string;
  readonly capabilities: string[];
  readonly variables: Record<string, string>;
  readonly path: string;
  readonly pathKey: string;
  readonly definition: string | null;
  readonly problem: string | null;
  readonly enabled: boolean | null;
  readonly runAs: string;
  readonly command: string;
  readonly arguments: string;
  readonly workingDirectory: string;
  readonly lastResult: number | null;
  readonly lastRunAt: Date | null;
  readonly nextRunAt: Date | null;
  readonly groupKey: string | null;
  readonly variantKey: string | null;
  /** Name of the job that stands in for it. */
  readonly replacedBy: string | null;
}

export interface InventoryFreshness {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly receivedAt: Date | null;
  /** Whether its agent can tell tasks at all. */
  readonly isAble: boolean;
  readonly isOnline: boolean;
}

export interface TaskGroupRow {
  readonly key: string;
  /** The commonest last part of its tasks' paths. */
  readonly name: string;
  readonly command: string;
  readonly tasks: number;
  readonly hosts: number;
  readonly variants: number;
  readonly replaced: number;
}

const replacedBySql = `(SELECT j.name FROM assignment a JOIN job j ON j.id = a.job_id
  JOIN job_version v ON v.job_id = a.job_id AND v.version = a.version
  WHERE a.host_id = t.host_id AND a.state <> 'removing'
    AND EXISTS (SELECT 1 FROM jsonb_array_elements_text(coalesce(v.spec->'replaces', '[]')) AS r(path) WHERE lower(r.path) = t.path_key)
  LIMIT 1)`;

const taskSql = `
  SELECT h.name AS host, h.name_key AS "hostKey", h.timezone, h.capabilities, coalesce(i.variables, '{}') AS variables,
    t.path, t.path_key AS "pathKey", t.definition, t.problem, t.enabled, t.run_as AS "runAs", t.command, t.arguments,
    t.working_directory AS "workingDirectory", t.last_result::float8 AS "lastResult", t.last_run_at AS "lastRunAt",
    t.next_run_at AS "nextRunAt", t.group_key AS "groupKey", t.variant_key AS "variantKey", ${replacedBySql} AS "replacedBy"
  FROM host_task t JOIN host h ON h.id = t.host_id LEFT JOIN host_inventory i ON i.host_id = t.host_id
  WHERE t.path_key NOT LIKE '\\\\carillon\\\\%'`;

/** Tasks on hosts that are neither Windows' nor ours. */
@Injectable()
export class InventoryStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Of one host, by path. */
  async ofHost(hostKey: string, { after, limit }: { after: string | null; limit: number }): Promise<HostTaskRow[]> {
    const result = await this.database.pool.query<HostTaskRow>(
      `${taskSql} AND h.name_key = $1 AND ($2::text IS NULL OR t.path_key COLLATE "C" > $2) ORDER BY t.path_key COLLATE "C" LIMIT $3`,
      [hostKey, after, limit],
    );
    return result.rows;
  }

  /** Of one group, by host and path. */
  async ofGroup(key: string, limit: number): Promise<HostTaskRow[]> {
    const result = await this.database.pool.query<HostTaskRow>(
      `${taskSql} AND t.group_key = $1 ORDER BY h.name_key, t.path_key LIMIT $2`,
      [key, limit],
    );
    return result.rows;
  }

  /** With this path, on all hosts. */
  async ofPath(pathKey: string, limit: number): Promise<HostTaskRow[]> {
    const result = await this.database.pool.query<HostTaskRow>(
      `${taskSql} AND t.path_key = $1 ORDER BY h.name_key LIMIT $2`,
      [pathKey, limit],
    );
    return result.rows;
  }

  /** Groups of similar tasks, the largest first; `offset` since an order by size has no stable key to go on from. */
  async groups({
    search,
    offset,
    limit,
  }: {
    search: string | undefined;
    offset: number;
    limit: number;
  }): Promise<TaskGroupRow[]> {
    const result = await this.database.pool.query<TaskGroupRow>(
      `SELECT t.group_key AS key, mode() WITHIN GROUP (ORDER BY regexp_replace(t.path, '^.*\\\\', '')) AS name,
         mode() WITHIN GROUP (ORDER BY t.command) AS command, count(*)::int AS tasks,
         count(DISTINCT t.host_id)::int AS hosts, count(DISTINCT t.variant_key)::int AS variants,
         count(${replacedBySql})::int AS replaced
       FROM host_task t
       WHERE t.group_key IS NOT NULL AND t.path_key NOT LIKE '\\\\carillon\\\\%'
         AND ($1::text IS NULL OR t.path ILIKE $1 OR t.command ILIKE $1)
       GROUP BY t.group_key ORDER BY count(DISTINCT t.host_id) DESC, t.group_key LIMIT $2 OFFSET $3`,
      [search === undefined ? null : containing(search), limit, offset],
    );
    return result.rows;
  }

  /**
   * When hosts last told their tasks, and whether they could now.
   * @param keys lower-case names; null for all active hosts
   * @returns with the instant by the database's clock, which also dates what is received
   */
  async freshness(keys: readonly string[] | null): Promise<{ at: Date; hosts: InventoryFreshness[] }> {
    const result = await this.database.pool.query<InventoryFreshness & { at: Date }>(
      `SELECT now() AS at, h.id, h.name, h.name_key AS key, i.received_at AS "receivedAt",
         'inventory' = ANY(h.capabilities) AS "isAble", ${presenceSql} = 'online' AS "isOnline"
       FROM host h LEFT JOIN host_inventory i ON i.host_id = h.id LEFT JOIN agent_session s ON s.host_id = h.id
       WHERE h.state = 'active' AND ($1::text[] IS NULL OR h.name_key = ANY($1)) ORDER BY h.name_key`,
      [keys],
    );
    return { at: result.rows[0]?.at ?? new Date(), hosts: result.rows };
  }

  async jobNames(): Promise<string[]> {
    const result = await this.database.pool.query<{ name: string }>(
      'SELECT name_key AS name FROM job WHERE deleted_at IS NULL',
    );
    return result.rows.map(({ name }) => name);
  }
}
