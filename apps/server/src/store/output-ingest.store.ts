import type { LogChunk } from '@carillon/contract/agent/log-frame';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import type { FenceClaim } from './fence.js';
import { batchValues, unnest } from './unnest.js';

export interface OutputChunk extends FenceClaim {
  readonly chunk: LogChunk;
  /** For the search; null when the data says it itself. */
  readonly words: string | null;
}

/** So much of the beginning and of the end of a stream is searched; of what lies between only the pieces at the borders. */
const searchedBytes = 64 * 1024;

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
    // All data as one binary parameter: inside arrays it would travel as text, twice as long.
    const data = Buffer.concat(chunks.map(({ chunk }) => chunk.data));
    const result = await this.database.ingestPool.query<Stored>({
      name: 'carillon.write_output',
      text: writeOutputSql,
      values: [data, ...batchValues(columns, place(chunks))],
    });
    await this.leaveOutMiddles(chunks);
    return outcomesOf(chunks, result.rows[0]);
  }

  /** A stream that goes on was not at its end: what was searched as such is no longer. */
  private async leaveOutMiddles(chunks: readonly OutputChunk[]): Promise<void> {
    const long = chunks.filter(({ chunk }) => chunk.offset >= 2 * searchedBytes);
    if (long.length === 0) return;
    const batch = unnest('x', endColumns, long);
    await this.database.ingestPool.query(
      `UPDATE run_output o SET words = '' FROM ${batch.sql} JOIN agent_session s ON s.host_id = x.host_id AND s.fence = x.fence
       WHERE o.run_id = x.run_id AND o.stream = x.stream AND o."offset" >= ${searchedBytes} AND o."offset" < x."offset" - ${searchedBytes}
         AND o.words IS DISTINCT FROM ''
         AND NOT EXISTS (SELECT FROM run r WHERE r.id = o.run_id AND r.host_id <> x.host_id)`,
      batch.values,
    );
  }
}

const endColumns = {
  host_id: ['uuid', (row: OutputChunk) => row.hostId],
  fence: ['bigint', (row: OutputChunk) => row.fence],
  run_id: ['uuid', (row: OutputChunk) => row.chunk.runId],
  stream: ['smallint', (row: OutputChunk) => numberOfStream(row.chunk.stream)],
  offset: ['bigint', (row: OutputChunk) => row.chunk.offset],
} as const;

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
  stream: ['smallint', (row: PlacedChunk) => numberOfStream(row.chunk.stream)],
  offset: ['bigint', (row: PlacedChunk) => row.chunk.offset],
  at_ms: ['bigint', (row: PlacedChunk) => row.chunk.atMs],
  dropped_before: ['bigint', (row: PlacedChunk) => row.chunk.droppedBefore],
  length: ['int', (row: PlacedChunk) => row.chunk.length],
  codec: ['smallint', (row: PlacedChunk) => (row.chunk.codec === 'none' ? 0 : 1)],
  start: ['int', (row: PlacedChunk) => row.start],
  size: ['int', (row: PlacedChunk) => row.chunk.data.length],
  words: ['text', (row: PlacedChunk) => row.words],
} as const;

/** What became of a batch; nothing of each piece when all of them were stored, as is common. */
interface Stored {
  readonly count: number;
  /** Those that were stored, when others were not. */
  readonly places: readonly (readonly [runId: string, stream: number, offset: number])[] | null;
  readonly refused: readonly (readonly [number: number, outcome: ChunkOutcome])[] | null;
}

/** Planned once for each connection, so nothing here may join two parts of a batch: it would compare each with each. */
const writeOutputSql = (() => {
  const { sql } = unnest('u', columns, [], 2);
  return `WITH x AS (SELECT * FROM ${sql}),
  judged AS (
    SELECT x.*, CASE WHEN s.host_id IS NULL THEN 'superseded' WHEN r.host_id <> x.host_id THEN 'foreign' ELSE 'committed' END AS outcome
    FROM x LEFT JOIN agent_session s ON s.host_id = x.host_id AND s.fence = x.fence LEFT JOIN run r ON r.id = x.run_id),
  stored AS (
    INSERT INTO run_output (run_id, stream, "offset", at, dropped_before, length, codec, words, data)
    SELECT run_id, stream, "offset", to_timestamp(at_ms / 1000.0), dropped_before, length, codec, to_tsvector('simple', words),
      substring($1::bytea FROM start FOR size)
    FROM judged WHERE outcome = 'committed' ORDER BY number ON CONFLICT DO NOTHING
    RETURNING run_id, stream, "offset"),
  counted AS (SELECT count(*)::int AS count FROM stored)
  SELECT count,
    CASE WHEN count < (SELECT count(*) FROM judged)
      THEN (SELECT json_agg(json_build_array(run_id, stream, "offset")) FROM stored) END AS places,
    (SELECT json_agg(json_build_array(number, outcome)) FROM judged WHERE outcome <> 'committed') AS refused
  FROM counted`;
})();

/** Of pieces at the same place the first is the stored one. */
function outcomesOf(chunks: readonly OutputChunk[], stored: Stored | undefined): ChunkOutcome[] {
  if (stored?.count === chunks.length) return chunks.map(() => 'committed');
  const left = new Set((stored?.places ?? []).map((place) => place.join('/')));
  const refused = new Map(stored?.refused ?? []);
  return chunks.map(({ chunk: { runId, stream, offset } }, number) => {
    const outcome = refused.get(number);
    if (outcome) return outcome;
    return left.delete(`${runId}/${numberOfStream(stream)}/${offset}`) ? 'committed' : 'duplicate';
  });
}

function numberOfStream(stream: LogChunk['stream']): number {
  return stream === 'stdout' ? 0 : 1;
}
