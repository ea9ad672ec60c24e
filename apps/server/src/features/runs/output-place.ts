import { outputEncodings } from '@carillon/core/job/job-spec';
import type { TextEncoding } from '@carillon/core/run/output-text';

/** How far a reader is in one stream. */
export interface StreamPlace {
  /** Bytes taken. */
  readonly offset: number;
  /** How many of the last of them are still to be shown: the beginning of a character. */
  readonly carried: number;
  /** What the stream was found to be written in; it does not change halfway. Null: nothing has told yet. */
  readonly encoding: TextEncoding | null;
}

/** Of standard output and standard error. */
export type Places = readonly [StreamPlace, StreamPlace];

const start: StreamPlace = { offset: 0, carried: 0, encoding: null };

/** A cursor of ours, `offset.carried.encoding` of both streams with `~` between; null when it is none. */
export function readPlaces(cursor: string | undefined): Places | null {
  if (cursor === undefined) return [start, start];
  const [stdout, stderr, ...rest] = cursor.split('~').map(readPlace);
  return stdout && stderr && rest.length === 0 ? [stdout, stderr] : null;
}

export function writePlaces(places: Places): string {
  return places.map(({ offset, carried, encoding }) => `${offset}.${carried}.${encoding ?? 'auto'}`).join('~');
}

function readPlace(text: string): StreamPlace | null {
  const [, offset, carried, name] = /^(\d{1,15})\.([0-3])\.([a-z0-9_-]+)$/.exec(text) ?? [];
  const encoding = outputEncodings.find((known) => known === name);
  if (encoding === undefined || Number(carried) > Number(offset)) return null;
  return { offset: Number(offset), carried: Number(carried), encoding: encoding === 'auto' ? null : encoding };
}
