import type { DriftKind, TaskChangeState } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';

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
}

/** Changes that were made to our tasks on hosts, of one host or of one job. */
export type TaskChangeQuery = ({ readonly hostId: string } | { readonly jobId: string }) & {
  /** Changes noticed before this one. */
  readonly before: string | null;
  readonly limit: number;
};

@Injectable()
export class TaskChangeStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Newest first: ids are UUIDv7. */
  async list(query: TaskChangeQuery): Promise<TaskChangeRow[]> {
    const [column, id] = 'hostId' in query ? ['host_id', query.hostId] : ['job_id', query.jobId];
    const result = await this.database.pool.query<TaskChangeRow>(
      `SELECT c.id, j.name AS job, h.name AS host, c.job_version AS version, c.state, c.found, c.differences, c.message,
         c.noticed_at AS "noticedAt", c.changed_at AS "changedAt", c.changed_by AS "changedBy"
       FROM task_change c JOIN job j ON j.id = c.job_id JOIN host h ON h.id = c.host_id
       WHERE c.${column} = $1 AND ($2::uuid IS NULL OR c.id < $2) ORDER BY c.id DESC LIMIT $3`,
      [id, query.before, query.limit],
    );
    return result.rows;
  }
}
