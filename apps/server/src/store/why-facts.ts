import type { WhyFacts } from '@carillon/core/why/why-facts';
import type pg from 'pg';
import {
  assignmentCodeSql,
  assignmentMessageSql,
  assignmentStateSql,
  assignmentVersionSql,
  presenceSql,
} from './presence-sql.js';

const ms = (column: string) => `extract(epoch FROM ${column}) * 1000`;
const hour = 3_600_000;
const presence = presenceSql.replaceAll('now()', '$7::timestamptz');

export interface WhyRange {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly nowMs: number;
}

/** What is known of a job on a host around a fire, or around several in a row. */
export async function readWhyFacts(
  client: Pick<pg.Pool, 'query'>,
  job: { readonly id: string; readonly taskPath: string },
  hostId: string,
  { firstMs, lastMs, nowMs }: WhyRange,
): Promise<WhyFacts> {
  const result = await client.query<Omit<WhyFacts, 'nowMs'>>(aroundSql, [
    job.id,
    hostId,
    new Date(lastMs),
    new Date(firstMs - hour),
    new Date(lastMs + 48 * hour),
    job.taskPath.toLowerCase(),
    new Date(nowMs),
    new Date(firstMs),
  ]);
  const [found] = result.rows;
  if (!found) throw new Error(`host ${hostId} is gone`);
  return { ...found, nowMs };
}

/** $1 job, $2 host, $3 the last fire, $4 a while before the first, $5 a while after the last, $6 path of the task, $7 now, $8 the first fire. */
const aroundSql = `
  SELECT
    json_build_object('state', h.state, 'presence', ${presence}, 'enrolledMs', ${ms('h.enrolled_at')},
      'lastSeenMs', ${ms('s.last_seen_at')}, 'waiting', coalesce(s.spool_waiting, 0)) AS host,
    (SELECT json_build_object('state', ${assignmentStateSql}, 'version', ${assignmentVersionSql},
       'appliedVersion', a.applied_version, 'code', ${assignmentCodeSql}, 'message', ${assignmentMessageSql}, 'updatedMs', ${ms('a.updated_at')})
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
       FROM host_absence WHERE host_id = h.id AND from_at <= $3 AND to_at >= $8
       UNION ALL
       SELECT ${ms('s.last_seen_at')}, NULL, NULL WHERE ${presence} = 'offline' AND s.last_seen_at <= $3) b) AS absences,
    (SELECT coalesce(json_agg(p), '[]') FROM (
       SELECT ${ms('from_at')} AS "fromMs", ${ms('coalesce(ended_at, until_at)')} AS "toMs", ${ms('until_at')} AS "untilMs",
         made_by AS by, reason
       FROM host_pause WHERE host_id = h.id AND from_at <= $3 AND coalesce(ended_at, until_at) > $8) p) AS pauses,
    (SELECT json_build_object('state', state, 'message', message) FROM task_history WHERE host_id = h.id) AS history,
    (SELECT json_build_object('enabled', enabled, 'lastResult', last_result, 'lastRunMs', ${ms('last_run_at')})
     FROM host_task WHERE host_id = h.id AND path_key = $6) AS task
  FROM host h LEFT JOIN agent_session s ON s.host_id = h.id WHERE h.id = $2`;
