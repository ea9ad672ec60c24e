import type { ReportSpec } from '@carillon/core/action/report';
import type { HostGroup, TargetHost } from '@carillon/core/host/target';
import type { JobFigures, ReportFacts, ReportIncident } from '@carillon/core/report/compose-report';
import type { ReportedJob } from '@carillon/core/report/report-jobs';
import { countedPeriod, type Period } from '@carillon/core/report/report-period';
import { runStates } from '@carillon/core/state/states';
import { lowestUuidAt } from '@carillon/core/state/uuid7';
import type { Client } from './pool-transaction.js';
import { presenceSql } from './presence-sql.js';

/** A run that asks for a report, with what its definition at its version says. */
export interface AskingRun {
  readonly id: string;
  readonly job: string;
  readonly hostId: string;
  readonly host: string;
  readonly startedAt: Date;
  readonly spec: ReportSpec;
  /** The team of the definition. */
  readonly owner: string;
  /** When the report before it from the same host began, within the longest period; null: there is none. */
  readonly lastAt: Date | null;
}

/** A report that is due, locked until the commit: no other server makes it meanwhile. @returns the id of its run */
export async function lockDueReport(client: Client, now: Date): Promise<string | undefined> {
  const { rows } = await client.query<{ runId: string }>(
    `SELECT run_id AS "runId" FROM report_due WHERE next_at IS NULL OR next_at <= $1 ORDER BY next_at NULLS FIRST, run_id
     LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [now],
  );
  return rows[0]?.runId;
}

/** In the transaction that queues its notices. */
export async function settleReport(client: Client, runId: string): Promise<void> {
  await client.query('DELETE FROM report_due WHERE run_id = $1', [runId]);
}

/** It could not be made; the others do not wait for it. */
export async function postponeReport(client: Pick<Client, 'query'>, runId: string, until: Date): Promise<void> {
  await client.query('UPDATE report_due SET next_at = $2 WHERE run_id = $1', [runId, until]);
}

/** @returns undefined where the run, its job or its definition is gone, or the job is not meant for that host */
export async function askingRun(client: Client, runId: string): Promise<AskingRun | undefined> {
  const { rows } = await client.query<AskingRun>(
    `SELECT r.id, j.name AS job, r.host_id AS "hostId", h.name AS host, r.started_at AS "startedAt",
       v.spec->'run'->'action' AS spec, coalesce(v.spec->>'owner', '') AS owner,
       (SELECT p.started_at FROM run p WHERE p.job_id = r.job_id AND p.host_id = r.host_id AND p.state = 'succeeded'
          AND p.id < r.id AND p.id >= uuid_at(r.started_at - interval '31 days') ORDER BY p.id DESC LIMIT 1) AS "lastAt"
     FROM run r JOIN job j ON j.id = r.job_id AND j.deleted_at IS NULL JOIN host h ON h.id = r.host_id
       JOIN job_version v ON v.job_id = r.job_id AND v.version = r.job_version AND v.spec->'run'->>'kind' = 'report'
       JOIN assignment a ON a.job_id = r.job_id AND a.host_id = r.host_id
     WHERE r.id = $1`,
    [runId],
  );
  return rows[0];
}

/** What jobs and hosts there are to choose from. */
export async function reportChoice(client: Client): Promise<{
  jobs: ReportedJob[];
  hosts: (TargetHost & { id: string })[];
  groups: HostGroup[];
}> {
  const jobs = await client.query<ReportedJob>(
    `SELECT j.id, j.name, coalesce(v.spec->>'owner', '') AS owner
     FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version WHERE j.deleted_at IS NULL`,
  );
  const hosts = await client.query<TargetHost & { id: string }>(
    `SELECT id, name, labels FROM host WHERE state = 'active'`,
  );
  const groups = await client.query<{ name: string; labels: Record<string, string> | null; hosts: string[] }>(
    'SELECT name, labels, hosts FROM host_group',
  );
  return {
    jobs: jobs.rows,
    hosts: hosts.rows,
    groups: groups.rows.map(({ name, labels, hosts: named }) => ({
      name,
      ...(labels ? { labels } : {}),
      ...(named.length > 0 ? { hosts: named } : {}),
    })),
  };
}

/** More of what is open or away than anybody reads is only counted. */
const named = 20;

/**
 * What a report tells of these jobs on these hosts.
 * @param hostIds null: on all
 */
export async function readReport(
  client: Client,
  jobs: readonly ReportedJob[],
  hostIds: readonly string[] | null,
  period: Period,
): Promise<ReportFacts> {
  const ids = jobs.map(({ id }) => id);
  const { hours, edges } = countedPeriod(period);
  const figures = await client.query<JobFigures>(hostIds === null ? figuresOfAllSql : figuresOfSomeSql, [
    ids,
    hostIds,
    jobs.map(({ name }) => name),
    hours.from,
    hours.to,
    edges.map(({ fromMs }) => lowestUuidAt(fromMs)),
    edges.map(({ toMs }) => lowestUuidAt(toMs)),
    lowestUuidAt(period.fromMs),
    lowestUuidAt(period.toMs),
    new Date(period.fromMs),
    new Date(period.toMs),
  ]);
  const open = await client.query<ReportIncident & { openedAt: Date; total: number }>(incidentsSql, [ids, hostIds]);
  const away = await client.query<{ name: string; total: number }>(unreachableSql, [ids, hostIds]);
  return {
    period,
    jobs: figures.rows,
    incidents: open.rows.map(({ number, title, severity, openedAt }) => ({
      number: Number(number),
      title,
      severity,
      openedAt: openedAt.toISOString(),
    })),
    openIncidents: open.rows[0]?.total ?? 0,
    unreachable: away.rows.map(({ name }) => name),
    unreachableHosts: away.rows[0]?.total ?? 0,
  };
}

const onHosts = (table: string) => `($2::uuid[] IS NULL OR ${table}.host_id = ANY($2))`;
const inPeriod = (table: string) => `${table}.id >= $8 AND ${table}.id < $9`;
const states = runStates.map((state) => `('${state}', c."${state}")`).join(', ');
/** Durations of so many newest runs of a job say enough of all of them. */
const measuredRuns = 1_000;

/** Whole hours are counted where all hosts, or each of them, have counts of their own; both edges run by run. */
const figuresSql = (hourly: 'run_job_hour' | 'run_hour') => `WITH counted AS (
  SELECT c.job_id, s.state, s.n::bigint AS n FROM ${hourly} c CROSS JOIN LATERAL (VALUES ${states}) AS s(state, n)
  WHERE c.job_id = ANY($1::uuid[]) AND c.hour >= $4 AND c.hour < $5 AND s.n <> 0
    ${hourly === 'run_hour' ? 'AND c.host_id = ANY($2)' : ''}
  UNION ALL
  SELECT r.job_id, r.state::text, 1 FROM unnest($6::uuid[], $7::uuid[]) AS e(low, high)
    JOIN run r ON r.id >= e.low AND r.id < e.high WHERE r.job_id = ANY($1) AND ${onHosts('r')}),
states AS (
  SELECT job_id, json_object_agg(state, n) AS states
  FROM (SELECT job_id, state, sum(n)::float8 AS n FROM counted GROUP BY job_id, state) AS x GROUP BY job_id),
verdicts AS (
  SELECT job_id, json_object_agg(verdict, n) AS verdicts
  FROM (SELECT m.job_id, coalesce(m.amended_verdict, m.verdict) AS verdict, sum(m.occurrences)::int AS n FROM missed_run m
    WHERE m.job_id = ANY($1) AND m.last_for >= $10 AND m.scheduled_for < $11 AND ${onHosts('m')} GROUP BY 1, 2) AS x
  GROUP BY job_id)
SELECT j.name AS job, coalesce(s.states, '{}') AS states, coalesce(v.verdicts, '{}') AS verdicts,
  d.average AS "averageMs", d.p95 AS "p95Ms", f.failure AS "lastFailure"
FROM unnest($1, $3::text[]) AS j(id, name)
LEFT JOIN states s ON s.job_id = j.id LEFT JOIN verdicts v ON v.job_id = j.id
LEFT JOIN LATERAL (
  SELECT avg(ms)::float8 AS average, (percentile_disc(0.95) WITHIN GROUP (ORDER BY ms))::float8 AS p95
  FROM (SELECT r.duration_ms AS ms FROM run r WHERE r.job_id = j.id AND ${inPeriod('r')} AND ${onHosts('r')}
      AND r.duration_ms IS NOT NULL AND r.state NOT IN ('waiting', 'running', 'skipped', 'indeterminate')
    ORDER BY r.id DESC LIMIT ${measuredRuns}) AS x) AS d ON true
LEFT JOIN LATERAL (
  SELECT json_build_object('runId', r.id, 'at', to_char(r.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'host', h.name, 'state', r.state, 'exitCode', r.exit_code) AS failure
  FROM run_bad b JOIN run r ON r.id = b.id JOIN host h ON h.id = r.host_id
  WHERE b.job_id = j.id AND ${inPeriod('b')} AND ${onHosts('b')} AND r.state IN ('failed', 'timed_out', 'killed')
  ORDER BY b.id DESC LIMIT 1) AS f ON true`;
const figuresOfAllSql = figuresSql('run_job_hour');
const figuresOfSomeSql = figuresSql('run_hour');

const incidentsSql = `SELECT i.number, i.title, i.severity, i.opened_at AS "openedAt", count(*) OVER ()::int AS total
FROM incident i WHERE i.state <> 'resolved' AND (
  (i.job_id = ANY($1::uuid[]) AND $2::uuid[] IS NULL)
  OR EXISTS (SELECT FROM alert a WHERE a.incident_id = i.id AND a.job_id = ANY($1) AND ${onHosts('a')}))
ORDER BY i.number DESC LIMIT ${named}`;

const unreachableSql = `SELECT h.name, count(*) OVER ()::int AS total
FROM host h LEFT JOIN agent_session s ON s.host_id = h.id
WHERE h.state = 'active' AND ${presenceSql} IN ('offline', 'never-seen')
  AND EXISTS (SELECT FROM assignment a WHERE a.host_id = h.id AND a.job_id = ANY($1::uuid[]) AND a.state <> 'removing' AND ${onHosts('a')})
ORDER BY h.name_key LIMIT ${named}`;
