import { overrideOf } from '@carillon/core/job/host-overrides';
import type { HostOverride } from '@carillon/core/job/job-spec';
import { spreadKeyOf } from '@carillon/core/job/task-for-job';
import type { FirePlan } from '@carillon/core/timeline/coming-fires';
import type { Schedule } from '@carillon/wintask/schedule/schedule';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import { zoneOf } from './expected-run-rows.js';

interface VersionRow {
  readonly jobId: string;
  readonly version: number;
  readonly job: string;
  readonly schedule: Schedule;
  readonly enabled: boolean;
  readonly overrides: readonly HostOverride[] | null;
}

interface PlacedRow {
  readonly jobId: string;
  readonly version: number;
  readonly timezone: string;
  readonly hosts: number;
  /** Set where one host stands for itself. */
  readonly hostId: string | null;
  readonly host: string | null;
}

export interface PlanLabel {
  readonly key: string;
  readonly value: string;
}

/** What a host has registered, or will as soon as it hears of it. */
const versionSql = 'coalesce(a.applied_version, a.version)';
const liveSql = `a.state <> 'removing' AND h.state = 'active'`;
/** Hosts that an override of the version names. */
const isOwnSql = `EXISTS (SELECT FROM jsonb_array_elements(v.spec->'overrides') o, jsonb_array_elements_text(o->'hosts') n WHERE lower(n) = h.name_key)`;

/** The timetables that hosts have, as few as tell all their starts. */
@Injectable()
export class FirePlansStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Of each of some hosts, with the offsets of its own; only of one job where one is given. */
  async ofHosts(hostIds: readonly string[], jobId: string | null): Promise<Map<string, FirePlan[]>> {
    const placed = await this.database.pool.query<PlacedRow>(
      `SELECT a.job_id AS "jobId", ${versionSql} AS version, h.timezone, 1 AS hosts, h.id AS "hostId", h.name AS host
       FROM assignment a JOIN host h ON h.id = a.host_id
       WHERE a.host_id = ANY($1) AND ($2::uuid IS NULL OR a.job_id = $2) AND ${liveSql}`,
      [hostIds, jobId],
    );
    return this.plans(placed.rows, ({ hostId }) => hostId ?? '');
  }

  /** Of each of some jobs on one host. */
  async ofJobsOnHost(jobIds: readonly string[], hostId: string): Promise<Map<string, FirePlan[]>> {
    const placed = await this.database.pool.query<PlacedRow>(
      `SELECT a.job_id AS "jobId", ${versionSql} AS version, h.timezone, 1 AS hosts, h.id AS "hostId", h.name AS host
       FROM assignment a JOIN host h ON h.id = a.host_id WHERE a.host_id = $1 AND a.job_id = ANY($2) AND ${liveSql}`,
      [hostId, jobIds],
    );
    return this.plans(placed.rows, ({ jobId }) => jobId);
  }

  /** Of each of some jobs, or of all: hosts of a time zone are one, unless the job is different there. */
  async ofJobs(jobIds: readonly string[] | null, label?: PlanLabel): Promise<Map<string, FirePlan[]>> {
    const placed = await this.database.pool.query<PlacedRow>(
      `SELECT a.job_id AS "jobId", a.version, a.timezone, count(*)::int AS hosts, a.own AS "hostId", min(a.name) FILTER (WHERE a.own IS NOT NULL) AS host
       FROM (SELECT a.job_id, v.version, h.timezone, h.name, CASE WHEN v.spec ? 'overrides' AND ${isOwnSql} THEN h.id END AS own
         FROM assignment a JOIN host h ON h.id = a.host_id
           JOIN job_version v ON v.job_id = a.job_id AND v.version = ${versionSql}
         WHERE ($1::uuid[] IS NULL OR a.job_id = ANY($1)) AND ($2::jsonb IS NULL OR h.labels @> $2) AND ${liveSql}) a
       GROUP BY a.job_id, a.version, a.timezone, a.own`,
      [jobIds, label === undefined ? null : JSON.stringify({ [label.key]: label.value })],
    );
    return this.plans(placed.rows, ({ jobId }) => jobId);
  }

  private async plans(
    placed: readonly PlacedRow[],
    keyOf: (row: PlacedRow) => string,
  ): Promise<Map<string, FirePlan[]>> {
    const versions = await this.versions(placed);
    const plans = new Map<string, FirePlan[]>();
    for (const row of placed) {
      const version = versions.get(`${row.jobId}/${row.version}`);
      if (!version) continue;
      const key = keyOf(row);
      const found = plans.get(key);
      if (found) found.push(planOf(version, row));
      else plans.set(key, [planOf(version, row)]);
    }
    return plans;
  }

  private async versions(placed: readonly PlacedRow[]): Promise<Map<string, VersionRow>> {
    const wanted = new Map(placed.map(({ jobId, version }) => [`${jobId}/${version}`, { jobId, version }]));
    const result = await this.database.pool.query<VersionRow>(
      `SELECT v.job_id AS "jobId", v.version, j.name AS job, v.spec->'schedule' AS schedule,
         coalesce((v.spec->>'enabled')::bool, true) AS enabled, v.spec->'overrides' AS overrides
       FROM unnest($1::uuid[], $2::int[]) AS x(job_id, version)
       JOIN job_version v ON v.job_id = x.job_id AND v.version = x.version JOIN job j ON j.id = v.job_id`,
      [[...wanted.values()].map(({ jobId }) => jobId), [...wanted.values()].map(({ version }) => version)],
    );
    return new Map(result.rows.map((row) => [`${row.jobId}/${row.version}`, row]));
  }
}

function planOf({ job, jobId, schedule, enabled, overrides }: VersionRow, row: PlacedRow): FirePlan {
  const own = row.host === null ? undefined : overrideOf(overrides ?? [], row.host);
  return {
    job,
    schedule: own?.schedule ?? schedule,
    enabled: own?.enabled ?? enabled,
    hostTimezone: zoneOf(row.timezone),
    hosts: row.hosts,
    ...spreadKeyOf(row.hostId ?? undefined, jobId),
  };
}
