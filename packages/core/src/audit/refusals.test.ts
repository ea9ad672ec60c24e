import { expect, it } from 'vitest';
import { countRefusal, mergeRefusals, mostRefusals, type Refusal, type RefusalBook } from './refusals.js';

const refusal = (changes: Partial<Refusal> = {}): Refusal => ({
  ...{ via: 'open', from: '10.0.0.1', kind: 'Session', act: 'refused', what: 'ann', why: 'wrong password' },
  ...changes,
});

it('counts what is the same together, and what differs apart', () => {
  const book: RefusalBook = new Map();
  for (const atMs of [1, 2, 3]) countRefusal(book, refusal(), atMs);
  countRefusal(book, refusal({ from: '10.0.0.2' }), 4);
  countRefusal(book, refusal({ what: 'ben' }), 5);
  expect([...book.values()]).toEqual([
    { ...refusal(), count: 3, firstMs: 1, lastMs: 3 },
    { ...refusal({ from: '10.0.0.2' }), count: 1, firstMs: 4, lastMs: 4 },
    { ...refusal({ what: 'ben' }), count: 1, firstMs: 5, lastMs: 5 },
  ]);
});

it('stays bounded, loses no count, and still counts those it knows apart', () => {
  const book: RefusalBook = new Map();
  for (let index = 0; index < 10_000; index += 1) countRefusal(book, refusal({ from: `10.0.${index}` }), index);
  countRefusal(book, refusal({ from: '10.0.0' }), 10_000);
  expect(book.size).toBe(mostRefusals + 1);
  const counts = [...book.values()];
  expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(10_001);
  expect(counts[0]).toMatchObject({ from: '10.0.0', count: 2 });
  expect(counts.at(-1)).toMatchObject({ what: '(others)', from: null, count: 9_900 });
  const later: RefusalBook = new Map();
  for (const from of ['10.0.0', 'new']) countRefusal(later, refusal({ from }), 10_001);
  mergeRefusals(book, later);
  expect(book.size).toBe(mostRefusals + 1);
  expect([...book.values()].at(0)).toMatchObject({ count: 3, firstMs: 0, lastMs: 10_001 });
  expect([...book.values()].at(-1)).toMatchObject({ count: 9_901 });
});
