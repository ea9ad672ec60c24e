import type { Response } from '@carillon/contract/http/route';
import type { runRoutes } from '@carillon/contract/http/runs.routes';

type RunSummary = Response<typeof runRoutes.list>['items'][number];

/** Columns of the wide table, in their order: one row for each run, with all that a question groups or filters by. */
const columns = {
  run_id: 'String',
  job: 'String',
  job_version: 'UInt32',
  host: 'String',
  timezone: 'String',
  state: 'String',
  reason: 'String',
  trigger: 'String',
  scheduled_for: `Nullable(DateTime('UTC'))`,
  started_at: `DateTime('UTC')`,
  started_ms: 'UInt64',
  finished_at: `Nullable(DateTime('UTC'))`,
  duration_ms: 'Nullable(UInt64)',
  exit_code: 'Nullable(UInt32)',
  exported_ms: 'UInt64',
} as const;

export type RunColumn = keyof typeof columns;
export type ClickHouseRow = Readonly<Record<RunColumn, string | number | null>>;

/** Whether a name may stand in a statement: `carillon_runs`, or with its database before it. */
export function isTableName(name: string): boolean {
  return /^(?:[A-Za-z_]\w{0,63}\.)?[A-Za-z_]\w{0,63}$/.test(name);
}

/** The statement that makes the table. Of rows with one key ClickHouse keeps the one that was exported last. */
export function tableDdl(table: string): string {
  const fields = Object.entries(columns).map(([name, type]) => `  ${name} ${type}`);
  return [
    `CREATE TABLE IF NOT EXISTS ${table} (`,
    fields.join(',\n'),
    // Ids begin with the time of the start, so that their order is that of time.
    ') ENGINE = ReplacingMergeTree(exported_ms) PARTITION BY toYYYYMM(started_at) ORDER BY run_id',
  ].join('\n');
}

/** A run as a row. @param nowMs of the export: the newer one counts */
export function rowOfRun(run: RunSummary, nowMs: number): ClickHouseRow {
  return {
    run_id: run.id,
    job: run.job,
    job_version: run.jobVersion,
    host: run.host,
    timezone: run.timezone ?? '',
    state: run.state,
    reason: run.reason ?? '',
    trigger: run.trigger,
    scheduled_for: secondsOf(run.scheduledFor),
    started_at: secondsOf(run.startedAt),
    started_ms: Date.parse(run.startedAt),
    finished_at: secondsOf(run.finishedAt),
    duration_ms: run.durationMs,
    exit_code: run.exitCode,
    exported_ms: nowMs,
  };
}

/** `2026-03-01 02:00:00`: older ClickHouse reads no other form. */
function secondsOf(instant: string | null): string | null {
  return instant && new Date(instant).toISOString().slice(0, 19).replace('T', ' ');
}
