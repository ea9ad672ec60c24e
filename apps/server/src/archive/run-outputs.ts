import { type ArchivedPiece, joinPieces } from '@carillon/core/archive/archived-output';
import { Inject, Injectable } from '@nestjs/common';
import {
  type OutputPieceRow,
  type OutputPieces,
  RunOutputStore,
  type StreamNumber,
  tailsOf,
} from '../store/run-output.store.js';
import { ArchivedOutputs } from './archived-outputs.js';

/** As much as a page out of the database holds. */
const pageBytes = 512 * 1024;

/**
 * Output of runs, wherever it lies. The database is asked first and the archive after it: what moves from the one to the
 * other meanwhile is then found in both, and not in neither.
 */
@Injectable()
export class RunOutputs {
  constructor(
    @Inject(RunOutputStore) private readonly hot: RunOutputStore,
    @Inject(ArchivedOutputs) private readonly archived: ArchivedOutputs,
  ) {}

  /** Pieces of a stream from an offset on, in their order. @throws ArchivedUnreadable */
  async from(runId: string, stream: StreamNumber, offset: number, limit: number): Promise<OutputPieces> {
    const hot = await this.hot.from(runId, stream, offset, limit);
    const archived = await this.archived.of(runId);
    if (!archived) return hot;
    const last = hot.rows.at(-1)?.offset ?? -1;
    const wanted = archived.filter(
      // Of the database only a page was read: what lies behind it comes with the next one.
      (piece) => piece.stream === stream && piece.offset >= offset && !(hot.more && piece.offset > last),
    );
    return cutPage(joinPieces(wanted, hot.rows.map(pieceOf)), limit, hot.more);
  }

  /** The last bytes of both streams, about so many of each. @throws ArchivedUnreadable */
  async tails(runId: string, bytes: number): Promise<{ readonly stream: StreamNumber; readonly data: Buffer }[]> {
    const hot = await this.hot.tails(runId, bytes);
    const archived = await this.archived.of(runId);
    if (!archived) return hot;
    return tailsOf(joinPieces(archived, (await this.hot.pieces(runId)).map(pieceOf)).map(rowOf), bytes);
  }

  /** The last `count` bytes before an offset. @throws ArchivedUnreadable */
  async bytesBefore(runId: string, stream: StreamNumber, offset: number, count: number): Promise<Buffer> {
    const hot = await this.hot.bytesBefore(runId, stream, offset, count);
    const archived = await this.archived.of(runId);
    if (!archived || hot.length === count) return hot;
    const before = joinPieces(archived, (await this.hot.pieces(runId)).map(pieceOf)).filter(
      (piece) => piece.stream === stream && piece.offset < offset,
    );
    const bytes = Buffer.concat(before.slice(-count).map(({ data }) => data));
    return bytes.subarray(Math.max(0, bytes.length - count));
  }
}

function cutPage(pieces: readonly ArchivedPiece[], limit: number, more: boolean): OutputPieces {
  let bytes = 0;
  const end = pieces.findIndex((piece, index) => {
    const isFull = index >= limit || bytes >= pageBytes;
    bytes += piece.data.length;
    return isFull;
  });
  const page = end < 0 ? pieces : pieces.slice(0, end);
  return { rows: page.map(rowOf), more: more || end >= 0 };
}

/** A piece as it stands in an object. */
export function pieceOf({ at, ...piece }: OutputPieceRow): ArchivedPiece {
  return { ...piece, atMs: at.getTime() };
}

function rowOf({ atMs, data, ...piece }: ArchivedPiece): OutputPieceRow {
  return { ...piece, at: new Date(atMs), data: Buffer.from(data.buffer, data.byteOffset, data.byteLength) };
}
