import type { Alert, AlertFacts } from '@carillon/core/alert/alert';
import type { Evaluation } from '@carillon/core/alert/evaluate/evaluate';
import { type AlertMemory, type AlertRow, textOfKey } from '@carillon/core/alert/evaluate/world';
import type { Reason } from '@carillon/core/alert/reason';
import type { AlertSeverity, AlertState } from '@carillon/core/state/states';
import type pg from 'pg';
import { type Columns, unnest } from './unnest.js';

interface Row {
  readonly id: string;
  readonly policy: string;
  readonly jobId: string | null;
  readonly hostId: string | null;
  readonly what: string;
  readonly state: AlertState;
  readonly severity: AlertSeverity;
  readonly flapping: boolean;
  readonly since: Date;
  readonly firedAt: Date | null;
  readonly resolvedAt: Date | null;
  readonly reason: Reason;
  readonly facts: AlertFacts;
  readonly runId: string | null;
  readonly incidentId: string | null;
  readonly wakeAt: Date | null;
  readonly data: AlertMemory;
}

/** Columns of `alert a` as `alertRowOf` wants them. */
export const alertColumns = `a.id, a.policy, a.job_id AS "jobId", a.host_id AS "hostId", a.what, a.state, a.severity, a.flapping,
  a.since, a.fired_at AS "firedAt", a.resolved_at AS "resolvedAt", a.reason, a.facts, a.run_id AS "runId",
  a.incident_id AS "incidentId", a.wake_at AS "wakeAt", a.data`;

function alertRowOf(row: Row): AlertRow {
  const alert: Alert = {
    id: row.id,
    key: { policy: row.policy, jobId: row.jobId, hostId: row.hostId, what: row.what },
    state: row.state,
    severity: row.severity,
    flapping: row.flapping,
    sinceMs: row.since.getTime(),
    firedMs: row.firedAt?.getTime() ?? null,
    resolvedMs: row.resolvedAt?.getTime() ?? null,
    reason: row.reason,
    runId: row.runId,
    incidentId: row.incidentId,
    wakeMs: row.wakeAt?.getTime() ?? null,
  };
  return { alert, memory: row.data, facts: row.facts };
}

/** Alerts whose time to be looked at again has come, the longest waiting first. */
export async function readDueAlerts(client: pg.PoolClient, nowMs: number, limit: number): Promise<AlertRow[]> {
  const result = await client.query<Row>(
    `SELECT ${alertColumns} FROM alert a WHERE a.wake_at <= $1 ORDER BY a.wake_at LIMIT $2`,
    [new Date(nowMs), limit],
  );
  return result.rows.map(alertRowOf);
}

/** Alerts that are not resolved, of these jobs on these hosts, of the jobs as a whole, of the hosts, and of ourselves. */
export async function readOpenAlerts(
  client: pg.PoolClient,
  pairs: readonly { readonly jobId: string; readonly hostId: string }[],
  hostIds: readonly string[],
  system: boolean,
): Promise<Map<string, AlertRow>> {
  const jobIds = [...new Set(pairs.map(({ jobId }) => jobId))];
  const result = await client.query<Row>(
    `SELECT ${alertColumns} FROM unnest($1::uuid[], $2::uuid[]) AS x(job_id, host_id)
       JOIN alert a ON a.job_id = x.job_id AND a.host_id = x.host_id AND a.state <> 'resolved'
     UNION ALL SELECT ${alertColumns} FROM alert a WHERE a.job_id = ANY($3::uuid[]) AND a.host_id IS NULL AND a.state <> 'resolved'
     UNION ALL SELECT ${alertColumns} FROM alert a WHERE a.host_id = ANY($4::uuid[]) AND a.job_id IS NULL AND a.state <> 'resolved'
     UNION ALL SELECT ${alertColumns} FROM alert a WHERE $5 AND a.policy = 'system' AND a.state <> 'resolved'`,
    [pairs.map(({ jobId }) => jobId), pairs.map(({ hostId }) => hostId), jobIds, hostIds, system],
  );
  return new Map(result.rows.map(alertRowOf).map((row) => [textOfKey(row.alert.key), row]));
}

const columns = {
  id: ['uuid', ({ alert }: AlertRow) => alert.id],
  policy: ['text', ({ alert }) => alert.key.policy],
  job_id: ['uuid', ({ alert }) => alert.key.jobId],
  host_id: ['uuid', ({ alert }) => alert.key.hostId],
  what: ['text', ({ alert }) => alert.key.what],
  state: ['text', ({ alert }) => alert.state],
  severity: ['text', ({ alert }) => alert.severity],
  flapping: ['boolean', ({ alert }) => alert.flapping],
  since: ['timestamptz', ({ alert }) => new Date(alert.sinceMs)],
  fired_at: ['timestamptz', ({ alert }) => dateOf(alert.firedMs)],
  resolved_at: ['timestamptz', ({ alert }) => dateOf(alert.resolvedMs)],
  reason: ['jsonb', ({ alert }) => JSON.stringify(alert.reason)],
  facts: ['jsonb', ({ facts }) => JSON.stringify(facts)],
  run_id: ['uuid', ({ alert }) => alert.runId],
  wake_at: ['timestamptz', ({ alert }) => dateOf(alert.wakeMs)],
  data: ['jsonb', ({ memory }) => JSON.stringify(memory)],
} as const satisfies Columns<AlertRow>;
const names = Object.keys(columns);
const replaced = names.filter((name) => name !== 'id').map((name) => `${name} = excluded.${name}`);

/** Writes alerts as they are now; those that say nothing any more go. Which incident one belongs to is not written here. */
export async function writeAlerts(client: pg.PoolClient, { alerts, gone }: Pick<Evaluation, 'alerts' | 'gone'>) {
  // First: what follows them may have the same key.
  if (gone.length > 0) await client.query('DELETE FROM alert WHERE id = ANY($1::uuid[])', [gone]);
  for (const isHistory of [true, false]) {
    const group = alerts.filter(({ alert }) => (alert.state === 'resolved') === isHistory);
    if (group.length === 0) continue;
    const batch = unnest('x', columns, group);
    await client.query(
      `INSERT INTO alert (${names.join(', ')}) SELECT ${names.join(', ')} FROM ${batch.sql}
       ON CONFLICT (id) DO UPDATE SET ${replaced.join(', ')}`,
      batch.values,
    );
  }
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
