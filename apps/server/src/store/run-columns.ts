import type { RunRow } from './fold-runs.js';
import type { Columns } from './unnest.js';

/** Columns of `run` as a batch of events fills them. */
export const runColumns = {
  id: ['uuid', (row: RunRow) => row.runId],
  job_id: ['uuid', (row: RunRow) => row.event.jobId],
  job_version: ['int', (row: RunRow) => row.event.version],
  host_id: ['uuid', (row: RunRow) => row.hostId],
  state: ['run_state', (row: RunRow) => row.state],
  trigger: ['run_trigger', (row: RunRow) => row.event.trigger],
  cause: ['text', (row: RunRow) => row.event.cause ?? null],
  scheduled_for: ['timestamptz', (row: RunRow) => row.event.scheduledFor],
  started_at: ['timestamptz', (row: RunRow) => row.event.startedAt],
  command_id: ['uuid', (row: RunRow) => row.event.commandId],
  reason: ['text', ({ event }: RunRow) => ('reason' in event ? event.reason : null)],
  detail: ['text', ({ event }: RunRow) => ('message' in event ? clean(event.message) : null)],
  finished_at: ['timestamptz', ({ event }: RunRow) => ('finishedAt' in event ? event.finishedAt : null)],
  duration_ms: ['bigint', (row: RunRow) => finished(row)?.durationMs ?? null],
  exit_code: ['bigint', (row: RunRow) => finished(row)?.exitCode ?? null],
  attempts: ['int', (row: RunRow) => finished(row)?.attempts ?? 1],
  cpu_ms: ['bigint', (row: RunRow) => finished(row)?.cpuMs ?? null],
  peak_memory_bytes: ['bigint', (row: RunRow) => finished(row)?.peakMemoryBytes ?? null],
  encoding: ['text', (row: RunRow) => row.output?.encoding ?? 'auto'],
  stdout_bytes: ['bigint', (row: RunRow) => row.output?.stdout.bytes || null],
  stdout_stored: ['bigint', (row: RunRow) => storedOf(row.output?.stdout)],
  stdout_sha256: ['bytea', (row: RunRow) => hashOf(row.output?.stdout)],
  stderr_bytes: ['bigint', (row: RunRow) => row.output?.stderr.bytes || null],
  stderr_stored: ['bigint', (row: RunRow) => storedOf(row.output?.stderr)],
  stderr_sha256: ['bytea', (row: RunRow) => hashOf(row.output?.stderr)],
} as const satisfies Columns<RunRow>;

/** Postgres text cannot hold U+0000. */
function clean(text: string): string {
  return text.replaceAll('\0', '\u2400');
}

function finished({ event }: RunRow) {
  return event.kind === 'run.finished' ? event : undefined;
}

/** Nearly always everything, which need not be said. */
function storedOf(stream: { bytes: number; stored: number } | undefined): number | null {
  return stream === undefined || stream.stored === stream.bytes ? null : stream.stored;
}

/** Of a stream that said nothing everybody knows it. */
function hashOf(stream: { bytes: number; sha256: string } | undefined): string | null {
  return stream === undefined || stream.bytes === 0 ? null : `\\x${stream.sha256}`;
}
