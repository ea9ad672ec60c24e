import type { Target } from '@carillon/core/host/target';
import type { ChainLink } from '@carillon/core/job/job-chain';
import type { JobSpec } from '@carillon/core/job/job-spec';
import type { Unsettled } from '@carillon/core/state/states';
import { lowestUuidAt } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { AcceptedStore } from './accepted.store.js';
import { refreshAlertWatch } from './alert-watch.js';
import { ApprovalGuard } from './approval-permit.js';
import { Database } from './database.store.js';
import { lockDefinitions } from './definition.store.js';
import { deleteJob } from './delete-job.js';
import { DesiredStore } from './desired.store.js';
import { type FreezeOverride, type FrozenJob, frozenJobs, noteOverride } from './freezes.js';
import { assignmentCountsSql, containing, unsettledSql } from './presence-sql.js';
import { RecentCounts } from './recent-counts.js';
import { type RunSummaryRow, runSummaryColumns } from './run.store.js';

export interface JobRow {
  readonly id: string;
  readonly name: string;
  readonly nameKey: string;
  readonly version: number;
  readonly spec: JobSpec;
  readonly manifest: string;
  readonly manifestHash: string;
  /** The file as it was written. Only of one job that is asked for. */
  readonly source?: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly assignments: { total: number; applied: number; pending: number; failed: number };
}

export type RunMarkRow = Pick<RunSummaryRow, 'id' | 'state' | 'startedAt' | 'durationMs'>;

export interface JobVersionRow {
  readonly version: number;
  readonly createdAt: Date;
  readonly author: string;
  readonly reason: string | null;
  readonly spec: JobSpec;
  /** The file as it was written. Only of one version that is asked for. */
  readonly source?: string | null;
}

export interface JobQuery {
  /** Lower-case name of the job before. */
  readonly after: string | null;
  readonly limit: number;
  readonly search?: string | undefined;
  readonly owner?: string | undefined;
  /** A label that its targets ask for; or the name of a host that it is for, or of a group in its targets. */
  /** Some assignment of it is like this. */
  readonly assignments?: Unsettled | undefined;
  readonly target?: { readonly label?: { key: string; value: string }; readonly name?: string } | undefined;
}

const targetNameSql = (at: string) => `(EXISTS (SELECT 1 FROM assignment a JOIN host h ON h.id = a.host_id
    WHERE a.job_id = j.id AND a.state <> 'removing' AND h.name_key = ${at})
  OR EXISTS (SELECT 1 FROM jsonb_array_elements_text(v.spec->'targets'->'groups') AS g(name) WHERE lower(g.name) = ${at}))`;

const latelyMs = 2 * 86_400_000;

const jobColumns = `j.id, j.name, j.name_key AS "nameKey", j.current_version AS version, v.spec, v.manifest, v.manifest_hash AS "manifestHash",
    j.created_at AS "createdAt", j.updated_at AS "updatedAt"`;
const fromJobs = 'FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version';

const sourceSql = '(SELECT s.source FROM job_source s WHERE s.job_id = v.job_id AND s.version = v.version) AS source';

type Counts = JobRow['assignments'];
const noCounts: Counts = { total: 0, applied: 0, pending: 0, failed: 0 };

/** Jobs and their versions as people see them. */
@Injectable()
export class JobStore {
  /** Of each job with any; in a large fleet of up to a second ago. */
  private readonly assignments = new RecentCounts(
    () => this.countAssignments(),
    (counts) => [...counts.values()].reduce((sum, { total }) => sum + total, 0),
  );

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(DesiredStore) private readonly desired: DesiredStore,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
  ) {}

  /** By name. Conditions are only written when asked for. */
  async list({ after, limit, search, owner, target, assignments }: JobQuery): Promise<JobRow[]> {
    const values: unknown[] = [limit];
    const conditions = ['j.deleted_at IS NULL'];
    const add = (sql: (place: string) => string, value: unknown) => {
      values.push(value);
      conditions.push(sql(`$${values.length}`));
    };
    if (after !== null) add((at) => `j.name_key > ${at}`, after);
    if (search !== undefined) add((at) => `j.name ILIKE ${at}`, containing(search));
    if (owner !== undefined) add((at) => `lower(v.spec->>'owner') = lower(${at})`, owner);
    if (target?.label) {
      const { key, value } = target.label;
      add((at) => `v.spec->'targets'->'labels' @> ${at}::jsonb`, JSON.stringify({ [key]: value }));
    }
    if (target?.name !== undefined) add(targetNameSql, target.name.toLowerCase());
    if (assignments !== undefined)
      conditions.push(`EXISTS (SELECT 1 FROM assignment a WHERE a.job_id = j.id AND ${unsettledSql[assignments]})`);
    const listed = this.database.pool.query<Omit<JobRow, 'assignments'>>(
      `SELECT ${jobColumns} ${fromJobs} WHERE ${conditions.join(' AND ')} ORDER BY j.name_key LIMIT $1`,
      values,
    );
    const [{ rows }, { counts }] = await Promise.all([listed, this.assignments.get(Date.now())]);
    return rows.map((row) => ({ ...row, assignments: counts.get(row.id) ?? noCounts }));
  }

  /** Time zones of the hosts of each job. */
  async zones(jobIds: readonly string[]): Promise<Map<string, string[]>> {
    const result = await this.database.pool.query<{ id: string; zones: string[] }>(
      `SELECT a.job_id AS id, array_agg(DISTINCT h.timezone) AS zones FROM assignment a JOIN host h ON h.id = a.host_id
       WHERE a.job_id = ANY($1::uuid[]) AND a.state <> 'removing' GROUP BY a.job_id`,
      [jobIds],
    );
    return new Map(result.rows.map(({ id, zones }) => [id, zones]));
  }

  private async countAssignments(): Promise<Map<string, Counts>> {
    const result = await this.database.pool.query<{ id: string; counts: Counts }>(
      `SELECT a.job_id AS id, ${assignmentCountsSql} AS counts FROM assignment a GROUP BY a.job_id`,
    );
    return new Map(result.rows.map(({ id, counts }) => [id, counts]));
  }

  async byName(name: string): Promise<JobRow | null> {
    const result = await this.database.pool.query<JobRow>(
      `SELECT ${jobColumns}, ${sourceSql}, (SELECT ${assignmentCountsSql} FROM assignment a WHERE a.job_id = j.id) AS assignments
       ${fromJobs} WHERE j.deleted_at IS NULL AND j.name_key = $1`,
      [name.toLowerCase()],
    );
    return result.rows[0] ?? null;
  }

  /** Which live job starts after which, on any of its hosts. */
  async chainLinks(): Promise<ChainLink[]> {
    const result = await this.database.pool.query<ChainLink>(
      `SELECT DISTINCT x->>'job' AS "from", j.name AS "to", coalesce(x->>'outcome', 'success') AS outcome
       FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
       CROSS JOIN LATERAL jsonb_array_elements(
         jsonb_path_query_array(v.spec, 'lax $.schedule[*] ? (@.kind == "job")') ||
         jsonb_path_query_array(v.spec, 'lax $.overrides[*].schedule[*] ? (@.kind == "job")')) AS x
       WHERE j.deleted_at IS NULL ORDER BY 2, 1, 3`,
    );
    return result.rows;
  }

  /** Ids of live jobs by name. */
  async idsOf(names: readonly string[]): Promise<{ readonly nameKey: string; readonly id: string }[]> {
    const result = await this.database.pool.query<{ nameKey: string; id: string }>(
      'SELECT id, name_key AS "nameKey" FROM job WHERE deleted_at IS NULL AND name_key = ANY($1)',
      [names.map((name) => name.toLowerCase())],
    );
    return result.rows;
  }

  /** The newest run of each job. Most ran lately: only for the others all days are looked at. */
  async lastRuns(jobIds: readonly string[]): Promise<Map<string, RunSummaryRow>> {
    const lately = await this.lastRunsSince(jobIds, lowestUuidAt(Date.now() - latelyMs));
    const others = jobIds.filter((id) => !lately.has(id));
    return new Map([...lately, ...(await this.lastRunsSince(others, lowestUuidAt(0)))]);
  }

  /** Of each job its newest runs, at most `count`, the newest first. Only for jobs with few runs lately all days are looked at. */
  async recentRuns(jobIds: readonly string[], count: number): Promise<Map<string, RunMarkRow[]>> {
    const lately = await this.recentRunsSince(jobIds, count, lowestUuidAt(Date.now() - latelyMs));
    const others = jobIds.filter((id) => (lately.get(id)?.length ?? 0) < count);
    return new Map([...lately, ...(await this.recentRunsSince(others, count, lowestUuidAt(0)))]);
  }

  private async recentRunsSince(jobIds: readonly string[], count: number, sinceId: string) {
    const runs = new Map<string, RunMarkRow[]>();
    if (jobIds.length === 0) return runs;
    const result = await this.database.pool.query<RunMarkRow & { jobId: string }>(
      `SELECT x.job_id AS "jobId", r.id, r.state, r.started_at AS "startedAt", r.duration_ms::float8 AS "durationMs"
       FROM unnest($1::uuid[]) AS x(job_id)
       CROSS JOIN LATERAL (SELECT * FROM run WHERE run.job_id = x.job_id AND id >= $2 ORDER BY id DESC LIMIT $3) AS r
       ORDER BY r.id DESC`,
      [jobIds, sinceId, count],
    );
    for (const { jobId, ...run } of result.rows) runs.set(jobId, [...(runs.get(jobId) ?? []), run]);
    return runs;
  }

  private async lastRunsSince(jobIds: readonly string[], sinceId: string): Promise<Map<string, RunSummaryRow>> {
    if (jobIds.length === 0) return new Map();
    const result = await this.database.pool.query<RunSummaryRow & { jobId: string }>(
      `SELECT x.job_id AS "jobId", ${runSummaryColumns} FROM unnest($1::uuid[]) AS x(job_id)
       CROSS JOIN LATERAL (SELECT * FROM run WHERE run.job_id = x.job_id AND id >= $2 ORDER BY id DESC LIMIT 1) AS r
       JOIN job j ON j.id = r.job_id JOIN host h ON h.id = r.host_id`,
      [jobIds, sinceId],
    );
    return new Map(result.rows.map((row) => [row.jobId, row]));
  }

  /** Newest first; `before` is a version number. */
  async versions(jobId: string, { before, limit }: { before: number | null; limit: number }): Promise<JobVersionRow[]> {
    const result = await this.database.pool.query<JobVersionRow>(
      `SELECT version, created_at AS "createdAt", author, reason, spec FROM job_version
       WHERE job_id = $1 AND ($2::int IS NULL OR version < $2) ORDER BY version DESC LIMIT $3`,
      [jobId, before, limit],
    );
    return result.rows;
  }

  async version(jobId: string, version: number): Promise<JobVersionRow | null> {
    const result = await this.database.pool.query<JobVersionRow>(
      `SELECT version, created_at AS "createdAt", author, reason, spec, ${sourceSql} FROM job_version v
       WHERE job_id = $1 AND version = $2`,
      [jobId, version],
    );
    return result.rows[0] ?? null;
  }

  /**
   * Takes a job off all hosts; its runs and versions stay. Takes turns with `apply`.
   * @param frozen sees whether a freeze holds it; what it throws undoes everything
   * @returns null when there is no such job
   */
  remove(
    name: string,
    { frozen, override }: { frozen(jobs: readonly FrozenJob[]): void; override?: FreezeOverride | undefined },
  ): Promise<{ name: string; changedHosts: string[] } | null> {
    return this.database.transaction(async (tx) => {
      await lockDefinitions(tx);
      const guard = await ApprovalGuard.open(tx);
      const [job] = await tx.$queryRaw<{ id: string; name: string; version: number; targets: Target }[]>`
        SELECT j.id, j.name, v.version, v.spec->'targets' AS targets FROM job j
        JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
        WHERE j.name_key = ${name.toLowerCase()} AND j.deleted_at IS NULL`;
      if (!job) return null;
      const held = await frozenJobs(tx, [job.id], Date.now());
      frozen(held);
      if (override) noteOverride(held, override);
      await deleteJob(tx, this.accepted, job);
      await refreshAlertWatch(tx, [job.id]);
      const changedHosts = await this.desired.reassign(tx, { jobIds: [job.id] });
      const { id, version, targets } = job;
      const moved = { hostIds: changedHosts, jobIds: [id], targets: [targets], facts: { remove: id, version } };
      await guard.pass(tx, await guard.need(tx, moved));
      return { name: job.name, changedHosts };
    });
  }
}
