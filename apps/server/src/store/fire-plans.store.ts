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
  readonly schedule: Schedule;
  readonly enabled: boolean;
  readonly overrides: readonly HostOverride[] | null;
}

interface PlacedRow {
  readonly jobId: string;
  readonly job: string;
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
/** Some 10 MB of timetables; a version never changes, so that one that is known need not be read again. */
const versionsKept = 20_000;

/** The timetables that hosts have, as few as tell all their starts. */
@Injectable()
export class FirePlansStore {
  private readonly known = new Map<string, VersionRow>();

  constructor(@Inject(Database) private readonly database: Database) {}

  /** Of each of some hosts, with the offsets of its own; only of one job where one is given. */
  async ofHosts(hostIds: readonly string[], jobId: string | null): Promise<Map<string, FirePlan[]>> {
    const placed = await this.database.pool.query<PlacedRow>(
      `SELECT a.job_id AS "jobId", j.name AS job, ${versionSql} AS version, h.timezone, 1 AS hosts, h.id AS "hostId", h.name AS host
       FROM assignment a JOIN host h ON h.id = a.host_id JOIN job j ON j.id = a.job_id
       WHERE a.host_id = ANY($1) AND ($2::uuid IS NULL OR a.job_id = $2) AND ${liveSql}`,
      [hostIds, jobId],
    );
    return this.plans(placed.rows, ({ hostId }) => hostId ?? '');
  }

  /** Of each of some jobs on one host. */
  async ofJobsOnHost(jobIds: readonly string[], hostId: string): Promise<Map<string, FirePlan[]>> {
    const placed = await this.database.pool.query<PlacedRow>(
      `SELECT a.job_id AS "jobId", j.name AS job, ${versionSql} AS version, h.timezone, 1 AS hosts, h.id AS "hostId", h.name AS host
       FROM assignment a JOIN host h ON h.id = a.host_id JOIN job j ON j.id = a.job_id
       WHERE a.host_id = $1 AND a.job_id = ANY($2) AND ${liveSql}`,
      [hostId, jobIds],
    );
    return this.plans(placed.rows, ({ jobId }) => jobId);
  }

  /** Of each of some jobs, or of all: hosts of a time zone are one, unless the job is different there. */
  async ofJobs(jobIds: readonly string[] | null, label?: PlanLabel): Promise<Map<string, FirePlan[]>> {
    const labels = label === undefined ? null : JSON.stringify({ [label.key]: label.value });
    // The definitions are looked up for the few groups: for each of many thousand assignments it would take five times as long.
    const placed = await this.database.pool.query<PlacedRow>(
      `SELECT g.*, j.name AS job, NULL AS "hostId", NULL AS host
       FROM (
         SELECT a.job_id AS "jobId", ${versionSql} AS version, h.timezone, count(*)::int AS hosts
         FROM assignment a JOIN host h ON h.id = a.host_id
         WHERE ($1::uuid[] IS NULL OR a.job_id = ANY($1)) AND ($2::jsonb IS NULL OR h.labels @> $2) AND ${liveSql}
         GROUP BY 1, 2, 3) g
       JOIN job j ON j.id = g."jobId"`,
      [jobIds, labels],
    );
    const versions = await this.versions(placed.rows);
    const own = await this.hostsApart([...versions.values()], labels);
    return plansBy(withoutThose(placed.rows, own), versions, ({ jobId }) => jobId);
  }

  /** Hosts that an override of a version names, one by one. */
  private async hostsApart(versions: readonly VersionRow[], labels: string | null): Promise<PlacedRow[]> {
    const named = versions.flatMap(({ jobId, version, overrides }) =>
      (overrides ?? []).flatMap(({ hosts }) => hosts.map((name) => ({ jobId, version, key: name.toLowerCase() }))),
    );
    if (named.length === 0) return [];
    const result = await this.database.pool.query<PlacedRow>(
      `SELECT DISTINCT a.job_id AS "jobId", j.name AS job, x.version, h.timezone, 1 AS hosts, h.id AS "hostId", h.name AS host
       FROM unnest($1::uuid[], $2::int[], $3::text[]) AS x(job_id, version, name_key)
       JOIN host h ON h.name_key = x.name_key
       JOIN assignment a ON a.job_id = x.job_id AND a.host_id = h.id AND ${versionSql} = x.version
       JOIN job j ON j.id = a.job_id
       WHERE ($4::jsonb IS NULL OR h.labels @> $4) AND ${liveSql}`,
      [named.map(({ jobId }) => jobId), named.map(({ version }) => version), named.map(({ key }) => key), labels],
    );
    return result.rows;
  }

  private async plans(
    placed: readonly PlacedRow[],
    keyOf: (row: PlacedRow) => string,
  ): Promise<Map<string, FirePlan[]>> {
    return plansBy(placed, await this.versions(placed), keyOf);
  }

  private async versions(placed: readonly PlacedRow[]): Promise<Map<string, VersionRow>> {
    const wanted = new Map(placed.map(({ jobId, version }) => [`${jobId}/${version}`, { jobId, version }]));
    const missing = [...wanted].filter(([key]) => !this.known.has(key)).map(([, of]) => of);
    const read = missing.length === 0 ? [] : await this.readVersions(missing);
    const fresh = new Map(read.map((row) => [`${row.jobId}/${row.version}`, row]));
    const found = new Map<string, VersionRow>();
    for (const key of wanted.keys()) {
      const version = fresh.get(key) ?? this.known.get(key);
      if (version) found.set(key, version);
    }
    this.keep(fresh);
    return found;
  }

  private keep(versions: ReadonlyMap<string, VersionRow>): void {
    for (const [key, version] of versions) this.known.set(key, version);
    for (const key of this.known.keys()) {
      if (this.known.size <= versionsKept) return;
      this.known.delete(key);
    }
  }

  private async readVersions(wanted: readonly { jobId: string; version: number }[]): Promise<VersionRow[]> {
    const result = await this.database.pool.query<VersionRow>(
      `SELECT v.job_id AS "jobId", v.version, v.spec->'schedule' AS schedule,
         coalesce((v.spec->>'enabled')::bool, true) AS enabled, v.spec->'overrides' AS overrides
       FROM unnest($1::uuid[], $2::int[]) AS x(job_id, version)
       JOIN job_version v ON v.job_id = x.job_id AND v.version = x.version`,
      [wanted.map(({ jobId }) => jobId), wanted.map(({ version }) => version)],
    );
    return result.rows;
  }
}

/** Groups of hosts, each of which is that much smaller than it has hosts that stand for themselves, and those hosts. */
function withoutThose(groups: readonly PlacedRow[], own: readonly PlacedRow[]): PlacedRow[] {
  const key = ({ jobId, version, timezone }: PlacedRow) => `${jobId}/${version}/${timezone}`;
  const apart = new Map<string, number>();
  for (const row of own) apart.set(key(row), (apart.get(key(row)) ?? 0) + 1);
  const rest = groups.map((row) => ({ ...row, hosts: row.hosts - (apart.get(key(row)) ?? 0) }));
  return [...rest.filter(({ hosts }) => hosts > 0), ...own];
}

function plansBy(
  placed: readonly PlacedRow[],
  versions: ReadonlyMap<string, VersionRow>,
  keyOf: (row: PlacedRow) => string,
): Map<string, FirePlan[]> {
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

function planOf({ jobId, schedule, enabled, overrides }: VersionRow, row: PlacedRow): FirePlan {
  const own = row.host === null ? undefined : overrideOf(overrides ?? [], row.host);
  return {
    job: row.job,
    schedule: own?.schedule ?? schedule,
    enabled: own?.enabled ?? enabled,
    hostTimezone: zoneOf(row.timezone),
    hosts: row.hosts,
    ...spreadKeyOf(row.hostId ?? undefined, jobId),
  };
}
