import type { AlertFacts } from '@carillon/core/alert/alert';
import type { Spread } from '@carillon/core/alert/incident';
import type { Recoveries } from '@carillon/core/alert/incident/resolution';
import type { MutableAlert } from '@carillon/core/alert/quiet/mute';
import type { Reason } from '@carillon/core/alert/reason';
import type { Client } from './pool-transaction.js';

/** How the alerts of an incident are. */
export interface MemberCounts {
  readonly firing: number;
  readonly recovering: number;
  /** 0 low, 1 medium, 2 high, of those that are not over. */
  readonly rank: number;
  readonly flapping: boolean;
}

const noMembers: MemberCounts = { firing: 0, recovering: 0, rank: 0, flapping: false };
const open = `a.state IN ('firing', 'acked', 'recovering')`;

/** Puts alerts into their incidents, and what was decided about them before there was one. */
export async function attachAlerts(
  client: Client,
  pairs: readonly { readonly alertId: string; readonly incidentId: string }[],
): Promise<void> {
  if (pairs.length === 0) return;
  const values = [pairs.map(({ alertId }) => alertId), pairs.map(({ incidentId }) => incidentId)];
  const from = 'FROM unnest($1::uuid[], $2::uuid[]) AS x(id, incident_id)';
  await client.query(`UPDATE alert a SET incident_id = x.incident_id ${from} WHERE a.id = x.id`, values);
  await client.query(
    `UPDATE alert_log l SET incident_id = x.incident_id ${from} WHERE l.alert_id = x.id AND l.incident_id IS NULL`,
    values,
  );
}

export async function countMembers(client: Client, ids: readonly string[]): Promise<(id: string) => MemberCounts> {
  const result = await client.query<MemberCounts & { id: string }>(
    `SELECT a.incident_id AS id, (count(*) FILTER (WHERE a.state <> 'recovering'))::int AS firing,
       (count(*) FILTER (WHERE a.state = 'recovering'))::int AS recovering, bool_or(a.flapping) AS flapping,
       max(CASE a.severity WHEN 'high' THEN 2 WHEN 'medium' THEN 1 ELSE 0 END) AS rank
     FROM alert a WHERE a.incident_id = ANY($1::uuid[]) AND ${open} GROUP BY a.incident_id`,
    [ids],
  );
  const found = new Map(result.rows.map(({ id, ...counts }) => [id, counts]));
  return (id) => found.get(id) ?? noMembers;
}

/** What fires in these incidents, as far as quiet depends on it. */
export async function firingMembers(client: Client, ids: readonly string[]): Promise<Map<string, MutableAlert[]>> {
  const result = await client.query<{ id: string; hostId: string | null; condition: string; labels: object | null }>(
    `SELECT a.incident_id AS id, a.host_id AS "hostId", a.facts->>'condition' AS condition, a.facts->'labels' AS labels
     FROM alert a WHERE a.incident_id = ANY($1::uuid[]) AND a.state IN ('firing', 'acked')`,
    [ids],
  );
  const found = new Map<string, MutableAlert[]>();
  for (const { id, hostId, condition, labels } of result.rows) {
    const alert = { hostId, condition: condition ?? '', labels: (labels ?? {}) as Record<string, string> };
    const known = found.get(id);
    if (known) known.push(alert);
    else found.set(id, [alert]);
  }
  return found;
}

/** An alert that stands for its incident in what people are told. */
export interface Lead {
  readonly reason: Reason;
  readonly facts: AlertFacts;
  readonly runId: string | null;
}

/** Of each incident one alert: one that fires if there is, the newest; of one that is over, the alert that was resolved last. */
export async function leadsOf(client: Client, ids: readonly string[]): Promise<Map<string, Lead>> {
  if (ids.length === 0) return new Map();
  const result = await client.query<Lead & { id: string }>(
    `SELECT DISTINCT ON (a.incident_id) a.incident_id AS id, a.reason, a.facts, a.run_id AS "runId"
     FROM alert a WHERE a.incident_id = ANY($1::uuid[])
     ORDER BY a.incident_id, a.state IN ('firing', 'acked') DESC, a.resolved_at DESC NULLS LAST, a.fired_at DESC NULLS LAST, a.id DESC`,
    [ids],
  );
  return new Map(result.rows.map(({ id, ...lead }) => [id, lead]));
}

const shownRuns = 5;

/** The runs that showed of their alerts that they are over. @param since when each incident began, in epoch milliseconds */
export async function recoveriesOf(
  client: Client,
  since: ReadonlyMap<string, number>,
): Promise<Map<string, Recoveries>> {
  if (since.size === 0) return new Map();
  const result = await client.query<Recoveries['runs'][number] & { incidentId: string; total: number }>(
    `SELECT * FROM (
       SELECT a.incident_id AS "incidentId", a.reason->'figures'->>'runId' AS id, a.facts->>'jobName' AS job, a.facts->>'hostName' AS host,
         a.reason->'figures'->>'at' AS at, a.facts->>'outcome' AS outcome,
         (count(*) OVER (PARTITION BY a.incident_id))::int AS total,
         row_number() OVER (PARTITION BY a.incident_id ORDER BY a.resolved_at DESC, a.id DESC) AS place
       FROM unnest($1::uuid[], $2::timestamptz[]) AS x(id, begun) JOIN alert a ON a.incident_id = x.id
       WHERE a.state = 'resolved' AND a.resolved_at >= x.begun AND a.reason->'figures'->>'runId' IS NOT NULL
     ) r WHERE place <= $3 ORDER BY place`,
    [[...since.keys()], [...since.values()].map((ms) => new Date(ms)), shownRuns],
  );
  const found = new Map<string, Recoveries>();
  for (const { incidentId, total, id, job, host, at, outcome } of result.rows) {
    const run = { id, job, host, at, outcome };
    found.set(incidentId, { total, runs: [...(found.get(incidentId)?.runs ?? []), run] });
  }
  return found;
}

const shownValues = 10;
const shownHosts = 5;

/** How far incidents reach, over what is not over; of one that is over, over all it had. */
export async function spreadsOf(client: Client, ids: readonly string[]): Promise<Map<string, Spread>> {
  if (ids.length === 0) return new Map();
  const counts = await client.query<Omit<Spread, 'byExitCode' | 'byVersion' | 'byLabel'> & { id: string }>(
    `SELECT i.id, (count(*) FILTER (WHERE a.state IN ('firing', 'acked')))::int AS firing, count(*)::int AS total,
       (count(DISTINCT a.host_id) FILTER (WHERE ${open} OR i.state = 'resolved'))::int AS hosts,
       count(DISTINCT a.job_id)::int AS jobs,
       (SELECT count(*)::int FROM assignment s WHERE s.job_id = i.job_id AND s.state <> 'removing') AS "hostsOfJob",
       coalesce((array_agg(DISTINCT a.facts->>'hostName') FILTER (WHERE ${open} AND a.facts->>'hostName' IS NOT NULL))[1:${shownHosts}], '{}') AS examples
     FROM incident i JOIN alert a ON a.incident_id = i.id WHERE i.id = ANY($1::uuid[]) GROUP BY i.id`,
    [ids],
  );
  const shares = await client.query<{ id: string; kind: 'exit' | 'version' | 'label'; value: string; n: number }>(
    `WITH o AS (SELECT a.incident_id AS id, a.facts FROM alert a WHERE a.incident_id = ANY($1::uuid[]) AND ${open})
     SELECT id, 'exit' AS kind, facts->>'exitCode' AS value, count(*)::int AS n FROM o WHERE facts->>'exitCode' IS NOT NULL GROUP BY 1, 3
     UNION ALL SELECT id, 'version', facts->>'jobVersion', count(*)::int FROM o WHERE facts->>'jobVersion' IS NOT NULL GROUP BY 1, 3
     UNION ALL SELECT id, 'label', l.key || '=' || l.value, count(*)::int FROM o, jsonb_each_text(coalesce(facts->'labels', '{}')) AS l
       WHERE l.key NOT IN ('host', 'job', 'policy', 'severity') GROUP BY 1, 3`,
    [ids],
  );
  const by = (id: string, kind: string) =>
    Object.fromEntries(
      shares.rows
        .filter((share) => share.id === id && share.kind === kind)
        .sort((a, b) => b.n - a.n || (a.value < b.value ? -1 : 1))
        .slice(0, shownValues)
        .map(({ value, n }) => [value, n]),
    );
  return new Map(
    counts.rows.map(({ id, ...row }) => [
      id,
      {
        ...row,
        hostsOfJob: row.hostsOfJob || null,
        byExitCode: by(id, 'exit'),
        byVersion: by(id, 'version'),
        byLabel: by(id, 'label'),
      },
    ]),
  );
}

/** More alerts than this are not asked for their labels. */
const mostLabelled = 5_000;

/** By incident, the different labels that its alerts have or had, with the owner of the job. */
export async function labelsOfMembers(
  client: Client,
  ids: readonly string[],
): Promise<Map<string, Readonly<Record<string, string>>[]>> {
  const result = await client.query<{ id: string; labels: Readonly<Record<string, string>> }>(
    `SELECT DISTINCT a.incident_id AS id, coalesce(a.facts->'labels', '{}') || jsonb_build_object('owner', coalesce(a.facts->>'owner', '')) AS labels
     FROM alert a WHERE a.incident_id = ANY($1::uuid[]) LIMIT ${mostLabelled}`,
    [ids],
  );
  const found = new Map<string, Readonly<Record<string, string>>[]>();
  for (const { id, labels } of result.rows) found.set(id, [...(found.get(id) ?? []), labels]);
  return found;
}
