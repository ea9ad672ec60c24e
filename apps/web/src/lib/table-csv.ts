import { csvLine, csvMark } from '@carillon/core/run/csv';

/** A column of a table for spreadsheets; its name stays, whatever the language of the page. */
export type CsvColumn<T> = readonly [name: string, cell: (item: T) => string | number | boolean | null | undefined];

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** Rows of one table: what a spreadsheet takes, and what a page can hold. */
export const mostCsvRows = 50_000;

/** A table for spreadsheets (RFC 4180), its head first. @param cut a last line, that there are more rows; absent where these are all */
export function tableCsv<T>(columns: readonly CsvColumn<T>[], items: readonly T[], cut?: string): string {
  const lines = items.map((item) => csvLine(columns.map(([, cell]) => cellOf(cell(item)))));
  const note = cut === undefined ? '' : csvLine([cut]);
  return `${csvMark}${csvLine(columns.map(([name]) => name))}${lines.join('')}${note}`;
}

function cellOf(value: string | number | boolean | null | undefined): string | number | null {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : (value ?? null);
}

/**
 * Every row of a list, page after page.
 * @param read the page at a cursor, the first without one
 * @param onProgress told how many there are so far
 */
export async function readAllPages<T>(
  read: (cursor: string | undefined) => Promise<Page<T>>,
  onProgress: (rows: number) => void,
  most = mostCsvRows,
): Promise<{ items: T[]; isCut: boolean }> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    items.push(...page.items);
    onProgress(Math.min(items.length, most));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && items.length < most);
  return { items: items.slice(0, most), isCut: cursor !== undefined || items.length > most };
}

/** A column for each field that any of the rows has, in the order in which they are met; what is no single value stands as JSON. */
export function fieldColumns<T extends object>(items: readonly T[]): CsvColumn<T>[] {
  const names = new Set(items.flatMap((item) => Object.keys(item)));
  return [...names].map((name) => [name, (item) => fieldCell(Reflect.get(item, name))]);
}

function fieldCell(value: unknown): string | number | boolean | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  const isPlainList = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return isPlainList ? value.join(' ') : JSON.stringify(value);
}
