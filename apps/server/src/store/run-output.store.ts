import { gunzipSync } from 'node:zlib';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';

/** A piece of a run's output, unpacked. */
export interface OutputPieceRow {
  /** 0 standard output, 1 standard error. */
  readonly stream: 0 | 1;
  readonly offset: number;
  readonly at: Date;
  readonly droppedBefore: number;
  readonly data: Buffer;
}

/** Up to which offset each stream was read, `null`: not at all. */
export type ReadUpTo = readonly [stdout: number, stderr: number];

interface Row extends Omit<OutputPieceRow, 'data'> {
  readonly codec: number;
  readonly length: number;
  readonly data: Buffer;
}

const pieceSql = `SELECT stream, "offset"::float8 AS "offset", at, dropped_before::float8 AS "droppedBefore", codec, length, data FROM run_output`;

/** Output of runs as it is stored. */
@Injectable()
export class RunOutputStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Pieces not read yet, in the order in which they were written, at most `limit`. */
  async after(runId: string, upTo: ReadUpTo, streams: readonly number[], limit: number): Promise<OutputPieceRow[]> {
    const result = await this.database.pool.query<Row>(
      `${pieceSql} WHERE run_id = $1 AND stream = ANY($2::smallint[]) AND "offset" >= CASE stream WHEN 0 THEN $3::bigint ELSE $4::bigint END
       ORDER BY at, stream, "offset" LIMIT $5`,
      [runId, streams, upTo[0], upTo[1], limit],
    );
    return result.rows.map(unpack);
  }

  /** First bytes of a stream, for finding its encoding; and the piece that ends at an offset, for characters cut in two. */
  async head(runId: string, limit: number): Promise<OutputPieceRow[]> {
    const result = await this.database.pool.query<Row>(
      `${pieceSql} WHERE run_id = $1 ORDER BY "offset", stream LIMIT $2`,
      [runId, limit],
    );
    return result.rows.map(unpack);
  }

  async endingAt(runId: string, stream: number, offset: number): Promise<OutputPieceRow | null> {
    const result = await this.database.pool.query<Row>(
      `${pieceSql} WHERE run_id = $1 AND stream = $2 AND "offset" < $3 ORDER BY "offset" DESC LIMIT 1`,
      [runId, stream, offset],
    );
    const row = result.rows[0];
    return row && row.offset + row.length === offset ? unpack(row) : null;
  }
}

function unpack({ codec, length: _, data, ...row }: Row): OutputPieceRow {
  return { ...row, data: codec === 1 ? gunzipSync(data) : data };
}
