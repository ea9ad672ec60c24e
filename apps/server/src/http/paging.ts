import { z } from 'zod';
import { invalidField } from './api-error.js';

/** A page of a list, as the catalog's `pageOf` describes it. */
export interface Page<T> {
  readonly items: T[];
  /** Cursor of the next page; null at the end. */
  readonly next: string | null;
}

/** Packs the sort key of a page's last row. Clients pass it back unread. */
export function encodeCursor(key: unknown): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * The sort key after which a page begins; undefined for the first page.
 * @throws ApiError `invalid` on `cursor` when it is not one of ours
 */
export function decodeCursor<T>(cursor: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined;
  const key = schema.safeParse(parse(cursor));
  if (!key.success) throw invalidField('cursor', 'the `next` of the page before, of the same list', cursor);
  return key.data;
}

/**
 * Makes a page of rows that were asked for with one more than the limit: the extra row only says that there are more.
 * @param keyOf the sort key of a row, which the next page's query compares with
 */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => unknown,
  toItem: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null;
  return { items: shown.map(toItem), next };
}

/** Keys that most lists sort by. Text with U+0000 would make Postgres fail. */
export const textKey = z.string().max(300).refine((text) => !text.includes('\0'));
export const uuidKey = z.uuid();

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
