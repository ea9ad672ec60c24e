import type { TaskChanged } from '@carillon/contract/agent/task-events';
import type { JobSpec } from '@carillon/core/job/job-spec';
import type { Adoption, DriftKind, TaskChangeState } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';

export type ComparedWith = NonNullable<TaskChanged['comparedWith']>;

export interface TaskChangeRow {
  readonly id: string;
  readonly job: string;
  readonly host: string;
  readonly version: number;
  readonly state: TaskChangeState;
  readonly found: DriftKind | null;
  readonly differences: string[];
  readonly message: string | null;
  readonly noticedAt: Date;
  readonly changedAt: Date | null;
  readonly changedBy: string | null;
  readonly definitionHash: string | null;
  readonly adoption: Adoption | null;
  readonly adoptionReasons: string[];
  readonly adoptedVersion: number | null;
}

/** One change with all that is known of it. */
export interface TaskChangeDetail extends TaskChangeRow {
  readonly hostId: string;
  readonly jobId: string;
  readonly definition: string | null;
  readonly comparedWith: ComparedWith | null;
  /** Of the version whose task was changed. */
  readonly spec: JobSpec | null;
}

/** Changes that were made to our tasks on hosts, of one host or of one job. */
export type TaskChangeQuery = ({ readonly hostId: string } | { readonly jobId: string }) & {
  /** Changes noticed before this one. */
  readonly before: string | null;
  readonly limit: number;
};

const columns = `c.id, j.name AS job, h.name AS host, c.job_version AS version, c.state, c.found, c.differences, c.message,
  c.noticed_at AS "noticedAt", c.changed_at AS "changedAt", c.changed_by AS "changedBy",
  c.definition_hash AS "definitionHash", c.adoption, c.adoption_reasons AS "adoptionReasons",
  c.adopted_version AS "adoptedVersion"`;

/** A definition that was told before is not told again: the newest with the same hash is it. */
export const definitionSql = `coalesce(c.definition, (SELECT d.definition FROM task_change d
  WHERE d.host_id = c.host_id AND d.job_id = c.job_id AND d.definition_hash = c.definition_hash AND d.definition IS NOT NULL
  ORDER BY d.id DESC LIMIT 1))`;
export const comparedWithSql = `coalesce(c.compared_with, (SELECT d.compared_with FROM task_change d
  WHERE d.host_id = c.host_id AND d.job_id = c.job_id AND d.definition_hash = c.definition_hash AND d.compared_with IS NOT NULL
  ORDER BY d.id DESC LIMIT 1))`;

@Injectable()
export class TaskChangeStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Newest first: ids are UUIDv7. */
  async list(query: TaskChangeQuery): Promise<TaskChangeRow[]> {
    const [column, id] = 'hostId' in query ? ['host_id', query.hostId] : ['job_id', query.jobId];
    const result = await this.database.pool.query<TaskChangeRow>(
      `SELECT ${columns}
       FROM task_change c JOIN job j ON j.id = c.job_id JOIN host h ON h.id = c.host_id
       WHERE c.${column} = $1 AND ($2::uuid IS NULL OR c.id < $2) ORDER BY c.id DESC LIMIT $3`,
      [id, query.before, query.limit],
    );
    return result.rows;
  }

  async byId(id: string): Promise<TaskChangeDetail | null> {
    const result = await this.database.pool.query<TaskChangeDetail>(
      `SELECT ${columns}, c.host_id AS "hostId", c.job_id AS "jobId", ${definitionSql} AS definition,
         ${comparedWithSql} AS "comparedWith", v.spec
       FROM task_change c JOIN job j ON j.id = c.job_id JOIN host h ON h.id = c.host_id
         LEFT JOIN job_version v ON v.job_id = c.job_id AND v.version = c.job_version
       WHERE c.id = $1`,
      [id],
    );
    return result.rows[0] ?? null;
  }
}
