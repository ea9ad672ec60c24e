import { describe, expect, it } from 'vitest';
import { rowsInView } from './use-windowed.js';

describe('rows in view', () => {
  it.each([
    [
      { count: 1_800, rowPx: 40, top: 200, viewPx: 800 },
      { from: 0, to: 27 },
    ],
    [
      { count: 1_800, rowPx: 40, top: -40_000, viewPx: 800 },
      { from: 988, to: 1_032 },
    ],
    [
      { count: 1_800, rowPx: 40, top: -71_600, viewPx: 800 },
      { from: 1_778, to: 1_800 },
    ],
    [
      { count: 3, rowPx: 40, top: 0, viewPx: 800 },
      { from: 0, to: 3 },
    ],
    [
      { count: 0, rowPx: 40, top: -900, viewPx: 800 },
      { from: 0, to: 0 },
    ],
    [
      { count: 5, rowPx: 40, top: -9_000, viewPx: 800 },
      { from: 5, to: 5 },
    ],
  ])('of %j', (options, expected) => expect(rowsInView(options)).toEqual(expected));
});
