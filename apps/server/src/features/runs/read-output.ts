import type { Response } from '@carillon/contract/http/route';
import type { runRoutes } from '@carillon/contract/http/runs.routes';
import type { OutputEncoding } from '@carillon/core/job/job-spec';
import { completeLength } from '@carillon/core/run/character-border';
import { decodeOutput, detectEncoding, type TextEncoding } from '@carillon/core/run/output-text';
import type { OutputPieceRow } from '../../store/run-output.store.js';

type Piece = Response<typeof runRoutes.output>['items'][number];
export type StreamNumber = 0 | 1;

/** How far a reader is in one stream: bytes taken, of which the last few may be half a character that is still to be shown. */
export interface StreamPlace {
  readonly offset: number;
  readonly carried: number;
}

/** One of our cursors, `offset.carried-offset.carried`; null when it is not. */
export function readPlaces(cursor: string | undefined): readonly [StreamPlace, StreamPlace] | null {
  if (cursor === undefined) return [start, start];
  const match = /^(\d{1,15})\.([0-4])-(\d{1,15})\.([0-4])$/.exec(cursor);
  if (!match) return null;
  const place = (offset: string | undefined, carried: string | undefined) => ({
    offset: Number(offset),
    carried: Number(carried),
  });
  return [place(match[1], match[2]), place(match[3], match[4])];
}

const start: StreamPlace = { offset: 0, carried: 0 };

export function writePlaces([a, b]: readonly [StreamPlace, StreamPlace]): string {
  return `${a.offset}.${a.carried}-${b.offset}.${b.carried}`;
}

/** The job's encoding, else what the first bytes that are not ASCII look like. */
export function encodingOf(wanted: OutputEncoding, candidates: readonly Buffer[]): TextEncoding {
  if (wanted !== 'auto') return wanted;
  const telling = candidates.find((bytes) => bytes.some((byte) => byte >= 0x80 || byte === 0));
  return telling ? detectEncoding(telling) : 'utf-8';
}

export interface ReadState {
  readonly places: readonly [StreamPlace, StreamPlace];
  /** Bytes before each place that belong to a character cut in two. */
  readonly carried: readonly [Buffer, Buffer];
  readonly encoding: TextEncoding;
  /** Bytes each stream will have in the end; null while it may grow. */
  readonly ends: readonly [number, number] | null;
}

/**
 * Turns stored pieces into text that begins and ends between characters. A piece that does not follow on what was read
 * (an earlier one is still on its way) is left for later, with everything behind it.
 */
export function readPieces(
  rows: readonly OutputPieceRow[],
  state: ReadState,
): { items: Piece[]; places: [StreamPlace, StreamPlace] } {
  const places: [StreamPlace, StreamPlace] = [...state.places];
  const carried: [Buffer, Buffer] = [...state.carried];
  const items: Piece[] = [];
  for (const row of rows) {
    const { stream, offset, droppedBefore } = row;
    if (offset !== places[stream].offset) continue;
    const end = offset + row.data.length;
    const isLast = state.ends !== null && end >= state.ends[stream];
    // After a gap the half character before it will never be completed.
    const data = droppedBefore > 0 ? row.data : Buffer.concat([carried[stream], row.data]);
    const whole = isLast ? data.length : completeLength(data, state.encoding);
    carried[stream] = data.subarray(whole);
    places[stream] = { offset: end, carried: data.length - whole };
    const text = decodeOutput(data.subarray(0, whole), state.encoding);
    items.push({ stream: stream === 0 ? 'stdout' : 'stderr', offset, at: row.at.toISOString(), droppedBefore, text });
  }
  return { items, places };
}
