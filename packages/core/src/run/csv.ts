/** What a spreadsheet would take for a formula at a cell's beginning (OWASP, "CSV Injection"). */
const formula = /^[\s]*[=+\-@\t\r]/;
const needsQuotes = /[",\r\n]/;

/** Tells spreadsheets that the file is UTF-8. */
export const csvMark = '\uFEFF';

/**
 * One line of a table for spreadsheets (RFC 4180), its end included. Names and output are hostile text: what would be
 * taken for a formula gets an apostrophe in front, by which spreadsheets know text.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
