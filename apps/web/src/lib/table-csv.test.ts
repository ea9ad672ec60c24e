import { describe, expect, it } from 'vitest';
import { type CsvColumn, fieldColumns, readAllPages, tableCsv } from './table-csv.js';

interface Row {
  readonly name: string;
  readonly n?: number | null;
  readonly on?: boolean;
}
const columns: CsvColumn<Row>[] = [
  ['name', ({ name }) => name],
  ['n', ({ n }) => n],
  ['on', ({ on }) => on],
];
const linesOf = (csv: string) => csv.replace('\uFEFF', '').split('\r\n');

describe('a table for spreadsheets', () => {
  it('quotes what has commas, quotes and line breaks, and leaves out what is not there', () => {
    const csv = tableCsv(columns, [
      { name: 'a "b",\nc', n: null },
      { name: '备份', n: -5, on: false },
    ]);
    expect(csv.startsWith('\uFEFFname,n,on\r\n')).toBe(true);
    expect(csv).toContain('"a ""b"",\nc",,\r\n备份,-5,no\r\n');
  });

  it('has every field that any row has, lists as words and what is deeper as JSON', () => {
    const rows = [
      { name: 'a', events: ['x', 'y'] },
      { name: 'b', why: { code: 'gone' } },
    ];
    expect(linesOf(tableCsv(fieldColumns(rows), rows))).toEqual([
      'name,events,why',
      'a,x y,',
      'b,,"{""code"":""gone""}"',
      '',
    ]);
  });

  it('holds nothing that a spreadsheet would take for a formula', () => {
    const names = ['=1+1', '+1', '-1', '@sum', '\t=1', ' =cmd|x', '"=1"', 'a=1'];
    const cells = linesOf(
      tableCsv(
        columns.slice(0, 1),
        names.map((name) => ({ name })),
      ),
    );
    expect(cells.slice(1, -1)).toEqual(["'=1+1", "'+1", "'-1", "'@sum", "'\t=1", "' =cmd|x", '"""=1"""', 'a=1']);
  });

  it('says when it is cut', () => {
    expect(linesOf(tableCsv(columns, [{ name: 'a' }], 'There are more rows: these are the first 1.')).at(-2)).toBe(
      'There are more rows: these are the first 1.',
    );
  });
});

describe('all rows of a list', () => {
  const pages: Record<string, { items: number[]; next: string | null }> = {
    first: { items: [1, 2], next: 'b' },
    b: { items: [], next: 'c' },
    c: { items: [3], next: null },
  };
  const read = async (cursor = 'first') => pages[cursor] ?? { items: [], next: null };

  it('are read page by page to the last, also past an empty one', async () => {
    const told: number[] = [];
    expect(await readAllPages(read, (rows) => told.push(rows))).toEqual({ items: [1, 2, 3], isCut: false });
    expect(told).toEqual([2, 2, 3]);
  });

  it('are cut where there are too many', async () => {
    expect(await readAllPages(read, () => undefined, 2)).toEqual({ items: [1, 2], isCut: true });
    expect(await readAllPages(read, () => undefined, 3)).toEqual({ items: [1, 2, 3], isCut: false });
  });
});
