import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finished, finishedRuns, started } from '../gateway/testing/run-events.js';
import type { Database } from './database.store.js';
import type { FenceClaim } from './fence.js';
import { IngestStore } from './ingest.store.js';
import type { EventFrame } from './ingest-plan.js';
import { addHost, openDatabase } from './testing/stores.js';

let test: TestDatabase;
let database: Database;
/** Two servers: their batches meet in the database only. */
let servers: readonly [IngestStore, IngestStore];
beforeAll(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.url);
  servers = [new IngestStore(database), new IngestStore(database)];
});
afterAll(async () => {
  await database.onApplicationShutdown();
  await test.drop();
});

function frame(claim: FenceClaim, firstSeq: number, events = finishedRuns(firstSeq, 10), epoch = 1): EventFrame {
  return { ...claim, epoch, firstSeq, items: events.map((event) => ({ kind: 'event', event })) };
}

async function count(table: 'run' | 'agent_event_key', { hostId }: FenceClaim): Promise<number> {
  const result = await database.pool.query(`SELECT count(*)::int AS n FROM ${table} WHERE host_id = $1`, [hostId]);
  return result.rows[0].n;
}

describe('ingest', () => {
  it('of one batch by two servers at once stores each event once, and says so to one of them', async () => {
    const claims = await Promise.all(Array.from({ length: 8 }, () => addHost(database)));
    const frames = claims.map((claim) => frame(claim, 1));
    const outcomes = await Promise.all([...servers, ...servers].map((server) => server.ingest(frames)));
    const fresh = outcomes.flat().map((outcome) => (outcome.kind === 'committed' ? outcome.fresh : Number.NaN));
    expect(fresh.reduce((sum, number) => sum + number, 0)).toBe(80);
    for (const outcome of outcomes.flat()) expect(outcome).toMatchObject({ kind: 'committed', upToSeq: 10 });
    for (const claim of claims) expect(await count('run', claim)).toBe(10);
    for (const claim of claims) expect(await count('agent_event_key', claim)).toBe(10);
  });

  it('of two batches that name the same hosts in another order does not deadlock', async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, () => addHost(database)));
    const frames = claims.map((claim) => frame(claim, 1));
    await Promise.all(
      Array.from({ length: 10 }, (_, turn) =>
        servers[turn % 2 === 0 ? 0 : 1].ingest(turn % 2 ? frames : frames.toReversed()),
      ),
    );
    for (const claim of claims) expect(await count('run', claim)).toBe(10);
  });

  it('by an older session writes nothing', async () => {
    const claim = await addHost(database);
    await database.pool.query('UPDATE agent_session SET fence = 2 WHERE host_id = $1', [claim.hostId]);
    expect(await servers[0].ingest([frame(claim, 1)])).toEqual([{ kind: 'superseded' }]);
    expect(await count('run', claim)).toBe(0);
    expect(await count('agent_event_key', claim)).toBe(0);
  });

  it('goes on from where another server stored on meanwhile', async () => {
    const claim = await addHost(database);
    const [first, second] = [frame(claim, 1), frame(claim, 11)];
    await servers[0].ingest([first]);
    await servers[1].ingest([second]);
    const again = await servers[0].ingest([second, frame(claim, 21)]);
    expect(again).toMatchObject([
      { kind: 'committed', upToSeq: 20, fresh: 0 },
      { kind: 'committed', upToSeq: 30, fresh: 10 },
    ]);
    expect([await count('run', claim), await count('agent_event_key', claim)]).toEqual([30, 30]);
  });

  it('writes nothing for a session that was replaced since its last batch, and all of its neighbours', async () => {
    const [claim, neighbour] = [await addHost(database), await addHost(database)];
    await servers[0].ingest([frame(claim, 1), frame(neighbour, 1)]);
    await database.pool.query('UPDATE agent_session SET fence = 2 WHERE host_id = $1', [claim.hostId]);
    const outcomes = await servers[0].ingest([frame(claim, 11), frame(neighbour, 11)]);
    expect(outcomes).toMatchObject([{ kind: 'superseded' }, { kind: 'committed', upToSeq: 20, fresh: 10 }]);
    expect([await count('run', claim), await count('run', neighbour)]).toEqual([10, 20]);
  });

  it('of a batch with one event that no table can hold writes nothing of it', async () => {
    const [good, bad] = [await addHost(database), await addHost(database)];
    const poison = finished(1, { reason: 'a\0b' });
    await expect(servers[0].ingest([frame(good, 1), frame(bad, 1, [poison])])).rejects.toThrow('0x00');
    expect(await count('run', good)).toBe(0);
    expect(await count('agent_event_key', good)).toBe(0);
  });

  it('does not touch a run of another host', async () => {
    const [owner, forger] = [await addHost(database), await addHost(database)];
    const begin = started(1);
    const { runId } = begin.data;
    await servers[0].ingest([frame(owner, 1, [begin])]);
    await servers[0].ingest([frame(forger, 1, [finished(1, { runId })])]);
    const { rows } = await database.pool.query('SELECT host_id, state FROM run WHERE id = $1', [runId]);
    expect(rows).toEqual([{ host_id: owner.hostId, state: 'running' }]);
  });

  it('lets an end stand that says as much as the next one, and amends what was not certain', async () => {
    const claim = await addHost(database);
    const { runId } = started(1).data;
    const states = ['indeterminate', 'failed', 'succeeded', 'indeterminate'] as const;
    const seen: string[] = [];
    for (const [index, state] of states.entries()) {
      await servers[0].ingest([frame(claim, index + 1, [finished(index + 1, { runId, state })])]);
      seen.push((await database.pool.query('SELECT state FROM run WHERE id = $1', [runId])).rows[0].state);
    }
    expect(seen).toEqual(['indeterminate', 'failed', 'failed', 'failed']);
  });

  it('takes a run from waiting to its end, in whatever order its events come', async () => {
    const claim = await addHost(database);
    const begin = started(1);
    const { kind: _, ...identity } = begin.data;
    const waiting = {
      ...begin,
      data: { ...identity, kind: 'run.waiting' as const, reason: 'overlap', message: 'run a' },
    };
    const look = async () =>
      (await database.pool.query('SELECT state, reason, detail FROM run WHERE id = $1', [begin.data.runId])).rows[0];
    await servers[0].ingest([frame(claim, 1, [waiting])]);
    expect(await look()).toEqual({ state: 'waiting', reason: 'overlap', detail: 'run a' });
    await servers[0].ingest([frame(claim, 2, [{ ...begin, seq: 2 }])]);
    await servers[0].ingest([frame(claim, 3, [{ ...waiting, seq: 3 }])]);
    expect(await look()).toEqual({ state: 'running', reason: null, detail: null });
    await servers[0].ingest([frame(claim, 4, [finished(4, { runId: begin.data.runId, state: 'succeeded' })])]);
    expect(await look()).toEqual({ state: 'succeeded', reason: null, detail: null });
  });

  it('keeps what a run used, and that it is not known', async () => {
    const claim = await addHost(database);
    const use = { cpuMs: 1_234, peakMemoryBytes: 5 * 2 ** 30 };
    const [measured, other] = [finished(1, use), finished(2)];
    await servers[0].ingest([frame(claim, 1, [measured, other])]);
    const { rows } = await database.pool.query(
      'SELECT cpu_ms::int AS cpu, peak_memory_bytes::float8 AS memory FROM run WHERE host_id = $1 ORDER BY cpu_ms',
      [claim.hostId],
    );
    expect(rows).toEqual([
      { cpu: 1_234, memory: 5 * 2 ** 30 },
      { cpu: null, memory: null },
    ]);
  });

  it('keeps why a run was skipped', async () => {
    const claim = await addHost(database);
    const begin = started(1);
    const finishedAt = '2026-11-23T08:30:00.000Z';
    const data = {
      ...begin.data,
      kind: 'run.skipped' as const,
      finishedAt,
      reason: 'condition_cpu',
      message: 'CPU at 93 %',
    };
    await servers[0].ingest([frame(claim, 1, [{ ...begin, data }])]);
    const { rows } = await database.pool.query('SELECT state, reason, detail, finished_at FROM run WHERE id = $1', [
      data.runId,
    ]);
    expect(rows).toEqual([
      { state: 'skipped', reason: 'condition_cpu', detail: 'CPU at 93 %', finished_at: new Date(finishedAt) },
    ]);
  });

  it('keeps the committed end from going back when an old frame comes again', async () => {
    const claim = await addHost(database);
    const first = frame(claim, 1);
    await servers[0].ingest([first]);
    await servers[0].ingest([frame(claim, 11)]);
    expect(await servers[1].ingest([first])).toEqual([
      { kind: 'committed', epoch: 1, upToSeq: 20, fresh: 0, rejected: [] },
    ]);
  });

  it('keeps the numbers of events that come one by one together, and knows each of them again', async () => {
    const claim = await addHost(database);
    const events = finishedRuns(1, 40);
    for (const event of events) await servers[0].ingest([frame(claim, event.seq, [event])]);
    const { rows } = await database.pool.query(
      'SELECT first_seq::int AS first, length(event_ids) / 16 AS numbers FROM agent_event_batch WHERE host_id = $1 ORDER BY first_seq',
      [claim.hostId],
    );
    expect(rows).toEqual([
      { first: 1, numbers: 32 },
      { first: 33, numbers: 8 },
    ]);
    const kept = await database.pool.query('SELECT event_id FROM agent_event_key WHERE host_id = $1 ORDER BY seq', [
      claim.hostId,
    ]);
    expect(kept.rows.map((row) => row.event_id)).toEqual(events.map(({ eventId }) => eventId));
    expect(await servers[1].ingest([frame(claim, 1, events)])).toMatchObject([{ fresh: 0, upToSeq: 40 }]);
    expect(await servers[1].ingest([frame(claim, 40, [finished(40)])])).toMatchObject([{ kind: 'renew' }]);
  });

  it('calls frames of an epoch that is over stale', async () => {
    const claim = await addHost(database);
    await servers[0].ingest([frame(claim, 1, undefined, 2)]);
    expect(await servers[0].ingest([frame(claim, 1)])).toEqual([{ kind: 'stale' }]);
    expect(await count('run', claim)).toBe(10);
  });
});
