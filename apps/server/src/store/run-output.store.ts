import { gunzipSync } from 'node:zlib';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';

/** 0 standard output, 1 standard error. */
export type StreamNumber = 0 | 1;

/** A piece of a run's output, unpacked. */
export interface OutputPieceRow {
  readonly stream: StreamNumber;
  readonly offset: number;
  readonly at: Date;
  readonly droppedBefore: number;
  readonly data: Buffer;
}

/** Pieces of one stream, and whether there are more behind them. */
export interface OutputPieces {
  readonly rows: OutputPieceRow[];
  readonly more: boolean;
}

/** A piece with what tells how to read it. */
export interface HoldingPiece extends OutputPieceRow {
  readonly runId: string;
  /** Of the host's console programs. */
  readonly codePage: number | null;
  readonly encoding: string;
}
type HoldingRow = Omit<HoldingPiece, 'data'> & Row;

interface Row extends Omit<OutputPieceRow, 'data'> {
  readonly codec: number;
  readonly data: Buffer;
}

const columns = `stream, "offset"::float8 AS "offset", at, dropped_before::float8 AS "droppedBefore", codec, data`;
/** Pieces are of 32 KiB at most; a page of many large ones would fill memory for nothing. */
const pageBytes = 512 * 1024;
/** The longest character has four bytes; each may stand in a piece of its own. */
const longestCharacter = 4;

/** Output of runs as it is stored. */
@Injectable()
export class RunOutputStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Pieces of a stream from an offset on, in their order, at most `limit` and about half a megabyte. */
  async from(runId: string, stream: StreamNumber, offset: number, limit: number): Promise<OutputPieces> {
    const result = await this.database.pool.query<Row & { total: number }>(
      `SELECT ${columns}, total FROM (
         SELECT p.*, sum(length) OVER (ORDER BY "offset") - length AS before, count(*) OVER ()::int AS total FROM (
           SELECT * FROM run_output WHERE run_id = $1 AND stream = $2 AND "offset" >= $3 ORDER BY "offset" LIMIT $4 + 1) AS p
       ) AS page WHERE before < ${pageBytes} ORDER BY "offset" LIMIT $4`,
      [runId, stream, offset, limit],
    );
    return { rows: result.rows.map(unpack), more: (result.rows[0]?.total ?? 0) > result.rows.length };
  }

  /** The last bytes of both streams, about so many of each. */
  async tails(runId: string, bytes: number): Promise<{ readonly stream: StreamNumber; readonly data: Buffer }[]> {
    const result = await this.database.pool.query<Row>(
      `SELECT ${columns} FROM (
         SELECT p.*, sum(length) OVER (PARTITION BY stream ORDER BY "offset" DESC) - length AS behind FROM run_output p
         WHERE run_id = $1) AS p
       WHERE behind < $2 ORDER BY stream, "offset"`,
      [runId, bytes],
    );
    return tailsOf(result.rows.map(unpack), bytes);
  }

  /** All of a run, both streams in their order. */
  async pieces(runId: string): Promise<OutputPieceRow[]> {
    const result = await this.database.pool.query<Row>(
      `SELECT ${columns} FROM run_output WHERE run_id = $1 ORDER BY stream, "offset"`,
      [runId],
    );
    return result.rows.map(unpack);
  }

  /** Of each run the first piece that holds words, see `searchableText`, one after the other. */
  async holding(runIds: readonly string[], words: string): Promise<HoldingPiece[]> {
    if (runIds.length === 0) return [];
    const result = await this.database.pool.query<HoldingRow>(
      `SELECT DISTINCT ON (o.run_id) o.run_id AS "runId", h.code_page AS "codePage", r.encoding, ${columns}
       FROM run_output o JOIN run r ON r.id = o.run_id JOIN host h ON h.id = r.host_id
       WHERE o.run_id = ANY($1::uuid[]) AND output_words(o.words, o.codec, o.data) @@ phraseto_tsquery('simple', $2)
       ORDER BY o.run_id, o.stream, o."offset"`,
      [runIds, words],
    );
    return result.rows.map(({ runId, codePage, encoding, ...row }) => ({ runId, codePage, encoding, ...unpack(row) }));
  }

  /** The last `count` bytes before an offset, at most a character's worth. */
  async bytesBefore(runId: string, stream: StreamNumber, offset: number, count: number): Promise<Buffer> {
    const result = await this.database.pool.query<Row>(
      `SELECT ${columns} FROM run_output WHERE run_id = $1 AND stream = $2 AND "offset" < $3 ORDER BY "offset" DESC LIMIT ${longestCharacter}`,
      [runId, stream, offset],
    );
    const bytes = Buffer.concat(result.rows.reverse().map((row) => unpack(row).data));
    return bytes.subarray(Math.max(0, bytes.length - count));
  }
}

/** The last bytes of each stream that said something, about so many; of pieces in their order. */
export function tailsOf(pieces: readonly OutputPieceRow[], bytes: number) {
  return ([0, 1] as const).flatMap((stream) => {
    let behind = 0;
    const own = pieces
      .filter((piece) => piece.stream === stream)
      .reverse()
      .filter(({ data }) => {
        const isNear = behind < bytes;
        behind += data.length;
        return isNear;
      })
      .reverse();
    const data = Buffer.concat(own.map((piece) => piece.data));
    const isCut = (own[0]?.offset ?? 0) > 0;
    return data.length === 0 ? [] : [{ stream, data: isCut ? fromCharacter(data) : data }];
  });
}

/** Pieces end wherever they end: without what is left of a character of UTF-8 at the beginning. */
function fromCharacter(bytes: Buffer): Buffer {
  const start = bytes.subarray(0, longestCharacter).findIndex((byte) => (byte & 0xc0) !== 0x80);
  return bytes.subarray(Math.max(0, start));
}

function unpack({ stream, offset, at, droppedBefore, codec, data }: Row): OutputPieceRow {
  return { stream, offset, at, droppedBefore, data: codec === 1 ? gunzipSync(data) : data };
}
