import type { HostOverride } from '@carillon/core/job/job-spec';
import type { WhyVersion } from '@carillon/core/why/due-fire';
import type { WhyFacts } from '@carillon/core/why/why';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import { presenceSql } from './presence-sql.js';

export interface WhyJob {
  readonly id: string;
  readonly name: string;
  readonly deletedMs: number | null;
  /** Newest first. */
  readonly versions: (WhyVersion & { readonly overrides: readonly HostOverride[] | null })[];
}

export interface WhyHost {
  readonly id: string;
  readonly name: string;
  readonly nameKey: string;
  readonly timezone: string;
}

const versionsRead = 200;
const ms = (column: string) => `extract(epoch FROM ${column}) * 1000`;
const hour = 3_600_000;

/** What the answer to "why didn't it run?" is found in. */
@Injectable()
export class WhyStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** A job with its versions; one that was deleted, when there is no other of the name. */
  async job(name: string): Promise<WhyJob | null> {
    const result = await this.database.pool.query<WhyJob>(
      `SELECT j.id, j.name, (${ms('j.deleted_at')})::float8 AS "deletedMs",
         (SELECT json_agg(v ORDER BY v.version DESC) FROM (
            SELECT version, (${ms('created_at')})::float8 AS "createdMs", spec->'schedule' AS schedule, spec->'overrides' AS overrides,
              coalesce((spec->>'enabled')::bool, true) AS enabled, coalesce(spec->>'onMissed', 'skip') AS "onMissed"
            FROM job_version WHERE job_id = j.id ORDER BY version DESC LIMIT $2) v) AS versions
       FROM job j WHERE j.name_key = $1 ORDER BY j.deleted_at DESC NULLS FIRST LIMIT 1`,
      [name.toLowerCase(), versionsRead],
    );
    return result.rows[0] ?? null;
  }

  /** Hosts that have the job, by name. */
  async hostsOf(jobId: string, page: { after: string | null; limit: number }): Promise<WhyHost[]> {
    const result = await this.database.pool.query<WhyHost>(
      `SELECT h.id, h.name, h.name_key AS "nameKey", h.timezone FROM assignment a JOIN host h ON h.id = a.host_id
       WHERE a.job_id = $1 AND ($2::text IS NULL OR h.name_key > $2) ORDER BY h.name_key LIMIT $3`,
      [jobId, page.after, page.limit],
    );
    return result.rows;
  }

  async host(name: string): Promise<WhyHost | null> {
    const result = await this.database.pool.query<WhyHost>(
      'SELECT id, name, name_key AS "nameKey", timezone FROM host WHERE name_key = $1',
      [name.toLowerCase()],
    );
    return result.rows[0] ?? null;
  }

  /** What is known of a job on a host around a fire. */
  async around(
    job: { id: string; taskPath: string },
    hostId: string,
    fireMs: number,
  ): Promise<Omit<WhyFacts, 'nowMs'>> {
    const result = await this.database.pool.query<Omit<WhyFacts, 'nowMs'>>(aroundSql, [
      job.id,
      hostId,
      new Date(fireMs),
      new Date(fireMs - hour),
      new Date(fireMs + 48 * hour),
      job.taskPath.toLowerCase(),
    ]);
    const [found] = result.rows;
    if (!found) throw new Error(`host ${hostId} is gone`);
    return found;
  }
}

/** $1 job, $2 host, $3 the fire, $4 a while before it, $5 a while after it, $6 path of the task. */
const aroundSql = `
  SELECT
    json_build_object('state', h.state, 'presence', ${presenceSql}, 'enrolledMs', ${ms('h.enrolled_at')},
      'lastSeenMs', ${ms('s.last_seen_at')}, 'waiting', coalesce(s.spool_waiting, 0)) AS host,
    (SELECT json_build_object('state', a.state, 'version', a.version, 'appliedVersion', a.applied_version, 'code', a.code,
       'message', a.message, 'updatedMs', ${ms('a.updated_at')})
     FROM assignment a WHERE a.job_id = $1 AND a.host_id = h.id) AS assignment,
    (SELECT coalesce(json_agg(r), '[]') FROM (
       SELECT id, state, reason, detail, ${ms('scheduled_for')} AS "scheduledForMs", ${ms('started_at')} AS "startedMs",
         exit_code AS "exitCode"
       FROM run WHERE job_id = $1 AND host_id = h.id AND id >= uuid_at($4) AND id < uuid_at($5)
       ORDER BY id LIMIT 3000) r) AS runs,
    (SELECT coalesce(json_agg(f), '[]') FROM (
       SELECT run_id AS "runId", cause, ${ms('scheduled_for')} AS "scheduledForMs", ${ms('failed_at')} AS "failedMs",
         result_code AS "resultCode", account, records
       FROM start_failure WHERE job_id = $1 AND host_id = h.id AND failed_at BETWEEN $4 AND $5 + interval '5 days'
       ORDER BY failed_at LIMIT 1000) f) AS failures,
    (SELECT coalesce(json_agg(c ORDER BY c."noticedMs"), '[]') FROM (
       SELECT state, found, ${ms('noticed_at')} AS "noticedMs", ${ms('changed_at')} AS "changedMs", changed_by AS "changedBy", differences
       FROM task_change WHERE job_id = $1 AND host_id = h.id AND noticed_at < $3::timestamptz + interval '1 hour'
       ORDER BY id DESC LIMIT 50) c) AS changes,
    (SELECT coalesce(json_agg(b), '[]') FROM (
       SELECT ${ms('from_at')} AS "fromMs", ${ms('to_at')} AS "toMs",
         (SELECT ${ms('max(booted_at)')} FROM host_boot
          WHERE host_id = h.id AND booted_at BETWEEN from_at AND to_at) AS "bootedMs"
       FROM host_absence WHERE host_id = h.id AND from_at <= $3 AND to_at >= $3
       UNION ALL
       SELECT ${ms('s.last_seen_at')}, NULL, NULL WHERE ${presenceSql} = 'offline' AND s.last_seen_at <= $3) b) AS absences,
    (SELECT json_build_object('state', state, 'message', message) FROM task_history WHERE host_id = h.id) AS history,
    (SELECT json_build_object('enabled', enabled, 'lastResult', last_result, 'lastRunMs', ${ms('last_run_at')})
     FROM host_task WHERE host_id = h.id AND path_key = $6) AS task
  FROM host h LEFT JOIN agent_session s ON s.host_id = h.id WHERE h.id = $2`;
