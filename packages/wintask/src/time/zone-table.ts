import { FAR_MS, offsetMs, transitions } from './zone.js';

/**
 * The offsets of a zone from 1970 until its rules repeat, as plain data: an instant, the offset from then on, the next
 * instant and so on, in whole seconds and in order.
 */
export type ZoneTable = readonly number[];

// Past the last instant that is asked for, which lies in the block of days that begins before it.
const UNTIL_MS = FAR_MS + 2 ** 32;

/** Throws RangeError for an unknown zone. */
export function tableOf(zone: string): ZoneTable {
  const changes = transitions(zone, 0, UNTIL_MS);
  return [0, offsetMs(zone, 0) / 1000, ...changes.flatMap(({ atMs, afterMs }) => [atMs / 1000, afterMs / 1000])];
}

/** Milliseconds east of UTC at an instant; undefined outside the table. */
export function offsetInTable(table: ZoneTable, epochMs: number): number | undefined {
  if (epochMs < 0 || epochMs >= UNTIL_MS) return undefined;
  let low = 0;
  let high = table.length / 2;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (table[middle * 2]! * 1000 <= epochMs) low = middle;
    else high = middle;
  }
  return table[low * 2 + 1]! * 1000;
}

/** Whether something read from a file can be a table. */
export function isZoneTable(value: unknown): value is ZoneTable {
  return (
    Array.isArray(value) &&
    value.length >= 2 &&
    value.length % 2 === 0 &&
    value[0] === 0 &&
    value.every(Number.isInteger)
  );
}
