import type { AssignmentState, HostPresence } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import { presenceSql } from './presence-sql.js';

export interface AssignmentRow {
  readonly job: string;
  readonly jobKey: string;
  readonly jobId: string;
  readonly host: string;
  readonly hostKey: string;
  readonly hostId: string;
  readonly version: number;
  readonly appliedVersion: number | null;
  readonly state: AssignmentState;
  readonly code: string | null;
  readonly message: string | null;
  readonly updatedAt: Date;
  readonly presence: HostPresence;
}

const assignmentSql = `
  SELECT j.name AS job, j.name_key AS "jobKey", j.id AS "jobId", h.name AS host, h.name_key AS "hostKey", h.id AS "hostId",
    a.version, a.applied_version AS "appliedVersion", a.state, a.code, a.message, a.updated_at AS "updatedAt", ${presenceSql} AS presence
  FROM assignment a JOIN job j ON j.id = a.job_id JOIN host h ON h.id = a.host_id LEFT JOIN agent_session s ON s.host_id = h.id`;

/** Which job version is on which host, and how far it is. */
@Injectable()
export class AssignmentStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Assignments of a host by job name. Two jobs may share a name while the older is being taken away; the id breaks the tie. */
  async ofHost(hostId: string, page: { after: string | null; limit: number }): Promise<AssignmentRow[]> {
    const result = await this.database.pool.query<AssignmentRow>(
      `${assignmentSql} WHERE a.host_id = $1 AND ($2::text IS NULL OR j.name_key || ' ' || j.id > $2) ORDER BY j.name_key || ' ' || j.id LIMIT $3`,
      [hostId, page.after, page.limit],
    );
    return result.rows;
  }

  /** Assignments of a job by host name. */
  async ofJob(
    jobId: string,
    page: { after: string | null; limit: number; state?: AssignmentState | undefined },
  ): Promise<AssignmentRow[]> {
    const result = await this.database.pool.query<AssignmentRow>(
      `${assignmentSql} WHERE a.job_id = $1 AND ($2::text IS NULL OR h.name_key > $2) AND ($4::assignment_state IS NULL OR a.state = $4)
       ORDER BY h.name_key LIMIT $3`,
      [jobId, page.after, page.limit, page.state ?? null],
    );
    return result.rows;
  }
}
