import { sha256Hex } from '@carillon/core/desired/canonical-json';
import type { OutputEncoding } from '@carillon/core/job/job-spec';
import { isBadRun, type RunState, type RunTrigger } from '@carillon/core/state/states';
import { lowestUuidAt } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';

export interface RunSummaryRow {
  readonly id: string;
  readonly job: string;
  readonly jobVersion: number;
  readonly host: string;
  /** The host's. */
  readonly timezone: string;
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
  /** Where its output lies, if not in the database. */
  readonly archived: { readonly at: string; readonly bucket: string } | null;
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
  /** Unsigned 32 bits. */
  readonly exitCode?: number | undefined;
  /** Of hosts, as they have it now. */
  readonly label?: { readonly key: string; readonly value: string } | undefined;
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  /** Words, see `searchableText`, that stand one after the other in the output. */
  readonly words?: string | undefined;
}

/** Columns of a summary over `run r`, `job j`, `host h`. */
export const runSummaryColumns = `r.id, j.name AS job, r.job_version AS "jobVersion", h.name AS host, h.timezone, r.state, r.reason, r.detail, r.trigger,
  r.scheduled_for AS "scheduledFor", r.started_at AS "startedAt", r.finished_at AS "finishedAt",
  r.duration_ms::float8 AS "durationMs", r.exit_code::float8 AS "exitCode"`;
const joined = 'FROM run r JOIN job j ON j.id = r.job_id JOIN host h ON h.id = r.host_id';
const badStatesSql = `('failed', 'timed_out', 'killed', 'indeterminate')`;

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
    // Few runs went badly; they stand in a table of their own, where an index finds those of a job or a host.
    const isBad = query.bad === true || (query.state !== undefined && isBadRun(query.state));
    const key = isBad ? 'b' : 'r';
    if (query.before !== null) add((at) => `${key}.id < ${at}::uuid`, query.before);
    const addOf = (column: string, ids: string[]) => {
      // Of one id an index gives the rows in their order; of several they would have to be sorted.
      if (ids.length === 1) add((at) => `${column} = ${at}::uuid`, ids[0]);
      else add((at) => `${column} = ANY(${at}::uuid[])`, ids);
    };
    if (query.job !== undefined) addOf(`${key}.job_id`, await this.idsOf('job', query.job));
    if (query.host !== undefined) addOf(`${key}.host_id`, await this.idsOf('host', query.host));
    if (query.state !== undefined) add((at) => `r.state = ${at}::run_state`, query.state);
    if (query.trigger !== undefined) add((at) => `r.trigger = ${at}::run_trigger`, query.trigger);
    if (query.exitCode !== undefined) add((at) => `r.exit_code = ${at}`, query.exitCode);
    if (query.label !== undefined) {
      const { key: name, value } = query.label;
      const wanted = JSON.stringify({ [name]: value });
      add((at) => `${key}.host_id IN (SELECT id FROM host WHERE labels @> ${at}::jsonb)`, wanted);
    }
    if (query.bad === false) conditions.push(`r.state NOT IN ${badStatesSql}`);
    if (query.sinceMs !== undefined) add((at) => `${key}.id >= ${at}::uuid`, lowestUuidAt(query.sinceMs));
    if (query.untilMs !== undefined) add((at) => `${key}.id < ${at}::uuid`, lowestUuidAt(query.untilMs));
    if (query.words !== undefined) {
      const range = [query.sinceMs, query.untilMs].map((ms, index) => {
        if (ms === undefined) return '';
        values.push(lowestUuidAt(ms));
        return `AND o.run_id ${index === 0 ? '>=' : '<'} $${values.length}::uuid`;
      });
      add(
        (at) =>
          `r.id IN (SELECT o.run_id FROM run_output o WHERE output_words(o.words, o.codec, o.data) @@ phraseto_tsquery('simple', ${at}) ${range.join(' ')})`,
        query.words,
      );
    }
    const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
    values.push(query.limit);
    const result = await this.database.pool.query<RunSummaryRow>(
      `SELECT ${runSummaryColumns} ${joined} ${isBad ? 'JOIN run_bad b ON b.id = r.id' : ''} ${where} ORDER BY ${key}.id DESC LIMIT $${values.length}`,
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
         ${streamSql('stdout', 0)} AS stdout, ${streamSql('stderr', 1)} AS stderr,
         (SELECT json_build_object('at', a.archived_at, 'bucket', a.bucket) FROM archived_output a WHERE a.run_id = r.id AND a.state = 'held') AS archived
       ${joined} LEFT JOIN job_version v ON v.job_id = r.job_id AND v.version = r.job_version WHERE r.id = $1`,
      [id],
    );
    return result.rows[0] ?? null;
  }
}

function streamSql(name: 'stdout' | 'stderr', stream: number): string {
  return `json_build_object('bytes', coalesce(r.${name}_bytes, 0), 'stored', coalesce(r.${name}_stored, r.${name}_bytes, 0), 'sha256', ${hashSql(name)}, 'received',
    (SELECT coalesce(sum(o.length), 0) FROM run_output o WHERE o.run_id = r.id AND o.stream = ${stream})
    + coalesce((SELECT a.${name}_bytes FROM archived_output a WHERE a.run_id = r.id AND a.state = 'held'), 0))`;
}

/** Of a stream that said nothing it is not stored. */
function hashSql(name: 'stdout' | 'stderr'): string {
  return `coalesce(encode(r.${name}_sha256, 'hex'), CASE WHEN r.duration_ms IS NOT NULL AND coalesce(r.${name}_bytes, 0) = 0 THEN '${sha256Hex('')}' END)`;
}
