import type { JobSpec } from '@carillon/core/job/job-spec';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import { lockDefinitions } from './definition.store.js';
import { DesiredStore } from './desired.store.js';
import { assignmentCountsSql, containing } from './presence-sql.js';
import { type RunSummaryRow, runSummaryColumns } from './run.store.js';

export interface JobRow {
  readonly id: string;
  readonly name: string;
  readonly nameKey: string;
  readonly version: number;
  readonly spec: JobSpec;
  readonly manifest: string;
  readonly manifestHash: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly assignments: { total: number; applied: number; pending: number; failed: number };
}

export interface JobVersionRow {
  readonly version: number;
  readonly createdAt: Date;
  readonly author: string;
  readonly spec: JobSpec;
}

const jobSql = `
  SELECT j.id, j.name, j.name_key AS "nameKey", j.current_version AS version, v.spec, v.manifest, v.manifest_hash AS "manifestHash",
    j.created_at AS "createdAt", j.updated_at AS "updatedAt",
    (SELECT ${assignmentCountsSql} FROM assignment a WHERE a.job_id = j.id) AS assignments
  FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version`;

/** Jobs and their versions as people see them. */
@Injectable()
export class JobStore {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(DesiredStore) private readonly desired: DesiredStore,
  ) {}

  async list({
    after,
    limit,
    search,
  }: {
    after: string | null;
    limit: number;
    search?: string | undefined;
  }): Promise<JobRow[]> {
    const result = await this.database.pool.query<JobRow>(
      `${jobSql} WHERE j.deleted_at IS NULL AND ($1::text IS NULL OR j.name_key > $1) AND ($2::text IS NULL OR j.name ILIKE $2)
       ORDER BY j.name_key LIMIT $3`,
      [after, search === undefined ? null : containing(search), limit],
    );
    return result.rows;
  }

  async byName(name: string): Promise<JobRow | null> {
    const result = await this.database.pool.query<JobRow>(`${jobSql} WHERE j.deleted_at IS NULL AND j.name_key = $1`, [
      name.toLowerCase(),
    ]);
    return result.rows[0] ?? null;
  }

  /** The newest run of each job. */
  async lastRuns(jobIds: readonly string[]): Promise<Map<string, RunSummaryRow>> {
    if (jobIds.length === 0) return new Map();
    const result = await this.database.pool.query<RunSummaryRow & { jobId: string }>(
      `SELECT x.job_id AS "jobId", ${runSummaryColumns} FROM unnest($1::uuid[]) AS x(job_id)
       CROSS JOIN LATERAL (SELECT * FROM run WHERE run.job_id = x.job_id ORDER BY id DESC LIMIT 1) AS r
       JOIN job j ON j.id = r.job_id JOIN host h ON h.id = r.host_id`,
      [jobIds],
    );
    return new Map(result.rows.map((row) => [row.jobId, row]));
  }

  /** Newest first; `before` is a version number. */
  async versions(jobId: string, { before, limit }: { before: number | null; limit: number }): Promise<JobVersionRow[]> {
    const result = await this.database.pool.query<JobVersionRow>(
      `SELECT version, created_at AS "createdAt", author, spec FROM job_version
       WHERE job_id = $1 AND ($2::int IS NULL OR version < $2) ORDER BY version DESC LIMIT $3`,
      [jobId, before, limit],
    );
    return result.rows;
  }

  /** Takes a job off all hosts; its runs and versions stay. Takes turns with `apply`. @returns null when there is no such job */
  remove(name: string): Promise<{ name: string; changedHosts: string[] } | null> {
    return this.database.transaction(async (tx) => {
      await lockDefinitions(tx);
      const [job] = await tx.$queryRaw<{ id: string; name: string }[]>`
          UPDATE job SET deleted_at = now(), updated_at = now() WHERE name_key = ${name.toLowerCase()} AND deleted_at IS NULL RETURNING id, name`;
      return job ? { name: job.name, changedHosts: await this.desired.reassign(tx, { jobIds: [job.id] }) } : null;
    });
  }
}
