import { makeProblem } from '@carillon/core/problem';
import { invalidInput } from './api-error.js';

/** One page of a list that is sorted by a text key. */
export interface Page<T> {
  readonly items: T[];
  readonly next: string | null;
}

/** The sort key after which a page begins; null for the first. @throws ApiError for a cursor that is not one of ours */
export function readCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const bytes = Buffer.from(cursor, 'base64url');
  const text = bytes.toString('utf8');
  // Postgres cannot compare with U+0000.
  if (!text.startsWith('v1:') || text.includes('\0') || bytes.toString('base64url') !== cursor) throw badCursor(cursor);
  return text.slice(3);
}

/** As `readCursor`, for lists sorted by a UUID. */
export function readUuidCursor(cursor: string | undefined): string | null {
  const key = readCursor(cursor);
  if (key !== null && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key)) throw badCursor(cursor ?? '');
  return key;
}

export function makeCursor(key: string): string {
  return Buffer.from(`v1:${key}`, 'utf8').toString('base64url');
}

/** Makes a page of rows that were asked for with one more than the limit: the extra row says that there is a next page. */
export function pageOfRows<Row, T>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => string,
  map: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(map), next: rows.length > limit && last !== undefined ? makeCursor(keyOf(last)) : null };
}

function badCursor(got: string) {
  return invalidInput([makeProblem('cursor', 'wrong_value', 'the `next` of an earlier page of this list', got)]);
}
