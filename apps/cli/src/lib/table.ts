import { safeText } from './safe-text.js';
import { textWidth } from './text-width.js';

export type Colour = 'red' | 'green' | 'yellow' | 'dim';
/** Text of a cell; escaped when shown. */
export type Cell = string | { readonly text: string; readonly colour?: Colour | undefined };

const sgr: Record<Colour, number> = { red: 31, green: 32, yellow: 33, dim: 2 };

/** A table with columns two blanks apart; without rows only the header. */
export function formatTable(header: readonly string[], rows: readonly (readonly Cell[])[], coloured: boolean): string {
  const lines = [header, ...rows].map((row) => row.map(toCell));
  const widths = header.map((_, column) => Math.max(...lines.map((line) => textWidth(line[column]?.text ?? ''))));
  return lines.map((line) => formatLine(line, widths, coloured)).join('');
}

/** `name  value` pairs, one a line, values aligned. */
export function formatFields(fields: readonly (readonly [string, Cell])[], coloured: boolean): string {
  const width = Math.max(...fields.map(([name]) => textWidth(name)));
  return fields.map(([name, value]) => formatLine([{ text: name }, toCell(value)], [width, 0], coloured)).join('');
}

function toCell(cell: Cell): { text: string; colour?: Colour | undefined } {
  return typeof cell === 'string' ? { text: safeText(cell) } : { text: safeText(cell.text), colour: cell.colour };
}

function formatLine(
  cells: readonly { text: string; colour?: Colour | undefined }[],
  widths: readonly number[],
  coloured: boolean,
): string {
  const padded = cells.map(({ text, colour }, column) => {
    const shown = coloured && colour ? `\u001b[${sgr[colour]}m${text}\u001b[0m` : text;
    const isLast = column === cells.length - 1;
    return isLast ? shown : shown + ' '.repeat(Math.max(0, (widths[column] ?? 0) - textWidth(text)));
  });
  return `${padded.join('  ').trimEnd()}\n`;
}
