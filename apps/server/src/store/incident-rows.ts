import type { Escalation, Spread } from '@carillon/core/alert/incident';
import { type IncidentData, type OpenIncident, readData } from '@carillon/core/alert/incident/open-incident';
import type { Reason } from '@carillon/core/alert/reason';
import { selfWatch } from '@carillon/core/alert/self-watch/self-watch';
import type { AlertSeverity, IncidentState } from '@carillon/core/state/states';
import type { Client } from './pool-transaction.js';
import { type Columns, unnest } from './unnest.js';

interface Row {
  readonly id: string;
  readonly number: number;
  readonly key: string;
  readonly state: IncidentState;
  readonly severity: AlertSeverity;
  readonly title: string;
  readonly policy: string;
  readonly jobId: string | null;
  readonly hostId: string | null;
  readonly generation: number;
  readonly openedAt: Date;
  readonly resolvedAt: Date | null;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAt: Date | null;
  readonly assignee: string | null;
  readonly muted: Reason | null;
  readonly spread: Spread;
  readonly escalation: Escalation | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly flapping: boolean;
  readonly wakeAt: Date | null;
  readonly data: Partial<IncidentData>;
}

const columns = `i.id, i.number::float8 AS number, i.key, i.state, i.severity, i.title, i.policy, i.job_id AS "jobId",
  i.host_id AS "hostId", i.generation, i.opened_at AS "openedAt", i.resolved_at AS "resolvedAt",
  i.acknowledged_by AS "acknowledgedBy", i.acknowledged_at AS "acknowledgedAt", i.assignee, i.muted, i.spread,
  i.escalation, i.labels, i.flapping, i.wake_at AS "wakeAt", i.data`;

const ms = (at: Date | null) => at?.getTime() ?? null;
const date = (atMs: number | null) => (atMs === null ? null : new Date(atMs));

function incidentOf({ openedAt, resolvedAt, acknowledgedAt, wakeAt, data, ...row }: Row): OpenIncident {
  return {
    ...row,
    openedMs: openedAt.getTime(),
    resolvedMs: ms(resolvedAt),
    acknowledgedMs: ms(acknowledgedAt),
    wakeMs: ms(wakeAt),
    data: readData(data),
  };
}

async function read(client: Client, where: string, values: unknown[]): Promise<OpenIncident[]> {
  const result = await client.query<Row>(`SELECT ${columns} FROM incident i ${where}`, values);
  return result.rows.map(incidentOf);
}

/** All that is read is locked until the transaction ends; whoever decides holds the engine's lock as well. */
export function incidentsById(client: Client, ids: readonly string[]): Promise<OpenIncident[]> {
  return ids.length === 0 ? Promise.resolve([]) : read(client, 'WHERE i.id = ANY($1::uuid[]) FOR UPDATE', [ids]);
}

export async function incidentByNumber(client: Client, number: number): Promise<OpenIncident | null> {
  return (await read(client, 'WHERE i.number = $1 FOR UPDATE', [number]))[0] ?? null;
}

/** Of each key the newest: the one that is open, or the one that may be opened again. */
export function newestIncidents(client: Client, keys: readonly string[]): Promise<OpenIncident[]> {
  if (keys.length === 0) return Promise.resolve([]);
  const newest = `SELECT DISTINCT ON (key) id FROM incident WHERE key = ANY($1::text[]) ORDER BY key, number DESC`;
  return read(client, `WHERE i.id IN (${newest})`, [keys]);
}

/** Those whose time to be looked at has come, the longest waiting first. */
export function dueIncidents(client: Client, nowMs: number, limit: number): Promise<OpenIncident[]> {
  return read(client, 'WHERE i.wake_at <= $1 ORDER BY i.wake_at, i.number LIMIT $2 FOR UPDATE', [
    new Date(nowMs),
    limit,
  ]);
}

/** Incidents that are told by another one and are not over. */
export function stormMembers(client: Client, stormIds: readonly string[]): Promise<OpenIncident[]> {
  if (stormIds.length === 0) return Promise.resolve([]);
  return read(
    client,
    `WHERE i.state IN ('firing', 'acked', 'recovering') AND i.data->'storm'->>'id' = ANY($1::text[]) ORDER BY i.number`,
    [stormIds],
  );
}

/** What was opened since, is not over, and is no storm itself; `told` are those whom a storm comes too late for. */
export async function recentIncidents(
  client: Client,
  sinceMs: number,
): Promise<{ id: string; policy: string; site: string | undefined; free: boolean }[]> {
  const result = await client.query<{ id: string; policy: string; site: string | null; free: boolean }>(
    `SELECT id, policy, labels->>'site' AS site, jsonb_typeof(data->'toldMs') IS DISTINCT FROM 'number' AND muted IS NULL AS free
     FROM incident WHERE opened_at > $1 AND state IN ('firing', 'acked', 'recovering')
       AND coalesce(data->>'isStorm', 'false') <> 'true' AND jsonb_typeof(data->'storm') IS DISTINCT FROM 'object'
     ORDER BY number`,
    [new Date(sinceMs)],
  );
  return result.rows.map(({ site, ...row }) => ({ ...row, site: site ?? undefined }));
}

/** Storms that go on, by their keys. */
export function runningStorms(client: Client): Promise<OpenIncident[]> {
  return read(client, `WHERE i.state <> 'resolved' AND i.key LIKE 'storm %'`, []);
}

/** Numbers for incidents to come; a number that is not used after all is a gap, which nobody minds. */
export async function nextNumbers(client: Client, policies: readonly string[]): Promise<number[]> {
  const result = await client.query<{ number: number }>(
    `SELECT CASE WHEN policy = $2 THEN $3 ELSE nextval(pg_get_serial_sequence('incident', 'number')) END::float8 AS number
     FROM unnest($1::text[]) AS policy`,
    [policies, selfWatch.name, selfWatch.incidentNumber],
  );
  return result.rows.map(({ number }) => number);
}

const json = (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value));
const written = {
  id: ['uuid', (i: OpenIncident) => i.id],
  number: ['bigint', (i) => i.number],
  key: ['text', (i) => i.key],
  state: ['text', (i) => i.state],
  severity: ['text', (i) => i.severity],
  title: ['text', (i) => i.title],
  policy: ['text', (i) => i.policy],
  job_id: ['uuid', (i) => i.jobId],
  host_id: ['uuid', (i) => i.hostId],
  generation: ['int', (i) => i.generation],
  opened_at: ['timestamptz', (i) => new Date(i.openedMs)],
  resolved_at: ['timestamptz', (i) => date(i.resolvedMs)],
  acknowledged_by: ['text', (i) => i.acknowledgedBy],
  acknowledged_at: ['timestamptz', (i) => date(i.acknowledgedMs)],
  assignee: ['text', (i) => i.assignee],
  muted: ['jsonb', (i) => json(i.muted)],
  spread: ['jsonb', (i) => json(i.spread)],
  escalation: ['jsonb', (i) => json(i.escalation)],
  labels: ['jsonb', (i) => json(i.labels)],
  flapping: ['boolean', (i) => i.flapping],
  wake_at: ['timestamptz', (i) => date(i.wakeMs)],
  data: ['jsonb', (i) => json(i.data)],
} as const satisfies Columns<OpenIncident>;

/** Writes incidents as they are now, those that are over first: what follows them has the same key. */
export async function writeIncidents(client: Client, incidents: readonly OpenIncident[], nowMs: number): Promise<void> {
  const names = Object.keys(written);
  const over = incidents.filter(({ state }) => state === 'resolved');
  const open = incidents.filter(({ state }) => state !== 'resolved');
  for (const rows of [over, open]) {
    if (rows.length === 0) continue;
    const batch = unnest('x', written, rows, 2);
    await client.query(
      `INSERT INTO incident (${names.join(', ')}, updated_at) OVERRIDING SYSTEM VALUE
       SELECT ${names.join(', ')}, $1::timestamptz FROM ${batch.sql}
       ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at, ${names
         .filter((name) => name !== 'id' && name !== 'number')
         .map((name) => `${name} = excluded.${name}`)
         .join(', ')}`,
      [new Date(nowMs), ...batch.values],
    );
  }
}

/** Something that belongs to an incident has changed. */
export async function touchIncident(client: Client, id: string, nowMs: number): Promise<void> {
  await client.query('UPDATE incident SET updated_at = $2 WHERE id = $1', [id, new Date(nowMs)]);
}

/** Quiet that a host's absence made is looked at again when that host has news. */
export async function wakeMutedByHosts(client: Client, hostIds: readonly string[], nowMs: number): Promise<void> {
  if (hostIds.length === 0) return;
  await client.query(
    `UPDATE incident i SET wake_at = $2 WHERE i.muted->>'code' = 'host_offline' AND i.state <> 'resolved'
       AND EXISTS (SELECT 1 FROM alert a WHERE a.incident_id = i.id AND a.host_id = ANY($1::uuid[]) AND a.state <> 'resolved')`,
    [hostIds, new Date(nowMs)],
  );
}
