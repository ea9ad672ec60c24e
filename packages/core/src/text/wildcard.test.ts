import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fitsWildcard } from './wildcard.js';

it.each([
  ['etl-*', 'ETL-nightly', true],
  ['etl-*', 'etl', false],
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['a*b*c', 'a--b--b--c', true],
  ['a*b*c', 'acb', false],
  ['*ab', 'aab', true],
  ['ab*ba', 'aba', false],
  ['a?c', 'a?c', true],
  ['a?c', 'abc', false],
])('%s: %s', (pattern, text, fits) => expect(fitsWildcard(pattern, text)).toBe(fits));

it('has a sign for one letter, of whatever many bytes, where it is told of one', () => {
  expect(fitsWildcard('a?c', 'aБc', '?')).toBe(true);
  expect(fitsWildcard('a?', 'a😀', '?')).toBe(true);
  expect(fitsWildcard('a?', 'a', '?')).toBe(false);
});

it('says what a regular expression would', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (signs, letters) => {
      const source = signs.replace(/\*+/g, '.*').replace(/\?/g, '.');
      expect(fitsWildcard(signs, letters, '?')).toBe(new RegExp(`^${source}$`).test(letters));
    }),
    { numRuns: 2_000 },
  );
});

it('comes to an end with what is made to take for ever', () => {
  expect(fitsWildcard(`${'*a'.repeat(120)}b`, 'a'.repeat(255))).toBe(false);
});
