import type { Response } from '@carillon/contract/http/route';
import type { runRoutes } from '@carillon/contract/http/runs.routes';
import { completeLength } from '@carillon/core/run/character-border';
import { decodeOutput, detectEncoding, type TextEncoding } from '@carillon/core/run/output-text';
import type { OutputPieceRow, OutputPieces } from '../../store/run-output.store.js';
import type { StreamPlace } from './output-place.js';

type Piece = Response<typeof runRoutes.output>['items'][number];

/** Below this much, what is not ASCII may look like anything. */
const tellingBytes = 4;
/** With this much the finding is kept. */
const certainBytes = 64;
const sampleBytes = 64 * 1024;

export interface Finding {
  /** Null: wait for more. */
  readonly encoding: TextEncoding | null;
  /** How many bytes speak for it; none when all was ASCII. */
  readonly told: number;
}

/**
 * What a stream is written in, by what is known of it.
 * @param ended more will not come
 * @param host in which the host's console programs write, where that is known
 */
export function findEncoding(bytes: Buffer, ended: boolean, host?: TextEncoding): Finding {
  const telling = firstTelling(bytes);
  const told = bytes.length - telling;
  if (told === 0) return { encoding: 'utf-8', told };
  if (told < tellingBytes && !ended) return { encoding: null, told };
  // UTF-16 is told by which byte of each pair is zero: the sample begins at a whole pair.
  const from = telling - (telling % 2);
  return { encoding: detectEncoding(bytes.subarray(from, from + sampleBytes), host), told };
}

/** Where the first byte stands that is not plain ASCII; the length when there is none. */
export function firstTelling(bytes: Buffer): number {
  const found = bytes.findIndex((byte) => byte >= 0x80 || byte === 0);
  return found < 0 ? bytes.length : found;
}

/** Both streams in the order in which they were written, each in its own order whatever its clock did. */
export function mergeStreams(streams: readonly OutputPieces[], limit: number): OutputPieceRow[] {
  const waiting = streams.map(({ rows, more }) => ({ rows: [...rows], more }));
  const merged: OutputPieceRow[] = [];
  while (merged.length < limit) {
    // What comes next of a stream that goes on is not known: nothing of the other may overtake it.
    if (waiting.some(({ rows, more }) => more && rows.length === 0)) break;
    const next = waiting
      .filter(({ rows }) => rows.length > 0)
      .reduce<OutputPieceRow[] | undefined>(
        (best, { rows }) => (best && timeOf(best) <= timeOf(rows) ? best : rows),
        undefined,
      )
      ?.shift();
    if (!next) break;
    merged.push(next);
  }
  return merged;
}

const timeOf = (rows: readonly OutputPieceRow[]): number => rows[0]?.at.getTime() ?? Number.POSITIVE_INFINITY;

/** Reads one stream piece by piece as text that begins and ends between characters. */
export class StreamReader {
  private readonly encoding: TextEncoding;

  constructor(
    private current: StreamPlace,
    /** The bytes that `current` carries. */
    private carried: Buffer,
    private readonly finding: Finding,
    /** Bytes that the stream has in the end; null while it may grow. */
    private readonly end: number | null,
  ) {
    this.encoding = finding.encoding ?? 'utf-8';
  }

  get place(): StreamPlace {
    return { ...this.current, encoding: this.finding.told >= certainBytes ? this.finding.encoding : null };
  }

  /** Nothing more will come. */
  get isAtEnd(): boolean {
    return this.end !== null && this.current.offset >= this.end;
  }

  /** The encoding, if anything told it. */
  get toldEncoding(): TextEncoding | null {
    return this.finding.told > 0 ? this.finding.encoding : null;
  }

  /** Null for a piece that does not follow: one before it is still on its way. */
  read({ stream, offset, at, droppedBefore, data: fresh }: OutputPieceRow): Piece | null {
    if (offset !== this.current.offset) return null;
    const end = offset + fresh.length;
    // After a gap the half character before it will never be completed.
    const data = droppedBefore > 0 ? fresh : Buffer.concat([this.carried, fresh]);
    const isLast = this.end !== null && end >= this.end;
    const whole = isLast ? data.length : this.readable(data);
    this.carried = data.subarray(whole);
    this.current = { ...this.current, offset: end, carried: data.length - whole };
    const text = decodeOutput(data.subarray(0, whole), this.encoding);
    return { stream: stream === 0 ? 'stdout' : 'stderr', offset, at: at.toISOString(), droppedBefore, text };
  }

  private readable(data: Buffer): number {
    return this.finding.encoding === null ? firstTelling(data) : completeLength(data, this.finding.encoding);
  }
}
