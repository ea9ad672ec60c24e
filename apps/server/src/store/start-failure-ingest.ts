import type { RunEvent } from '@carillon/contract/agent/event-messages';
import type { HistoryChanged, HostBooted, StartFailed } from '@carillon/contract/agent/host-events';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { describeStartFailure } from '@carillon/core/starts/start-failure';
import { runOfFailedStart } from '@carillon/core/state/states';
import type pg from 'pg';
import type { FreshEvent } from './ingest-plan.js';
import { unnest } from './unnest.js';

interface Row<T> {
  readonly hostId: string;
  readonly eventId: string;
  readonly at: string;
  readonly data: T;
}

const nothing = { bytes: 0, stored: 0, sha256: sha256Hex('') };

/** The runs that starts without a runner stand for: lists, counts and alerts then need to know only runs. */
export function runsOfFailedStarts(fresh: readonly FreshEvent[]): { hostId: string; event: { data: RunEvent } }[] {
  return failures(fresh).flatMap(({ hostId, at, data }) => {
    const event = runOf(data, at);
    return event ? [{ hostId, event: { data: event } }] : [];
  });
}

function runOf(failure: StartFailed, at: string): RunEvent | null {
  const { runId, jobId, version, trigger, scheduledFor, cause, resultCode } = failure;
  const identity = { runId, jobId, version, trigger, scheduledFor, startedAt: at, commandId: null };
  const end = { ...identity, finishedAt: at, reason: cause, message: describeStartFailure(failure) };
  const state = runOfFailedStart(cause);
  if (state === null) return null;
  if (state === 'skipped') return { kind: 'run.skipped', ...end };
  const output = { stdout: nothing, stderr: nothing, encoding: 'auto' } as const;
  return { kind: 'run.finished', ...end, state, durationMs: 0, attempts: 0, exitCode: resultCode, output };
}

/** Notes why starts failed. */
export async function storeStartFailures(client: pg.PoolClient, fresh: readonly FreshEvent[]): Promise<void> {
  const rows = failures(fresh);
  if (rows.length === 0) return;
  const batch = unnest(
    'x',
    {
      id: ['uuid', (row: Row<StartFailed>) => row.eventId],
      host_id: ['uuid', (row) => row.hostId],
      job_id: ['uuid', (row) => row.data.jobId],
      job_version: ['int', (row) => row.data.version],
      run_id: ['uuid', (row) => row.data.runId],
      cause: ['text', (row) => row.data.cause],
      scheduled_for: ['timestamptz', (row) => row.data.scheduledFor],
      result_code: ['bigint', (row) => row.data.resultCode],
      account: ['text', (row) => row.data.account && clean(row.data.account)],
      records: ['text', (row) => row.data.records.join(',')],
      failed_at: ['timestamptz', (row) => row.at],
    },
    rows,
  );
  // An array of arrays must be rectangular for unnest, so the numbers travel as one text.
  await client.query(
    `INSERT INTO start_failure (id, host_id, job_id, job_version, run_id, cause, scheduled_for, result_code, account, records, failed_at)
     SELECT x.id, x.host_id, x.job_id, x.job_version, x.run_id, x.cause, x.scheduled_for, x.result_code, x.account,
       CASE x.records WHEN '' THEN '{}'::int[] ELSE string_to_array(x.records, ',')::int[] END, x.failed_at
     FROM ${batch.sql} ON CONFLICT DO NOTHING`,
    batch.values,
  );
}

/** Keeps what each host last said of its log. */
export async function storeHistoryStates(client: pg.PoolClient, fresh: readonly FreshEvent[]): Promise<void> {
  const said = fresh.flatMap((event): Row<HistoryChanged>[] => rowOf(event, 'history.changed'));
  const last = [...new Map(said.map((row) => [row.hostId, row])).values()];
  if (last.length === 0) return;
  const batch = unnest(
    'x',
    {
      host_id: ['uuid', (row: Row<HistoryChanged>) => row.hostId],
      state: ['text', (row) => row.data.state],
      message: ['text', (row) => row.data.message && clean(row.data.message)],
      noticed_at: ['timestamptz', (row) => row.at],
    },
    last,
  );
  await client.query(
    `INSERT INTO task_history (host_id, state, message, noticed_at) SELECT * FROM ${batch.sql}
     ON CONFLICT (host_id) DO UPDATE
     SET state = excluded.state, message = excluded.message, noticed_at = excluded.noticed_at`,
    batch.values,
  );
}

/** Notes when hosts started. */
export async function storeHostBoots(client: pg.PoolClient, fresh: readonly FreshEvent[]): Promise<void> {
  const rows = fresh.flatMap((event): Row<HostBooted>[] => rowOf(event, 'host.booted'));
  if (rows.length === 0) return;
  const batch = unnest(
    'x',
    {
      host_id: ['uuid', (row: Row<HostBooted>) => row.hostId],
      booted_at: ['timestamptz', (row) => row.data.bootedAt],
    },
    rows,
  );
  await client.query(
    `INSERT INTO host_boot (host_id, booted_at) SELECT * FROM ${batch.sql} ON CONFLICT DO NOTHING`,
    batch.values,
  );
}

function failures(fresh: readonly FreshEvent[]): Row<StartFailed>[] {
  return fresh.flatMap((event): Row<StartFailed>[] => rowOf(event, 'start.failed'));
}

function rowOf<K extends FreshEvent['event']['data']['kind']>({ hostId, event }: FreshEvent, kind: K) {
  const { eventId, at, data } = event;
  type Data = Extract<FreshEvent['event']['data'], { kind: K }>;
  return data.kind === kind ? [{ hostId, eventId, at, data: data as Data }] : [];
}

/** Postgres text cannot hold U+0000. */
function clean(text: string): string {
  return text.replaceAll('\0', '\u2400');
}
