import { diffLines } from '@carillon/core/document/diff-lines';
import { expect, it } from 'vitest';
import { fold } from './diff-view.js';

const text = (lines: number, changed: readonly number[] = []) =>
  Array.from({ length: lines }, (_, line) => (changed.includes(line) ? `new ${line}` : `line ${line}`)).join('\n');
const folded = (lines: number, changed: readonly number[]) =>
  fold(diffLines(text(lines), text(lines, changed))).map(({ from, to, isFolded }) => [from, to, isFolded]);

it.each([
  ['nothing', 3, [], [[0, 3, false]]],
  [
    'a short text',
    9,
    [4],
    [
      [0, 6, false],
      [6, 10, false],
    ],
  ],
  [
    'lines far from a change',
    20,
    [10],
    [
      [0, 6, true],
      [6, 12, false],
      [12, 16, false],
      [16, 21, true],
    ],
  ],
  [
    'no single line',
    20,
    [5],
    [
      [0, 7, false],
      [7, 11, false],
      [11, 21, true],
    ],
  ],
])('%s is folded', (_, lines, changed, expected) => {
  const blocks = folded(lines, changed);
  const flat = (items: readonly (readonly (number | boolean)[])[]) =>
    items.flatMap(([from, to, is]) => Array.from({ length: Number(to) - Number(from) }, () => is));
  // Where a stretch is cut in two is nothing to who reads it.
  expect(flat(blocks)).toEqual(flat(expected));
});
