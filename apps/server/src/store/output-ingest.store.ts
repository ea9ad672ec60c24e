import type { LogChunk } from '@carillon/contract/agent/log-frame';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import type { FenceClaim } from './fence.js';
import { unnest } from './unnest.js';

export interface OutputChunk extends FenceClaim {
  readonly chunk: LogChunk;
}

/** `duplicate`: committed earlier. `foreign`: the run belongs to another host. */
export type ChunkOutcome = 'committed' | 'duplicate' | 'superseded' | 'foreign';

interface PlacedChunk extends OutputChunk {
  readonly number: number;
  /** First byte of its data inside the batch's one binary parameter, counted from 1 as SQL does. */
  readonly start: number;
}

/** Stores pieces of runs' output as they were sent. */
@Injectable()
export class OutputIngestStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** A piece that is already there stays; a run that is not known yet (its event is on the way) takes output too. */
  async ingest(chunks: readonly OutputChunk[]): Promise<ChunkOutcome[]> {
    const batch = unnest('x', columns, place(chunks));
    // All data as one binary parameter: inside arrays it would travel as text, twice as long.
    const data = Buffer.concat(chunks.map(({ chunk }) => chunk.data));
    const result = await this.database.pool.query<{ number: number; outcome: ChunkOutcome }>(
      `WITH x AS (SELECT * FROM ${batch.sql}),
       judged AS (
         SELECT x.*, CASE WHEN s.host_id IS NULL THEN 'superseded' WHEN r.host_id <> x.host_id THEN 'foreign' ELSE 'committed' END AS outcome
         FROM x LEFT JOIN agent_session s ON s.host_id = x.host_id AND s.fence = x.fence LEFT JOIN run r ON r.id = x.run_id),
       stored AS (
         INSERT INTO run_output (run_id, stream, "offset", at, dropped_before, length, codec, data)
         SELECT run_id, stream, "offset", to_timestamp(at_ms / 1000.0), dropped_before, length, codec,
           substring($${batch.values.length + 1}::bytea FROM start FOR size)
         FROM judged WHERE outcome = 'committed' ON CONFLICT DO NOTHING
         RETURNING run_id, stream, "offset")
       SELECT number, CASE WHEN outcome = 'committed' AND stored.run_id IS NULL THEN 'duplicate' ELSE outcome END AS outcome
       FROM judged LEFT JOIN stored USING (run_id, stream, "offset")`,
      [...batch.values, data],
    );
    const outcomes = new Map(result.rows.map((row) => [row.number, row.outcome]));
    return chunks.map((_chunk, index) => outcomes.get(index) ?? 'superseded');
  }
}

function place(chunks: readonly OutputChunk[]): PlacedChunk[] {
  let start = 1;
  return chunks.map((item, number) => {
    const placed = { ...item, number, start };
    start += item.chunk.data.length;
    return placed;
  });
}

const columns = {
  number: ['int', (row: PlacedChunk) => row.number],
  host_id: ['uuid', (row: PlacedChunk) => row.hostId],
  fence: ['bigint', (row: PlacedChunk) => row.fence],
  run_id: ['uuid', (row: PlacedChunk) => row.chunk.runId],
  stream: ['smallint', (row: PlacedChunk) => (row.chunk.stream === 'stdout' ? 0 : 1)],
  offset: ['bigint', (row: PlacedChunk) => row.chunk.offset],
  at_ms: ['bigint', (row: PlacedChunk) => row.chunk.atMs],
  dropped_before: ['bigint', (row: PlacedChunk) => row.chunk.droppedBefore],
  length: ['int', (row: PlacedChunk) => row.chunk.length],
  codec: ['smallint', (row: PlacedChunk) => (row.chunk.codec === 'none' ? 0 : 1)],
  start: ['int', (row: PlacedChunk) => row.start],
  size: ['int', (row: PlacedChunk) => row.chunk.data.length],
} as const;
