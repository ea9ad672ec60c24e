import { expect, it } from 'vitest';
import { quantilesOf } from './quantiles.js';

it('takes values by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(quantilesOf(hundred)).toEqual({ p50: 50, p95: 95, p99: 99 });
  expect(quantilesOf([7])).toEqual({ p50: 7, p95: 7, p99: 7 });
  expect(quantilesOf([])).toEqual({ p50: Number.NaN, p95: Number.NaN, p99: Number.NaN });
});
