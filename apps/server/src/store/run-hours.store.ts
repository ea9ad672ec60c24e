import { type RunState, runStates } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';

export interface RunHourQuery {
  /** Hours since 1970 in UTC, both included. */
  readonly fromHour: number;
  readonly toHour: number;
  readonly job?: string | undefined;
  readonly host?: string | undefined;
  readonly label?: { readonly key: string; readonly value: string } | undefined;
}

export interface RunHourRow {
  readonly hour: number;
  /** Only those with runs. */
  readonly states: Partial<Record<RunState, number>>;
  /** Of all runs that ended together. */
  readonly durationMs: number;
}

const counts = runStates.map((state) => `'${state}', nullif(sum(c."${state}"), 0)`).join(', ');
const result = `SELECT c.hour, json_strip_nulls(json_build_object(${counts})) AS states,
  coalesce(sum(c.duration_ms), 0)::float8 AS "durationMs"`;
const anyRun = runStates.map((state) => `coalesce(sum(c."${state}"), 0)`).join(' + ');
const within = 'c.hour BETWEEN $1 AND $2';
const grouped = `GROUP BY c.hour HAVING ${anyRun} > 0 ORDER BY c.hour`;

/** Runs by the hour of their start, as they were counted when they were stored: no run is read. */
@Injectable()
export class RunHoursStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Hours with runs, the oldest first. Names that nobody has give none; removed jobs count too. */
  async list(query: RunHourQuery): Promise<RunHourRow[]> {
    const { fromHour, toHour, job, host, label } = query;
    const ofHosts = host !== undefined || label !== undefined;
    if (job === undefined && !ofHosts)
      return (await this.database.pool.query<RunHourRow>(ofFleetSql, [fromHour, toHour])).rows;
    const values: unknown[] = [fromHour, toHour, job?.toLowerCase() ?? null];
    if (ofHosts) values.push(host?.toLowerCase() ?? null, label ? JSON.stringify({ [label.key]: label.value }) : null);
    const answer = await this.database.pool.query<RunHourRow>(ofHosts ? ofHostsSql : ofAllHostsSql, values);
    return answer.rows;
  }
}

const jobs = 'SELECT id FROM job WHERE $3::text IS NULL OR name_key = $3';
const ofFleetSql = `${result} FROM run_fleet_hour c WHERE ${within} ${grouped}`;
const ofAllHostsSql = `${result} FROM run_job_hour c WHERE ${within} AND c.job_id IN (${jobs}) ${grouped}`;
/** The counts have an index by job and host, and none by host alone: each pair is looked up. */
const ofHostsSql = `WITH jobs AS (${jobs}),
  hosts AS (SELECT id FROM host WHERE ($4::text IS NULL OR name_key = $4) AND ($5::jsonb IS NULL OR labels @> $5))
  ${result} FROM jobs CROSS JOIN hosts JOIN run_hour c ON c.job_id = jobs.id AND c.host_id = hosts.id
  WHERE ${within} ${grouped}`;
