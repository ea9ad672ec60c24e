/**
 * Splits one line of schtasks CSV. All cells are quoted; quotes inside are doubled by some versions and left raw by
 * others, so a cell ends at a quote that is followed by a comma and the next quote, or by the end of the line.
 */
export function splitCsvLine(line: string): string[] {
  const cells: string[] = [];
  let at = 0;
  while (at < line.length) {
    if (line[at] !== '"') {
      const comma = line.indexOf(',', at);
      const end = comma < 0 ? line.length : comma;
      cells.push(line.slice(at, end));
      at = end + 1;
      continue;
    }
    const end = endOfCell(line, at + 1);
    cells.push(line.slice(at + 1, end).replace(/""/g, '"'));
    at = end + 2;
  }
  return cells;
}

function endOfCell(line: string, from: number): number {
  for (let at = line.indexOf('"', from); at >= 0; at = line.indexOf('"', at)) {
    let end = at;
    while (line[end] === '"') end += 1;
    // Of several quotes in a row all but the last belong to the text, unless their number says it closed before.
    const closes = end === line.length || line.startsWith(',"', end);
    if (closes && (end - at) % 2 === 1) return end - 1;
    at = end;
  }
  return line.length;
}
