import { type Rights, seesHost, seesJob, type Thing } from '@carillon/core/access/decide';
import type { HostFacts, JobFacts } from '@carillon/core/access/scope';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import type { Reach } from './reach.js';

/** What a decision needs to know of what it is about; null where there is no such thing. */
export interface FoundThings {
  readonly things: readonly Thing[];
  /** Through which it may be seen as well: jobs of a host, hosts of a job. */
  readonly related: readonly Thing[];
}

const jobSql = `CASE WHEN j.id IS NULL THEN NULL ELSE json_build_object('name', j.name, 'owner',
  (SELECT v.spec->>'owner' FROM job_version v WHERE v.job_id = j.id AND v.version = j.current_version)) END AS job`;
const hostSql = `CASE WHEN h.id IS NULL THEN NULL ELSE json_build_object('name', h.name, 'labels', h.labels) END AS host`;

interface Row {
  readonly job: { name: string; owner: string | null } | null;
  readonly host: HostFacts | null;
}

/** Facts about jobs and hosts for decisions about access. */
@Injectable()
export class AccessStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async host(name: string): Promise<FoundThings | null> {
    const rows = await this.rows(
      `SELECT NULL::json AS job, ${hostSql}, 0 AS n FROM host h WHERE h.name_key = $1
       UNION ALL SELECT ${jobSql}, NULL, 1 FROM host h JOIN assignment a ON a.host_id = h.id JOIN job j ON j.id = a.job_id
       WHERE h.name_key = $1 ORDER BY n`,
      [name.toLowerCase()],
    );
    return found(rows, 1);
  }

  /** The job of that name, its deleted namesakes aside. */
  async job(name: string): Promise<FoundThings | null> {
    const rows = await this.rows(
      `SELECT ${jobSql}, NULL::json AS host, 0 AS n FROM job j WHERE j.name_key = $1 AND j.deleted_at IS NULL
       UNION ALL SELECT NULL, ${hostSql}, 1 FROM job j JOIN assignment a ON a.job_id = j.id JOIN host h ON h.id = a.host_id
       WHERE j.name_key = $1 AND j.deleted_at IS NULL ORDER BY n`,
      [name.toLowerCase()],
    );
    return found(rows, 1);
  }

  /** Jobs that are kept in a set of files. */
  async jobsOfSet(name: string): Promise<FoundThings[]> {
    const rows = await this.rows(
      `SELECT ${jobSql}, NULL::json AS host FROM job j WHERE j.managed_by = $1 AND j.deleted_at IS NULL`,
      [name],
    );
    return rows.flatMap((row) => found([row], 1) ?? []);
  }

  /** A job with the hosts that should have it, or those of them that are named. */
  async jobOnHosts(name: string, hosts: readonly string[] | null): Promise<FoundThings | null> {
    const rows = await this.rows(
      `SELECT ${jobSql}, ${hostSql} FROM job j LEFT JOIN assignment a ON a.job_id = j.id AND a.state <> 'removing'
         LEFT JOIN host h ON h.id = a.host_id AND ($2::text[] IS NULL OR h.name_key = ANY($2))
       WHERE j.name_key = $1 AND j.deleted_at IS NULL`,
      [name.toLowerCase(), hosts?.map((host) => host.toLowerCase()) ?? null],
    );
    return found(rows, rows.length);
  }

  run(id: string): Promise<FoundThings | null> {
    return this.pair('run', id);
  }

  command(id: string): Promise<FoundThings | null> {
    return this.pair('command', id);
  }

  taskChange(id: string): Promise<FoundThings | null> {
    return this.pair('task_change', id);
  }

  /** What an incident is about, and every alert in it. */
  async incident(number: string): Promise<FoundThings | null> {
    if (!/^\d{1,15}$/.test(number)) return null;
    const rows = await this.rows(
      `WITH i AS (SELECT id, job_id, host_id FROM incident WHERE number = $1),
         m AS (SELECT job_id, host_id FROM i UNION SELECT l.job_id, l.host_id FROM alert l WHERE l.incident_id = (SELECT id FROM i))
       SELECT ${jobSql}, ${hostSql} FROM m LEFT JOIN job j ON j.id = m.job_id LEFT JOIN host h ON h.id = m.host_id`,
      [number],
    );
    return found(rows, rows.length);
  }

  /** Hosts and jobs that a change request is about; one that is about none is everybody's. */
  async changeRequest(number: string): Promise<FoundThings | null> {
    if (!/^\d{1,15}$/.test(number)) return null;
    const rows = await this.rows(
      `WITH r AS (SELECT host_ids, job_ids FROM change_request WHERE number = $1),
         m AS (SELECT NULL::uuid AS job_id, unnest(host_ids) AS host_id FROM r UNION ALL
           SELECT unnest(job_ids), NULL FROM r WHERE host_ids = '{}')
       SELECT ${jobSql}, ${hostSql} FROM r LEFT JOIN m ON true LEFT JOIN job j ON j.id = m.job_id
         LEFT JOIN host h ON h.id = m.host_id`,
      [number],
    );
    return found(rows, rows.length);
  }

  /** Every host that takes part, for targets. */
  async activeHosts(): Promise<HostFacts[]> {
    const result = await this.database.pool.query<HostFacts>(`SELECT name, labels FROM host WHERE state = 'active'`);
    return result.rows;
  }

  /** Everything that somebody sees: as facts say now, nothing is kept. */
  async reachOf(rights: Rights): Promise<Reach> {
    const [hosts, jobs] = await Promise.all([
      this.database.pool.query<{ id: string; name: string; labels: Record<string, string> }>(
        'SELECT id, name, labels FROM host',
      ),
      this.database.pool.query<{ id: string; job: Row['job'] }>(`SELECT j.id, ${jobSql} FROM job j`),
    ]);
    return {
      hostIds: hosts.rows.filter((host) => seesHost(rights, host)).map(({ id }) => id),
      jobIds: jobs.rows.filter(({ job }) => job && seesJob(rights, jobFacts(job))).map(({ id }) => id),
    };
  }

  private async pair(table: 'run' | 'command' | 'task_change', id: string): Promise<FoundThings | null> {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return null;
    const rows = await this.rows(
      `SELECT ${jobSql}, ${hostSql} FROM ${table} x JOIN job j ON j.id = x.job_id JOIN host h ON h.id = x.host_id
       WHERE x.id = $1`,
      [id],
    );
    return found(rows, rows.length);
  }

  private async rows(sql: string, values: unknown[]): Promise<Row[]> {
    return (await this.database.pool.query<Row>(sql, values)).rows;
  }
}

function found(rows: readonly Row[], own: number): FoundThings | null {
  if (rows.length === 0) return null;
  const things = rows.map(({ job, host }) => ({
    ...(job ? { job: jobFacts(job) } : {}),
    ...(host ? { host } : {}),
  }));
  return { things: things.slice(0, own), related: things };
}

function jobFacts({ name, owner }: { name: string; owner: string | null }): JobFacts {
  return { name, owner: owner ?? '' };
}
