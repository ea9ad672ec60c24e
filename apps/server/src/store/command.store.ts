import type { AssignmentState, CommandKind, CommandState } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { noteChange } from './audit-act.js';
import { Database } from './database.store.js';
import { poolTransaction } from './pool-transaction.js';
import { assignmentStateSql } from './presence-sql.js';
import { type Columns, unnest } from './unnest.js';

export interface NewCommand {
  readonly id: string;
  readonly hostId: string;
  readonly jobId: string;
  readonly action: CommandKind;
  /** Of `stop`. */
  readonly runId: string | null;
  /** The signed order and its signature. */
  readonly text: string;
  readonly signature: string;
  readonly author: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export interface CommandRow {
  readonly id: string;
  readonly action: CommandKind;
  readonly job: string;
  readonly host: string;
  readonly state: CommandState;
  readonly code: string | null;
  readonly message: string | null;
  readonly runId: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Commands as people give them and follow them. */
@Injectable()
export class CommandStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** All in one statement: a job may have thousands of hosts. */
  async add(commands: readonly NewCommand[]): Promise<void> {
    const { sql, values } = insertion(commands);
    await this.database.pool.query(sql, values);
  }

  /** As `add`, and the audit keeps how the tasks were found that are put back, as far as that is known. */
  addRepairs(commands: readonly NewCommand[], { jobId, job }: { jobId: string; job: string }): Promise<void> {
    return poolTransaction(this.database.pool, async (client) => {
      const { sql, values } = insertion(commands);
      await client.query(sql, values);
      const { rows } = await client.query<{ host: string; found: string; differences: string[]; version: number }>(
        `SELECT h.name AS host, c.found, c.differences[1:${keptDifferences}] AS differences, a.version
         FROM assignment a JOIN host h ON h.id = a.host_id JOIN LATERAL (
           SELECT * FROM task_change n WHERE n.host_id = a.host_id AND n.job_id = a.job_id ORDER BY n.id DESC LIMIT 1
         ) AS c ON c.state = 'drifted'
         WHERE a.job_id = $1 AND a.host_id = ANY($2::uuid[]) ORDER BY h.name_key LIMIT ${keptHosts}`,
        [jobId, commands.map(({ hostId }) => hostId)],
      );
      const before = rows.map(({ version: _, ...row }) => row);
      noteChange({
        ...{ kind: 'Command', act: 'repair', what: job },
        before: { drifted: before },
        after: { asDefined: rows.map(({ host, version }) => ({ host, version })), hosts: commands.length },
      });
    });
  }

  async byIds(ids: readonly string[]): Promise<CommandRow[]> {
    const result = await this.database.pool.query<CommandRow>(
      `SELECT ${seen} FROM ${withNames} WHERE c.id = ANY($1::uuid[]) ORDER BY h.name_key`,
      [ids],
    );
    return result.rows;
  }

  /** One with what its host said, which may be long. */
  async byId(id: string): Promise<(CommandRow & { readonly answer: string | null }) | undefined> {
    const { rows } = await this.database.pool.query<CommandRow & { answer: string | null }>(
      `SELECT ${seen}, c.answer FROM ${withNames} WHERE c.id = $1`,
      [id],
    );
    return rows[0];
  }

  /** Hosts that should have a job, those names only when some are given. */
  async hostsOfJob(
    jobName: string,
    names: readonly string[] | null,
  ): Promise<{ jobId: string; hosts: { id: string; name: string; state: AssignmentState }[] } | null> {
    const job = await this.database.prisma.job.findFirst({
      where: { nameKey: jobName.toLowerCase(), deletedAt: null },
      select: { id: true },
    });
    if (!job) return null;
    const result = await this.database.pool.query<{ id: string; name: string; state: AssignmentState }>(
      `SELECT h.id, h.name, ${assignmentStateSql} AS state FROM assignment a JOIN host h ON h.id = a.host_id
       WHERE a.job_id = $1 AND a.state <> 'removing' AND ($2::text[] IS NULL OR h.name_key = ANY($2)) ORDER BY h.name_key`,
      [job.id, names?.map((name) => name.toLowerCase()) ?? null],
    );
    return { jobId: job.id, hosts: result.rows };
  }
}

/** What one row of the audit keeps of a repair of many hosts. */
const keptHosts = 50;
const keptDifferences = 10;

function insertion(commands: readonly NewCommand[]) {
  const batch = unnest('x', columns, commands);
  return {
    sql: `INSERT INTO command (id, host_id, job_id, action, run_id, text, signature, author, created_at, updated_at, expires_at)
       SELECT id, host_id, job_id, action, run_id, text, signature, author, created_at, created_at, expires_at FROM ${batch.sql}`,
    values: batch.values,
  };
}

const seen = `c.id, c.action, j.name AS job, h.name AS host, c.state, c.code, c.message, c.run_id AS "runId",
  c.created_at AS "createdAt", c.expires_at AS "expiresAt"`;
const withNames = 'command c JOIN job j ON j.id = c.job_id JOIN host h ON h.id = c.host_id';

const columns = {
  id: ['uuid', (row: NewCommand) => row.id],
  host_id: ['uuid', (row) => row.hostId],
  job_id: ['uuid', (row) => row.jobId],
  action: ['command_kind', (row) => row.action],
  run_id: ['uuid', (row) => row.runId],
  text: ['text', (row) => row.text],
  signature: ['text', (row) => row.signature],
  author: ['text', (row) => row.author],
  created_at: ['timestamptz', (row) => new Date(row.createdAtMs)],
  expires_at: ['timestamptz', (row) => new Date(row.expiresAtMs)],
} satisfies Columns<NewCommand>;
