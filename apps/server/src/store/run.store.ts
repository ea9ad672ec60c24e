import type { OutputEncoding } from '@carillon/core/job/job-spec';
import type { RunState, RunTrigger } from '@carillon/core/state/states';
import { lowestUuidAt } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';

export interface RunSummaryRow {
  readonly id: string;
  readonly job: string;
  readonly jobVersion: number;
  readonly host: string;
  readonly state: RunState;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly trigger: RunTrigger;
  readonly scheduledFor: Date | null;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly durationMs: number | null;
  readonly exitCode: number | null;
}

export interface RunRow extends RunSummaryRow {
  readonly jobId: string;
  readonly hostId: string;
  readonly attempts: number;
  readonly cause: string | null;
  readonly cpuMs: number | null;
  readonly peakMemoryBytes: number | null;
  readonly receivedAt: Date;
  /** Of the host's console programs. */
  readonly codePage: number | null;
  /** What the job says; the run itself knows it only when it has ended. */
  readonly encoding: OutputEncoding;
  readonly stdout: StreamRow;
  readonly stderr: StreamRow;
}

export interface StreamRow {
  readonly bytes: number;
  readonly stored: number;
  readonly received: number;
  readonly sha256: string | null;
}

export interface RunQuery {
  /** Runs older than this id. */
  readonly before: string | null;
  readonly limit: number;
  readonly job?: string | undefined;
  readonly host?: string | undefined;
  readonly state?: RunState | undefined;
  readonly trigger?: RunTrigger | undefined;
  readonly bad?: boolean | undefined;
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
}

/** Columns of a summary over `run r`, `job j`, `host h`. */
export const runSummaryColumns = `r.id, j.name AS job, r.job_version AS "jobVersion", h.name AS host, r.state, r.reason, r.detail, r.trigger,
  r.scheduled_for AS "scheduledFor", r.started_at AS "startedAt", r.finished_at AS "finishedAt",
  r.duration_ms::float8 AS "durationMs", r.exit_code::float8 AS "exitCode"`;
const joined = 'FROM run r JOIN job j ON j.id = r.job_id JOIN host h ON h.id = r.host_id';
export const badStatesSql = `('failed', 'timed_out', 'killed', 'indeterminate')`;

/** What ran. Ids are UUIDv7: their order is the order of starts, and a time is a border between ids. */
@Injectable()
export class RunStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Runs, newest first. Conditions are only written when asked for, so that each list gets its own index. */
  async list(query: RunQuery): Promise<RunSummaryRow[]> {
    const values: unknown[] = [];
    const conditions: string[] = [];
    const add = (sql: (place: string) => string, value: unknown) => {
      values.push(value);
      conditions.push(sql(`$${values.length}`));
    };
    if (query.before !== null) add((at) => `r.id < ${at}::uuid`, query.before);
    if (query.job !== undefined) add((at) => `r.job_id = ANY(${at}::uuid[])`, await this.idsOf('job', query.job));
    if (query.host !== undefined) add((at) => `r.host_id = ANY(${at}::uuid[])`, await this.idsOf('host', query.host));
    if (query.state !== undefined) add((at) => `r.state = ${at}::run_state`, query.state);
    if (query.trigger !== undefined) add((at) => `r.trigger = ${at}::run_trigger`, query.trigger);
    if (query.bad === true) conditions.push(`r.state IN ${badStatesSql}`);
    if (query.bad === false) conditions.push(`r.state NOT IN ${badStatesSql}`);
    if (query.sinceMs !== undefined) add((at) => `r.id >= ${at}::uuid`, lowestUuidAt(query.sinceMs));
    if (query.untilMs !== undefined) add((at) => `r.id < ${at}::uuid`, lowestUuidAt(query.untilMs));
    const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
    values.push(query.limit);
    const result = await this.database.pool.query<RunSummaryRow>(
      `SELECT ${runSummaryColumns} ${joined} ${where} ORDER BY r.id DESC LIMIT $${values.length}`,
      values,
    );
    return result.rows;
  }

  /** Looked up first: knowing which ids they are, Postgres sees whether a job has few runs or many. Removed jobs count too. */
  private async idsOf(table: 'job' | 'host', name: string): Promise<string[]> {
    const result = await this.database.pool.query<{ id: string }>(`SELECT id FROM ${table} WHERE name_key = $1`, [
      name.toLowerCase(),
    ]);
    return result.rows.map((row) => row.id);
  }

  async byId(id: string): Promise<RunRow | null> {
    const result = await this.database.pool.query<RunRow>(
      `SELECT ${runSummaryColumns}, r.job_id AS "jobId", r.host_id AS "hostId", r.attempts, r.cause, r.cpu_ms::float8 AS "cpuMs", r.peak_memory_bytes::float8 AS "peakMemoryBytes",
         r.received_at AS "receivedAt",
         h.code_page AS "codePage",
         coalesce(nullif(r.encoding, 'auto'), v.spec->'output'->>'encoding', 'auto') AS encoding,
         ${streamSql('stdout', 0)} AS stdout, ${streamSql('stderr', 1)} AS stderr
       ${joined} LEFT JOIN job_version v ON v.job_id = r.job_id AND v.version = r.job_version WHERE r.id = $1`,
      [id],
    );
    return result.rows[0] ?? null;
  }
}

function streamSql(name: 'stdout' | 'stderr', stream: number): string {
  return `json_build_object('bytes', r.${name}_bytes, 'stored', r.${name}_stored, 'sha256', r.${name}_sha256, 'received',
    (SELECT coalesce(sum(o.length), 0) FROM run_output o WHERE o.run_id = r.id AND o.stream = ${stream}))`;
}
