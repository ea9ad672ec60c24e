import type { AssignmentState, HostPresence } from '@carillon/core/state/states';
import type { Schedule } from '@carillon/wintask/schedule/schedule';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import {
  assignmentCodeSql,
  assignmentMessageSql,
  assignmentStateSql,
  assignmentVersionSql,
  containing,
  presenceSql,
} from './presence-sql.js';

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

export interface OtherJobRow {
  readonly job: string;
  /** How many of the hosts that were asked about. */
  readonly hosts: number;
  readonly schedule: Schedule;
}

const assignmentSql = `
  SELECT j.name AS job, j.name_key AS "jobKey", j.id AS "jobId", h.name AS host, h.name_key AS "hostKey", h.id AS "hostId",
    ${assignmentVersionSql} AS version, a.applied_version AS "appliedVersion", ${assignmentStateSql} AS state,
    ${assignmentCodeSql} AS code,
    ${assignmentMessageSql} AS message, a.updated_at AS "updatedAt", ${presenceSql} AS presence
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
    page: {
      after: string | null;
      limit: number;
      state?: AssignmentState | undefined;
      /** Part of the host's name. */
      search?: string | undefined;
    },
  ): Promise<AssignmentRow[]> {
    const result = await this.database.pool.query<AssignmentRow>(
      `${assignmentSql} WHERE a.job_id = $1 AND ($2::text IS NULL OR h.name_key > $2) AND ($4::assignment_state IS NULL OR ${assignmentStateSql} = $4)
         AND ($5::text IS NULL OR h.name ILIKE $5)
       ORDER BY h.name_key LIMIT $3`,
      [jobId, page.after, page.limit, page.state ?? null, page.search === undefined ? null : containing(page.search)],
    );
    return result.rows;
  }

  /** How many hosts of a job are in which state; those without a host are left out. */
  async countByState(jobId: string): Promise<Partial<Record<AssignmentState, number>>> {
    const result = await this.database.pool.query<{ state: AssignmentState; hosts: number }>(
      `SELECT ${assignmentStateSql} AS state, count(*)::int AS hosts FROM assignment a WHERE a.job_id = $1 GROUP BY 1`,
      [jobId],
    );
    return Object.fromEntries(result.rows.map(({ state, hosts }) => [state, hosts]));
  }

  /** Names of all hosts that should have a job, in order. */
  async hostsOf(jobId: string): Promise<string[]> {
    const result = await this.database.pool.query<{ name: string }>(
      `SELECT h.name FROM assignment a JOIN host h ON h.id = a.host_id
       WHERE a.job_id = $1 AND a.state <> 'removing' ORDER BY h.name_key`,
      [jobId],
    );
    return result.rows.map(({ name }) => name);
  }

  /** Jobs that are switched on and that some of these hosts should have, those of most of them first. */
  async otherJobs(query: { hosts: readonly string[]; except: string; limit: number }): Promise<OtherJobRow[]> {
    const result = await this.database.pool.query<OtherJobRow>(
      `SELECT j.name AS job, x.hosts, v.spec->'schedule' AS schedule FROM (
         SELECT a.job_id, count(*)::int AS hosts FROM assignment a JOIN host h ON h.id = a.host_id
         WHERE h.name_key = ANY($1::text[]) AND a.state <> 'removing' GROUP BY a.job_id) AS x
       JOIN job j ON j.id = x.job_id JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
       WHERE j.deleted_at IS NULL AND j.name_key <> $2 AND (v.spec->>'enabled')::boolean
       ORDER BY x.hosts DESC, j.name_key LIMIT $3`,
      [query.hosts.map((name) => name.toLowerCase()), query.except.toLowerCase(), query.limit],
    );
    return result.rows;
  }
}
