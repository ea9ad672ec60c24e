/** One line of two texts beside each other, with its number in each text that has it, from 1. */
export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
  readonly before: number | null;
  readonly after: number | null;
}

/** Lines that may differ before the texts count as different altogether: the search grows with the square of it. */
const mostEdits = 600;

/**
 * How one text becomes another, line by line, with as few lines changed as can be (Myers, "An O(ND) Difference Algorithm",
 * 1986). Where lines were replaced, the removed ones come first.
 */
export function diffLines(before: string, after: string): DiffLine[] {
  const a = linesOf(before);
  const b = linesOf(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const kept = commonPairs(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const pairs = [
    ...Array.from({ length: head }, (_, index) => [index, index] as const),
    ...kept.map(([x, y]) => [x + head, y + head] as const),
    ...Array.from({ length: tail }, (_, index) => [a.length - tail + index, b.length - tail + index] as const),
  ];
  return written(a, b, pairs);
}

/** How many lines came and went. */
export function countChanges(lines: readonly DiffLine[]): { added: number; removed: number } {
  const count = (kind: DiffLine['kind']) => lines.filter((line) => line.kind === kind).length;
  return { added: count('added'), removed: count('removed') };
}

function linesOf(text: string): string[] {
  if (text === '') return [];
  const lines = text.split(/\r?\n/);
  // The end of the last line is not a line of its own.
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function written(
  a: readonly string[],
  b: readonly string[],
  pairs: readonly (readonly [number, number])[],
): DiffLine[] {
  const lines: DiffLine[] = [];
  let [x, y] = [0, 0];
  for (const [nextX, nextY] of [...pairs, [a.length, b.length] as const]) {
    for (; x < nextX; x += 1) lines.push({ kind: 'removed', text: a[x] ?? '', before: x + 1, after: null });
    for (; y < nextY; y += 1) lines.push({ kind: 'added', text: b[y] ?? '', before: null, after: y + 1 });
    if (x < a.length && y < b.length) lines.push({ kind: 'same', text: a[x] ?? '', before: ++x, after: ++y });
  }
  return lines;
}

/** Places of the lines that both have, in order; none where the texts differ in more than `mostEdits` lines. */
function commonPairs(a: readonly string[], b: readonly string[]): [number, number][] {
  const trace = shortestEdit(a, b);
  const pairs: [number, number][] = [];
  let [x, y] = [a.length, b.length];
  for (let edits = trace.length - 1; edits >= 0; edits -= 1) {
    const reach = trace[edits] as Map<number, number>;
    const [fromX, fromY] = edits === 0 ? [0, 0] : stepBefore(reach, edits, x - y);
    for (; x > fromX && y > fromY; ) pairs.push([--x, --y]);
    [x, y] = [fromX, fromY];
  }
  return pairs.reverse();
}

/** How far each diagonal reached with so many edits, before that edit; empty when it would take too many. */
function shortestEdit(a: readonly string[], b: readonly string[]): Map<number, number>[] {
  const trace: Map<number, number>[] = [];
  let reach = new Map([[1, 0]]);
  for (let edits = 0; edits <= Math.min(mostEdits, a.length + b.length); edits += 1) {
    trace.push(reach);
    const next = new Map<number, number>();
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = isDown(reach, edits, diagonal) ? at(reach, diagonal + 1) : at(reach, diagonal - 1) + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x += 1;
      next.set(diagonal, x);
      if (x >= a.length && x - diagonal >= b.length) return trace;
    }
    reach = next;
  }
  return [];
}

/** Where the path stood before its last edit, which led it to this diagonal. */
function stepBefore(reach: ReadonlyMap<number, number>, edits: number, diagonal: number): [number, number] {
  const from = isDown(reach, edits, diagonal) ? diagonal + 1 : diagonal - 1;
  return [at(reach, from), at(reach, from) - from];
}

/** Whether the best way onto a diagonal adds a line, rather than removing one. */
function isDown(reach: ReadonlyMap<number, number>, edits: number, diagonal: number): boolean {
  return diagonal === -edits || (diagonal !== edits && at(reach, diagonal - 1) < at(reach, diagonal + 1));
}

const at = (reach: ReadonlyMap<number, number>, diagonal: number) => reach.get(diagonal) ?? 0;
