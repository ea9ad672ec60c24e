import type { RunEvent } from '@carillon/contract/agent/messages';
import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { Database } from './database.store.js';
import { foldRuns, type RunRow } from './fold-runs.js';
import {
  type EventFrame,
  type FrameOutcome,
  type FreshEvent,
  type IngestSession,
  keyOf,
  numbersToCheck,
  planIngest,
} from './ingest-plan.js';
import { poolTransaction } from './pool-transaction.js';
import { storeSpoolLosses } from './spool-loss-ingest.js';
import { runsOfFailedStarts, storeHistoryStates, storeHostBoots, storeStartFailures } from './start-failure-ingest.js';
import { storeTaskChanges, taskChangesOf } from './task-change-ingest.js';
import { storeTaskReplacements } from './task-replacement-ingest.js';
import { unnest } from './unnest.js';

/** Stores batches of agent events: many hosts, one transaction, a handful of statements. */
@Injectable()
export class IngestStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /**
   * All or nothing; safe to call again with the same frames.
   * @returns one outcome per frame; the caller acks only after this resolved
   */
  ingest(frames: readonly EventFrame[]): Promise<FrameOutcome[]> {
    return poolTransaction(this.database.pool, async (client) => {
      const sessions = await lockSessions(client, frames);
      const known = await knownEvents(client, numbersToCheck(frames, sessions));
      const plan = planIngest(frames, sessions, known);
      if (plan.fresh.length > 0) {
        await insertKeys(client, plan.fresh);
        const runs = plan.fresh.filter(isOfRun);
        await upsertRuns(client, foldRuns([...runs, ...runsOfFailedStarts(plan.fresh)]));
        await completeCommands(client, runs);
        await storeTaskChanges(client, taskChangesOf(plan.fresh));
        await storeTaskReplacements(client, plan.fresh);
        await storeSpoolLosses(client, plan.fresh);
        await storeStartFailures(client, plan.fresh);
        await storeHistoryStates(client, plan.fresh);
        await storeHostBoots(client, plan.fresh);
      }
      if (plan.sessions.length > 0) await advanceSessions(client, plan.sessions);
      return plan.outcomes;
    });
  }
}

/** A fresh event of a run. */
type FreshRunEvent = FreshEvent & { readonly event: { readonly data: RunEvent } };

function isOfRun(fresh: FreshEvent): fresh is FreshRunEvent {
  return fresh.event.data.kind.startsWith('run.');
}

/** Locked in one order by every server, until the commit: no newer session begins while an older one still writes. */
async function lockSessions(client: pg.PoolClient, frames: readonly EventFrame[]): Promise<IngestSession[]> {
  const result = await client.query<Record<'hostId' | 'fence' | 'acked', string> & { epoch: number }>(
    `SELECT host_id AS "hostId", fence, epoch, acked_seq AS acked FROM agent_session
     WHERE host_id = ANY($1::uuid[]) ORDER BY host_id FOR NO KEY UPDATE`,
    [[...new Set(frames.map((frame) => frame.hostId))]],
  );
  return result.rows.map((row) => ({
    hostId: row.hostId,
    fence: Number(row.fence),
    epoch: row.epoch,
    ackedSeq: Number(row.acked),
  }));
}

interface EventNumber {
  readonly hostId: string;
  readonly epoch: number;
  readonly seq: number;
}

async function knownEvents(client: pg.PoolClient, numbers: readonly EventNumber[]): Promise<Map<string, string>> {
  if (numbers.length === 0) return new Map();
  const batch = unnest(
    'x',
    {
      host_id: ['uuid', (row: EventNumber) => row.hostId],
      epoch: ['int', (row) => row.epoch],
      seq: ['bigint', (row) => row.seq],
    },
    numbers,
  );
  const result = await client.query<{ hostId: string; epoch: number; seq: string; eventId: string }>(
    `SELECT k.host_id AS "hostId", k.epoch, k.seq, k.event_id AS "eventId"
     FROM agent_event_key k JOIN ${batch.sql} USING (host_id, epoch, seq)`,
    batch.values,
  );
  return new Map(result.rows.map((row) => [keyOf(row.hostId, row.epoch, Number(row.seq)), row.eventId]));
}

async function insertKeys(client: pg.PoolClient, fresh: readonly FreshEvent[]): Promise<void> {
  const batch = unnest(
    'x',
    {
      host_id: ['uuid', (row: FreshEvent) => row.hostId],
      epoch: ['int', (row) => row.epoch],
      seq: ['bigint', (row) => row.event.seq],
      event_id: ['uuid', (row) => row.event.eventId],
    },
    fresh,
  );
  await client.query(
    `INSERT INTO agent_event_key (host_id, epoch, seq, event_id) SELECT * FROM ${batch.sql} ON CONFLICT DO NOTHING`,
    batch.values,
  );
}

/**
 * Order-independent: an event replaces what is stored only when it says more (see `evidenceOf`), so a late start
 * never undoes an end. A run that belongs to another host is not touched.
 */
async function upsertRuns(client: pg.PoolClient, rows: readonly RunRow[]): Promise<void> {
  const batch = unnest('x', runColumns, rows);
  const names = Object.keys(runColumns);
  await client.query(
    `INSERT INTO run (${names.join(', ')}) SELECT * FROM ${batch.sql}
     ON CONFLICT (id) DO UPDATE SET ${names
       .filter((name) => name !== 'id')
       .map((name) => `${name} = excluded.${name}`)
       .join(', ')}
     WHERE run.host_id = excluded.host_id AND ${rankOf('excluded')} > ${rankOf('run')}`,
    batch.values,
  );
}

const runColumns = {
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
  stdout_bytes: ['bigint', (row: RunRow) => row.output?.stdout.bytes ?? 0],
  stdout_stored: ['bigint', (row: RunRow) => row.output?.stdout.stored ?? 0],
  stdout_sha256: ['text', (row: RunRow) => row.output?.stdout.sha256 ?? null],
  stderr_bytes: ['bigint', (row: RunRow) => row.output?.stderr.bytes ?? 0],
  stderr_stored: ['bigint', (row: RunRow) => row.output?.stderr.stored ?? 0],
  stderr_sha256: ['text', (row: RunRow) => row.output?.stderr.sha256 ?? null],
} as const;

/** Postgres text cannot hold U+0000. */
function clean(text: string): string {
  return text.replaceAll('\0', '\u2400');
}

function finished(row: RunRow) {
  return row.event.kind === 'run.finished' ? row.event : undefined;
}

function rankOf(table: 'run' | 'excluded'): string {
  return `CASE ${table}.state WHEN 'waiting' THEN -1 WHEN 'running' THEN 0 WHEN 'indeterminate' THEN 1 ELSE 2 END`;
}

/** A run that a command asked for is the proof that the command was done, whether or not its own answer comes. */
async function completeCommands(client: pg.PoolClient, fresh: readonly FreshRunEvent[]): Promise<void> {
  const caused = fresh.filter((row) => row.event.data.commandId !== null);
  if (caused.length === 0) return;
  const batch = unnest(
    'x',
    {
      command_id: ['uuid', (row: FreshRunEvent) => row.event.data.commandId],
      host_id: ['uuid', (row) => row.hostId],
      run_id: ['uuid', (row) => row.event.data.runId],
    },
    caused,
  );
  await client.query(
    `UPDATE command c SET state = 'done', run_id = coalesce(c.run_id, x.run_id), code = NULL, message = NULL, updated_at = now()
     FROM ${batch.sql}
     WHERE c.id = x.command_id AND c.host_id = x.host_id AND c.action = 'run' AND (c.state <> 'done' OR c.run_id IS NULL)`,
    batch.values,
  );
}

async function advanceSessions(client: pg.PoolClient, sessions: readonly IngestSession[]): Promise<void> {
  const batch = unnest(
    'x',
    {
      host_id: ['uuid', (row: IngestSession) => row.hostId],
      epoch: ['int', (row) => row.epoch],
      acked: ['bigint', (row) => row.ackedSeq],
    },
    sessions,
  );
  await client.query(
    `UPDATE agent_session s SET epoch = x.epoch, acked_seq = x.acked, last_seen_at = now()
     FROM ${batch.sql} WHERE s.host_id = x.host_id`,
    batch.values,
  );
}
