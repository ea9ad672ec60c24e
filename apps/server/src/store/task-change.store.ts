import type { TaskChanged } from '@carillon/contract/agent/task-events';
import { repairCapability } from '@carillon/core/desired/repair';
import type { JobSpec } from '@carillon/core/job/job-spec';
import type { Adoption, DriftKind, HostPresence, TaskChangeState } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import { assignmentStateSql, presenceSql } from './presence-sql.js';

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
  readonly undoneVersion: number | null;
  readonly repairedBy: string | null;
}

/** One change with all that is known of it. */
export interface TaskChangeDetail extends TaskChangeRow {
  readonly hostId: string;
  readonly jobId: string;
  readonly definition: string | null;
  readonly comparedWith: ComparedWith | null;
  /** It is the newest of this task, which is not as it should be. */
  readonly stands: boolean;
  /** Of the version whose task was changed. */
  readonly spec: JobSpec | null;
}

/** A host that is known to differ from a job. */
export interface HostDriftRow {
  readonly host: string;
  readonly hostKey: string;
  readonly presence: HostPresence;
  /** Whether its agent knows how to repair one task. */
  readonly canRepair: boolean;
  /** The change that stands; null where its row is gone. */
  readonly change: TaskChangeDetail | null;
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
  c.adopted_version AS "adoptedVersion", c.undone_version AS "undoneVersion",
  c.repaired_by AS "repairedBy"`;

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

  /**
   * Hosts on which a job's task is known to differ, by name.
   * @param page `host`: this one only
   * @returns null when there is no such job
   */
  async driftOfJob(
    jobName: string,
    page: { readonly host: string | undefined; readonly after: string | null; readonly limit: number },
  ): Promise<HostDriftRow[] | null> {
    const job = await this.database.prisma.job.findFirst({
      where: { nameKey: jobName.toLowerCase(), deletedAt: null },
      select: { id: true },
    });
    if (!job) return null;
    const { rows } = await this.database.pool.query<Omit<HostDriftRow, 'change'> & { changeId: string | null }>(
      `SELECT h.name AS host, h.name_key AS "hostKey", ${presenceSql} AS presence,
         '${repairCapability}' = ANY(coalesce(h.capabilities, '{}')) AS "canRepair", (
           SELECT c.id FROM task_change c WHERE c.host_id = a.host_id AND c.job_id = a.job_id ORDER BY c.id DESC LIMIT 1
         ) AS "changeId"
       FROM assignment a JOIN host h ON h.id = a.host_id LEFT JOIN agent_session s ON s.host_id = h.id
       WHERE a.job_id = $1 AND ${assignmentStateSql} = 'drifted' AND ($2::text IS NULL OR h.name_key > $2)
         AND ($3::text IS NULL OR h.name_key = $3)
       ORDER BY h.name_key LIMIT $4`,
      [job.id, page.after, page.host?.toLowerCase() ?? null, page.limit],
    );
    const changes = await this.byIds(rows.flatMap(({ changeId }) => changeId ?? []));
    const standing = new Map(changes.filter(({ state }) => state === 'drifted').map((each) => [each.id, each]));
    return rows.map(({ changeId, ...row }) => ({ ...row, change: standing.get(changeId ?? '') ?? null }));
  }

  async byId(id: string): Promise<TaskChangeDetail | null> {
    return (await this.byIds([id]))[0] ?? null;
  }

  private async byIds(ids: readonly string[]): Promise<TaskChangeDetail[]> {
    const result = await this.database.pool.query<TaskChangeDetail>(
      `SELECT ${columns}, c.host_id AS "hostId", c.job_id AS "jobId", ${definitionSql} AS definition,
         ${comparedWithSql} AS "comparedWith", v.spec, c.state = 'drifted'
           AND NOT EXISTS (SELECT 1 FROM task_change n WHERE n.host_id = c.host_id AND n.job_id = c.job_id AND n.id > c.id)
           AND EXISTS (SELECT 1 FROM assignment a WHERE a.host_id = c.host_id AND a.job_id = c.job_id AND a.state = 'drifted')
           AS stands
       FROM task_change c JOIN job j ON j.id = c.job_id JOIN host h ON h.id = c.host_id
         LEFT JOIN job_version v ON v.job_id = c.job_id AND v.version = c.job_version
       WHERE c.id = ANY($1::uuid[])`,
      [ids],
    );
    return result.rows;
  }
}
