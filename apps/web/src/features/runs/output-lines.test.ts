import { describe, expect, it } from 'vitest';
import { addPieces, emptyBook, wrapLines } from './output-lines.js';
import { findHits, mostHits, partsOf, rowOfHit } from './output-search.js';
import { rowsInBox, scrollTopOf } from './rows-in-box.js';
import type { OutputPiece } from './use-output.js';

const piece = (text: string, change: Partial<OutputPiece> = {}): OutputPiece => ({
  stream: 'stdout',
  offset: 0,
  at: '2026-11-23T02:00:01.000Z',
  droppedBefore: 0,
  text,
  ...change,
});
const bookOf = (...pieces: OutputPiece[]) => pieces.reduce((book, each) => addPieces(book, [each]), emptyBook);
const textsOf = (...pieces: OutputPiece[]) => bookOf(...pieces).lines.map(({ text }) => text);

describe('lines of output', () => {
  it('go on from piece to piece, and keep the time of their beginning', () => {
    const later = '2026-11-23T02:00:09.000Z';
    const { lines } = bookOf(piece('one\ntw'), piece('o\nthree', { at: later }));
    expect(lines.map(({ text, at }) => [text, at.slice(17, 19)])).toEqual([
      ['one', '01'],
      ['two', '01'],
      ['three', '09'],
    ]);
  });

  it('end with LF, CR LF also between two pieces, or a lone CR', () => {
    expect(textsOf(piece('a\r'), piece('\nb\r\n\r\nc'))).toEqual(['a', 'b', '', 'c']);
    expect(textsOf(piece('10 %\r20 %\r'), piece('30 %\n'))).toEqual(['10 %', '20 %', '30 %']);
  });

  it('are cut where the other stream writes, and where bytes were not kept', () => {
    const book = bookOf(
      piece('out'),
      piece('err\n', { stream: 'stderr' }),
      piece('put\n'),
      piece('x', { droppedBefore: 9 }),
    );
    expect(book.lines.map(({ stream, text, dropped }) => `${stream} ${text}${dropped}`)).toEqual([
      'stdout out0',
      'stderr err0',
      'stdout put0',
      'stdout 9',
      'stdout x0',
    ]);
  });

  it('lose colours also where one is cut between two pieces', () => {
    expect(textsOf(piece('a \u001b[3'), piece('1mred\u001b[0m'))).toEqual(['a red']);
  });
});

describe('rows of lines', () => {
  const rowsOf = (text: string, columns: number) => {
    const { lines } = bookOf(piece(text));
    return wrapLines(lines, columns).map(({ line, from, to }) => lines[line]?.text.slice(from, to));
  };

  it('hold so many columns, of which wide characters and tabs take more', () => {
    expect(rowsOf('abcdefgh\n\nij', 3)).toEqual(['abc', 'def', 'gh', '', 'ij']);
    expect(rowsOf('备份完成', 5)).toEqual(['备份', '完成']);
    expect(rowsOf('a\tbc', 9)).toEqual(['a\tb', 'c']);
    expect(rowsOf('👩x👩', 3)).toEqual(['👩x', '👩']);
    expect(rowsOf('备', 1)).toEqual(['备']);
  });

  it('take a line of a megabyte, and lose nothing of it', () => {
    const text = 'x'.repeat(1_048_576);
    const rows = rowsOf(text, 100);
    expect(rows).toHaveLength(10_486);
    expect(rows.join('')).toBe(text);
  });
});

describe('the search', () => {
  const { lines } = bookOf(piece('Error: disk\nno error, [a.b] ERROR\n'));

  it('finds each place in any case, and takes the text as it stands', () => {
    expect(findHits(lines, 'error').map(({ line, from }) => [line, from])).toEqual([
      [0, 0],
      [1, 3],
      [1, 16],
    ]);
    expect(findHits(lines, '[a.b]')).toHaveLength(1);
    expect(findHits(lines, 'a.c')).toEqual([]);
    expect(findHits(bookOf(piece('a'.repeat(9_999))).lines, 'A')).toHaveLength(mostHits);
  });

  it('marks a hit also where it goes over the end of a row', () => {
    const hits = findHits(lines, 'error');
    const rows = wrapLines(lines, 5);
    const second = rows.filter(({ line }) => line === 1).map((row) => partsOf(row, lines[1]?.text ?? '', hits));
    expect(second.slice(0, 2)).toEqual([
      [
        { text: 'no ', hit: null },
        { text: 'er', hit: 1 },
      ],
      [
        { text: 'ror', hit: 1 },
        { text: ', ', hit: null },
      ],
    ]);
    expect(rows[rowOfHit(rows, hits[2] ?? { line: 0, from: 0, to: 0 })]).toMatchObject({ line: 1, from: 15 });
    expect(rowOfHit(rows, { line: 9, from: 0, to: 1 })).toBe(-1);
  });
});

describe('rows in view', () => {
  it('are few of many, and stand where they would if all were there', () => {
    expect(rowsInBox({ count: 1_000, rowPx: 20, scrollTop: 4_000, viewPx: 400 })).toEqual({
      from: 190,
      to: 230,
      offsetPx: 3_800,
      totalPx: 20_000,
    });
    expect(rowsInBox({ count: 3, rowPx: 20, scrollTop: 0, viewPx: 400 })).toMatchObject({ from: 0, to: 3 });
  });

  it('reach the last one also where all together would be taller than browsers can', () => {
    const box = { count: 10_000_000, rowPx: 20, viewPx: 400 };
    const end = rowsInBox({ ...box, scrollTop: 12_000_000 - 400 });
    expect(end.to).toBe(10_000_000);
    expect(end.offsetPx + (end.to - end.from) * 20).toBeCloseTo(12_000_000, 0);
    const middle = rowsInBox({ ...box, scrollTop: scrollTopOf(5_000_000, box) });
    expect(middle.from).toBeLessThan(5_000_000);
    expect(middle.to).toBeGreaterThan(5_000_000);
  });
});
