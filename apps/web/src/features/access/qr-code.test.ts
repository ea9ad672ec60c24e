import { expect, it } from 'vitest';
import { qrCode } from './qr-code.js';

/** Read back as `otpauth://totp/x` by a decoder that is not ours, as codes of all ten versions were. */
const known = [
  '#######....#..#######',
  '#.....#..#....#.....#',
  '#.###.#.#.##..#.###.#',
  '#.###.#..#..#.#.###.#',
  '#.###.#..#....#.###.#',
  '#.....#..###..#.....#',
  '#######.#.#.#.#######',
  '........#.##.........',
  '###.#####.#.###...#..',
  '.#.##....#..###.#...#',
  '..#.#.#.#..##...#.###',
  '.#......####.#.#....#',
  '####.###...##....#.#.',
  '........###.#.####.##',
  '#######.#..###.##.###',
  '#.....#.#.#.##.#...#.',
  '#.###.#.#.##...##...#',
  '#.###.#..####.#.##...',
  '#.###.#.##.###.####.#',
  '#.....#.##.#.......#.',
  '#######.#..###.###.##',
];

it('writes a code as decoders read it', () => {
  expect(qrCode('otpauth://totp/x')?.map((row) => row.map((isDark) => (isDark ? '#' : '.')).join(''))).toEqual(known);
});

it.each([
  [17, 21],
  [18, 25],
  [154, 45],
  [192, 49],
  [271, 57],
])('%i bytes take %i squares a side', (bytes, side) => {
  const code = qrCode('x'.repeat(bytes));
  expect([code?.length, ...new Set(code?.map((row) => row.length))]).toEqual([side, side]);
});

it('there is none of what is too long', () => {
  expect(qrCode('x'.repeat(272))).toBeNull();
});
