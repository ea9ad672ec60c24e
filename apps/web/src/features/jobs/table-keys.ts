const steps: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 10, PageUp: -10 };
const others = ['Home', 'End', 'Enter', ' ', 'x'];

/** Keys that a table of rows understands; all others stay the browser's. */
export function isTableKey(key: string): boolean {
  return key in steps || others.includes(key);
}

/** The row that a key leads to; the same one when it leads nowhere. */
export function moveBy(key: string, row: number, rows: number): number {
  if (key === 'Home') return 0;
  if (key === 'End') return Math.max(0, rows - 1);
  return Math.min(Math.max(0, rows - 1), Math.max(0, row + (steps[key] ?? 0)));
}
