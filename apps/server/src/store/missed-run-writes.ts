import type { ExpectedFire } from '@carillon/core/alert/missed/expected-fires';
import type { JudgedFire } from '@carillon/core/alert/missed/judge-expected';
import { recheckAfterMs } from '@carillon/core/alert/missed/missed-rules';
import type { Stretch } from '@carillon/core/alert/missed/stretches';
import type pg from 'pg';
import { type Columns, unnest } from './unnest.js';

export interface Place {
  readonly hostId: string;
  readonly jobId: string;
}
export type PlacedStretch = Stretch & Place;

const columns = {
  job_id: ['uuid', (row: PlacedStretch) => row.jobId],
  host_id: ['uuid', (row) => row.hostId],
  version: ['int', (row) => row.first.version.version],
  timezone: ['text', (row) => row.first.timezone],
  scheduled_for: ['timestamptz', (row) => new Date(row.first.atMs)],
  last_for: ['timestamptz', (row) => new Date(row.lastMs)],
  occurrences: ['int', (row) => row.occurrences],
  verdict: ['text', (row) => row.judged.verdict],
  cause: ['text', (row) => row.judged.cause],
  certainty: ['text', (row) => row.judged.certainty],
  text: ['text', (row) => row.judged.text],
  figures: ['jsonb', (row) => (row.judged.figures ? JSON.stringify(row.judged.figures) : null)],
  evidence: ['jsonb', (row) => JSON.stringify(row.judged.evidence)],
  run_id: ['uuid', (row) => row.judged.runId],
} as const satisfies Columns<PlacedStretch>;
const names = Object.keys(columns).join(', ');

/** New verdicts. @returns ids in the order given */
export async function insertStretches(
  client: pg.PoolClient,
  rows: readonly PlacedStretch[],
  nowMs: number,
): Promise<string[]> {
  if (rows.length === 0) return [];
  const batch = unnest('x', columns, rows, 3);
  const result = await client.query<{ id: string }>(
    `INSERT INTO missed_run (${names}, decided_at, recheck_at)
     SELECT ${names}, $1, CASE WHEN verdict = 'missed' THEN $2::timestamptz END FROM ${batch.sql} RETURNING id`,
    [new Date(nowMs), new Date(nowMs + (recheckAfterMs[0] ?? 0)), ...batch.values],
  );
  return result.rows.map(({ id }) => id);
}

/** A host is not heard from: one row for all that waits for its word, which grows. */
export async function writeUnknown(
  client: pg.PoolClient,
  rows: readonly PlacedStretch[],
  nowMs: number,
): Promise<void> {
  if (rows.length === 0) return;
  const batch = unnest('x', columns, rows, 2);
  await client.query(
    `INSERT INTO missed_run AS m (${names}, decided_at) SELECT ${names}, $1 FROM ${batch.sql}
     ON CONFLICT (host_id, job_id) WHERE verdict = 'host_unknown' AND amended_at IS NULL DO UPDATE SET
       last_for = greatest(m.last_for, excluded.last_for), occurrences = greatest(m.occurrences, excluded.occurrences)
     WHERE m.last_for < excluded.last_for`,
    [new Date(nowMs), ...batch.values],
  );
}

export interface Amendment extends Place {
  readonly verdict: string;
  readonly cause: string;
  readonly text: string;
  /** What the text has; `several`: what became of all, where more than one waited. */
  readonly figures: JudgedFire['figures'];
  readonly runId: string | null;
  /** Up to when it is known. */
  readonly toMs: number;
}

/** The host has told: what was unknown of it is answered. */
export async function answerUnknown(client: pg.PoolClient, rows: readonly Amendment[], nowMs: number): Promise<void> {
  if (rows.length === 0) return;
  const batch = unnest(
    'x',
    {
      host_id: ['uuid', (row: Amendment) => row.hostId],
      job_id: ['uuid', (row) => row.jobId],
      verdict: ['text', (row) => row.verdict],
      cause: ['text', (row) => row.cause],
      text: ['text', (row) => row.text],
      figures: ['jsonb', (row) => JSON.stringify(row.figures ?? {})],
      run_id: ['uuid', (row) => row.runId],
      to_at: ['timestamptz', (row) => new Date(row.toMs)],
    },
    rows,
    2,
  );
  await client.query(
    `UPDATE missed_run m SET amended_verdict = x.verdict, amended_cause = x.cause, amended_text = x.text,
       amended_figures = x.figures, amended_run_id = x.run_id, amended_at = $1
     FROM ${batch.sql}
     WHERE m.host_id = x.host_id AND m.job_id = x.job_id AND m.verdict = 'host_unknown' AND m.amended_at IS NULL
       AND m.scheduled_for <= x.to_at`,
    [new Date(nowMs), ...batch.values],
  );
}

/** The same goes on being so. */
export async function growStretches(
  client: pg.PoolClient,
  rows: readonly { readonly id: string; readonly lastMs: number; readonly occurrences: number }[],
): Promise<void> {
  if (rows.length === 0) return;
  const batch = unnest(
    'x',
    {
      id: ['bigint', (row: (typeof rows)[number]) => row.id],
      last_for: ['timestamptz', (row) => new Date(row.lastMs)],
      occurrences: ['int', (row) => row.occurrences],
    },
    rows,
  );
  await client.query(
    `UPDATE missed_run m SET last_for = x.last_for, occurrences = m.occurrences + x.occurrences
     FROM ${batch.sql} WHERE m.id = x.id`,
    batch.values,
  );
}

export interface MissedSignalRow extends Place {
  readonly fire: Pick<ExpectedFire, 'atMs'>;
  readonly judged: Pick<JudgedFire, 'verdict' | 'cause' | 'text' | 'runId'>;
}

/** Tells the alert engine, in the transaction that stored the verdict. */
export async function signalMissed(client: pg.PoolClient, rows: readonly MissedSignalRow[]): Promise<void> {
  if (rows.length === 0) return;
  const batch = unnest(
    'x',
    {
      job_id: ['uuid', (row: MissedSignalRow) => row.jobId],
      host_id: ['uuid', (row) => row.hostId],
      run_id: ['uuid', (row) => row.judged.runId],
      at: ['timestamptz', (row) => new Date(row.fire.atMs)],
      data: [
        'jsonb',
        ({ fire, judged: { verdict, cause, text } }) =>
          JSON.stringify({ scheduledForMs: fire.atMs, verdict, cause, text }),
      ],
    },
    rows,
  );
  await client.query(
    `INSERT INTO alert_signal (kind, job_id, host_id, run_id, at, data)
     SELECT 'missed', job_id, host_id, run_id, at, data FROM ${batch.sql}`,
    batch.values,
  );
}

export interface CursorMove extends Place {
  readonly checkedToMs: number;
  readonly checkMs: number | null;
  readonly spans: readonly unknown[];
  readonly stretch: string | null;
}

export async function moveCursors(client: pg.PoolClient, moves: readonly CursorMove[]): Promise<void> {
  if (moves.length === 0) return;
  const batch = unnest(
    'x',
    {
      host_id: ['uuid', (move: CursorMove) => move.hostId],
      job_id: ['uuid', (move) => move.jobId],
      checked_to: ['timestamptz', (move) => new Date(move.checkedToMs)],
      check_at: ['timestamptz', (move) => (move.checkMs === null ? null : new Date(move.checkMs))],
      spans: ['jsonb', (move) => JSON.stringify(move.spans)],
      stretch: ['bigint', (move) => move.stretch],
    },
    moves,
  );
  await client.query(
    `UPDATE expected_cursor c SET checked_to = x.checked_to, check_at = x.check_at, spans = x.spans, stretch = x.stretch
     FROM ${batch.sql} WHERE c.host_id = x.host_id AND c.job_id = x.job_id`,
    batch.values,
  );
}
