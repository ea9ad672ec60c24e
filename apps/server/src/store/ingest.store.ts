import { randomInt } from 'node:crypto';
import type { RunEvent } from '@carillon/contract/agent/event-messages';
import { Inject, Injectable, Optional } from '@nestjs/common';
import type pg from 'pg';
import { Sealer } from '../shared/sealer.js';
import { CommittedEnds } from './committed-ends.js';
import { Database } from './database.store.js';
import { batchNumbers, eventIdAt, packEvents } from './event-batches.js';
import { foldRuns } from './fold-runs.js';
import {
  type EventFrame,
  type FrameOutcome,
  type FreshEvent,
  type IngestPlan,
  type IngestSession,
  keyOf,
  type NumberRange,
  numbersToCheck,
  planIngest,
} from './ingest-plan.js';
import { poolTransaction } from './pool-transaction.js';
import { storeSpoolLosses } from './spool-loss-ingest.js';
import { runsOfFailedStarts, storeHistoryStates, storeHostBoots, storeStartFailures } from './start-failure-ingest.js';
import { type Prove, storeTaskChanges, taskChangesOf } from './task-change-ingest.js';
import { proofPurpose } from './task-change-proof.js';
import { storeTaskReplacements } from './task-replacement-ingest.js';
import { type Columns, unnest } from './unnest.js';
import { type BatchWrites, writeBatch } from './write-batch.js';

const slotsPerServer = 4;
/** Servers that draw the same slots only wait a little for each other. */
const firstSlot = randomInt(4) * slotsPerServer;

/** Stores batches of agent events: many hosts, all or nothing. */
@Injectable()
export class IngestStore {
  private readonly ends = new CommittedEnds();

  private readonly prove: Prove | undefined;

  constructor(
    @Inject(Database) private readonly database: Database,
    /** Absent where no edit is ever adopted, as in tests of the ingest alone. */
    @Optional() @Inject(Sealer) sealer?: Sealer,
  ) {
    this.prove = sealer && ((text) => sealer.mac(proofPurpose, text));
  }

  /**
   * Safe to call again with the same frames; never for the same host twice at once.
   * @param lane number among the batches that this server stores at the same time
   * @returns one outcome per frame; the caller acks only after this resolved
   */
  async ingest(frames: readonly EventFrame[], lane = 0): Promise<FrameOutcome[]> {
    const slot = firstSlot + (lane % slotsPerServer);
    const sessions = this.ends.take(frames);
    const plan =
      (sessions && (await this.storeAtOnce(frames, sessions, slot))) ?? (await this.storeAfterLook(frames, slot));
    this.ends.note(plan.sessions);
    return plan.outcomes;
  }

  /**
   * The common case in one statement without a look before it: new events of runs, from hosts whose last batch this
   * server stored itself.
   * @returns undefined when it is another case, and nothing was stored
   */
  private async storeAtOnce(frames: readonly EventFrame[], sessions: readonly IngestSession[], slot: number) {
    if (numbersToCheck(frames, sessions).length > 0) return undefined;
    const plan = planIngest(frames, sessions, new Map());
    if (plan.fresh.length === 0 || plan.fresh.some(leavesMoreThanRuns)) return undefined;
    return (await writeBatch(this.database.ingestPool, writesOf(plan, sessions, slot))) ? plan : undefined;
  }

  private storeAfterLook(frames: readonly EventFrame[], slot: number): Promise<IngestPlan> {
    return poolTransaction(this.database.ingestPool, async (client) => {
      const sessions = await lockSessions(client, frames);
      const known = await knownEvents(client, numbersToCheck(frames, sessions));
      const plan = planIngest(frames, sessions, known);
      if (plan.fresh.length > 0 || plan.sessions.length > 0) {
        await writeBatch(client, writesOf(plan, sessions, slot));
        await storeMoreThanRuns(client, plan.fresh, this.prove);
      }
      return plan;
    });
  }
}

function writesOf(plan: IngestPlan, sessions: readonly IngestSession[], slot: number): BatchWrites {
  const before = new Map(sessions.map((session) => [session.hostId, session]));
  return {
    runs: foldRuns([...plan.fresh.filter(isOfRun), ...runsOfFailedStarts(plan.fresh)]),
    events: packEvents(plan.fresh),
    sessions: plan.sessions.flatMap((after) => {
      const session = before.get(after.hostId);
      return session ? [{ before: session, after }] : [];
    }),
    slot,
  };
}

/** What has a statement of its own, see `storeMoreThanRuns`. */
function leavesMoreThanRuns(fresh: FreshEvent): boolean {
  return !isOfRun(fresh) || fresh.event.data.commandId !== null;
}

async function storeMoreThanRuns(
  client: pg.PoolClient,
  fresh: readonly FreshEvent[],
  prove: Prove | undefined,
): Promise<void> {
  if (!fresh.some(leavesMoreThanRuns)) return;
  await completeCommands(client, fresh.filter(isOfRun));
  await storeTaskChanges(client, taskChangesOf(fresh), prove);
  await storeTaskReplacements(client, fresh);
  await storeSpoolLosses(client, fresh);
  await storeStartFailures(client, fresh);
  await storeHistoryStates(client, fresh);
  await storeHostBoots(client, fresh);
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

/** Event ids that are stored at numbers of a range, by `keyOf`. */
async function knownEvents(client: pg.PoolClient, ranges: readonly NumberRange[]): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  if (ranges.length === 0) return known;
  const batch = unnest('x', rangeColumns, ranges);
  const result = await client.query<{ hostId: string; epoch: number; first: string; ids: string }>(
    `SELECT DISTINCT b.host_id AS "hostId", b.epoch, b.first_seq AS first, encode(b.event_ids, 'hex') AS ids
     FROM ${batch.sql} JOIN agent_event_batch b ON b.host_id = x.host_id AND b.epoch = x.epoch
       AND b.first_seq > x.from_seq - ${batchNumbers} AND b.first_seq <= x.to_seq`,
    batch.values,
  );
  for (const { hostId, epoch, first, ids } of result.rows) {
    for (let place = 0; place * 32 < ids.length; place += 1) {
      const eventId = eventIdAt(ids, place);
      if (eventId !== undefined) known.set(keyOf(hostId, epoch, Number(first) + place), eventId);
    }
  }
  return known;
}

const rangeColumns = {
  host_id: ['uuid', (row: NumberRange) => row.hostId],
  epoch: ['int', (row: NumberRange) => row.epoch],
  from_seq: ['bigint', (row: NumberRange) => row.from],
  to_seq: ['bigint', (row: NumberRange) => row.to],
} as const satisfies Columns<NumberRange>;

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
