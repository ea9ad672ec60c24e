import type { SpoolSignal, SystemSignal, TaskSignal } from '@carillon/core/alert/signal';
import type pg from 'pg';
import { type Columns, unnest } from './unnest.js';

/** A part of ours does not work, or works again: told by the policy `system`, which nobody has to write. */
export async function signalSystem(
  client: Pick<pg.Pool, 'query'>,
  { atMs, part, ok, code, text }: Omit<SystemSignal, 'id' | 'kind'>,
): Promise<void> {
  await client.query(`INSERT INTO alert_signal (kind, at, data) VALUES ('system', $1, $2)`, [
    new Date(atMs),
    JSON.stringify({ part, ok, code, text }),
  ]);
}

/** Parts of ours about which an alert fires, among those whose names begin so. */
export async function firingParts(client: Pick<pg.Pool, 'query'>, beginning: string): Promise<Set<string>> {
  const { rows } = await client.query<{ part: string }>(
    `SELECT what AS part FROM alert WHERE policy = 'system' AND starts_with(what, $1) AND state IN ('firing', 'acked')`,
    [beginning],
  );
  return new Set(rows.map(({ part }) => part));
}

type NewSpoolSignal = Omit<SpoolSignal, 'id' | 'kind'>;
export type NewTaskSignal = Omit<TaskSignal, 'id' | 'kind'>;

const spoolColumns = {
  host_id: ['uuid', (signal: NewSpoolSignal) => signal.hostId],
  at: ['timestamptz', (signal) => new Date(signal.atMs)],
  data: ['jsonb', ({ reason, runEvents }) => JSON.stringify({ reason, runEvents })],
} as const satisfies Columns<NewSpoolSignal>;

/** Hosts gave up what waited there. In the transaction that notes it. */
export async function signalSpoolLosses(client: pg.PoolClient, signals: readonly NewSpoolSignal[]): Promise<void> {
  if (signals.length === 0) return;
  const batch = unnest('x', spoolColumns, signals);
  await client.query(
    `INSERT INTO alert_signal (kind, host_id, at, data) SELECT 'spool', host_id, at, data FROM ${batch.sql}`,
    batch.values,
  );
}

export const taskColumns = {
  job_id: ['uuid', (signal: NewTaskSignal) => signal.jobId],
  host_id: ['uuid', (signal) => signal.hostId],
  at: ['timestamptz', (signal) => new Date(signal.atMs)],
  good: ['bool', ({ what }) => what === 'applied'],
  data: ['jsonb', ({ what, drift, text, code }) => JSON.stringify({ what, drift, text, code })],
} as const satisfies Columns<NewTaskSignal>;

/**
 * Registered tasks are not what their jobs say, or are again; of jobs at which some policy looks. That all is well is news
 * only where it was not: an alert says so, or a signal that nobody has read yet (one of the two is there in any moment).
 */
export async function signalTasks(client: pg.PoolClient, signals: readonly NewTaskSignal[]): Promise<void> {
  if (signals.length === 0) return;
  const batch = unnest('x', taskColumns, signals);
  await client.query(insertTaskSignalsSql(batch.sql), batch.values);
}

/** @param from where `x` with `taskColumns` comes from */
export function insertTaskSignalsSql(from: string): string {
  return `INSERT INTO alert_signal (kind, job_id, host_id, at, data)
     SELECT 'task', x.job_id, x.host_id, x.at, x.data FROM ${from} JOIN alert_watch w ON w.job_id = x.job_id
     WHERE NOT x.good
       OR EXISTS (SELECT FROM alert a WHERE a.host_id = x.host_id AND a.job_id = x.job_id AND a.state <> 'resolved' AND a.what = 'task')
       OR EXISTS (SELECT FROM alert_signal s WHERE s.kind = 'task' AND s.host_id = x.host_id AND s.job_id = x.job_id)`;
}
