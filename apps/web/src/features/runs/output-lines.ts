import { plainText } from '../../lib/plain-text.js';
import type { OutputPiece } from './use-output.js';

/** A line of one stream; where the other wrote in the midst of it, a part of one. Never changed. */
export interface OutputLine {
  readonly stream: 'stdout' | 'stderr';
  /** When its beginning was written. */
  readonly at: string;
  readonly text: string;
  /** Bytes that were not kept: such a line has no text. */
  readonly dropped: number;
}

/** Lines so far, and the last one as it was written, while it may go on. */
export interface OutputBook {
  readonly lines: readonly OutputLine[];
  readonly open: string | null;
}

export const emptyBook: OutputBook = { lines: [], open: null };

/** A lone CR begins a new line: programs that draw progress over itself would else hide what they wrote. */
const lineEnd = /\r\n|\n|\r(?!\n|$)/;

/** The book with more pieces, in the order in which they were written. */
export function addPieces(book: OutputBook, pieces: readonly OutputPiece[]): OutputBook {
  const lines = [...book.lines];
  let { open } = book;
  for (const { stream, at, text, droppedBefore } of pieces) {
    if (droppedBefore > 0) {
      lines.push({ stream, at, text: '', dropped: droppedBefore });
      open = null;
    }
    if (text === '') continue;
    const last = lines.at(-1);
    const goesOn = open !== null && last?.stream === stream;
    const parts = (goesOn ? `${open}${text}` : text).split(lineEnd);
    parts.forEach((part, index) => {
      const began = goesOn && index === 0 && last ? last.at : at;
      const line = { stream, at: began, text: plainText(part.replace(/\r$/, '')), dropped: 0 };
      if (goesOn && index === 0) lines[lines.length - 1] = line;
      else if (index < parts.length - 1 || part !== '') lines.push(line);
    });
    open = parts.at(-1) || null;
  }
  return { lines, open };
}

/** A row on screen: a part of a line, by its characters. */
export interface OutputRow {
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

/** Where the parts of a long line begin; a line is never changed, so it is cut once for a width. */
const cuts = new WeakMap<OutputLine, { readonly columns: number; readonly starts: readonly number[] }>();

/** Lines as rows of at most so many columns, so that all rows are as tall and only those in view need be there. */
export function wrapLines(lines: readonly OutputLine[], columns: number): OutputRow[] {
  const rows: OutputRow[] = [];
  lines.forEach((line, index) => {
    const { length } = line.text;
    if (length * 2 <= columns && !line.text.includes('\t')) {
      rows.push({ line: index, from: 0, to: length });
      return;
    }
    let known = cuts.get(line);
    if (known?.columns !== columns) {
      known = { columns, starts: cutLine(line.text, columns) };
      cuts.set(line, known);
    }
    const { starts } = known;
    starts.forEach((from, part) => {
      rows.push({ line: index, from, to: starts[part + 1] ?? length });
    });
  });
  return rows;
}

const tabColumns = 8;

function cutLine(text: string, columns: number): number[] {
  const starts = [0];
  let column = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    const width = code === 9 ? tabColumns - (column % tabColumns) : widthOf(code);
    if (column + width > columns && column > 0) {
      starts.push(at);
      column = code === 9 ? tabColumns : width;
    } else column += width;
    at += code > 0xffff ? 2 : 1;
  }
  return starts;
}

const combining = /\p{M}|\u200c|\u200d/u;

/** Columns of a character: East Asian wide ones (UAX 11, roughly) and pictures take two, combining ones none. */
function widthOf(code: number): 0 | 1 | 2 {
  if (code < 0x300) return 1;
  if (combining.test(String.fromCodePoint(code))) return 0;
  const isWide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    code >= 0x1f300;
  return isWide ? 2 : 1;
}
