import { expect, it } from 'vitest';
import { randomFrom } from './random-from.js';

const drawn = (seed: number, count: number) => {
  const next = randomFrom(seed);
  return Array.from({ length: count }, next);
};

it('a seed decides numbers from 0 to below 1, spread over all of it', () => {
  expect(drawn(7, 20)).toEqual(drawn(7, 20));
  expect(drawn(7, 20)).not.toEqual(drawn(8, 20));
  const many = drawn(1, 10_000);
  expect(many.every((number) => number >= 0 && number < 1)).toBe(true);
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const inside = many.filter((number) => Math.floor(number * 10) === tenth).length;
    expect(Math.abs(inside - 1_000)).toBeLessThan(150);
  }
});
