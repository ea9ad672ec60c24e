import { expect, it } from 'vitest';
import { expiryOf, expiryWarningMs, standingOf } from './secret-rules.js';

it.each([
  [null, 'none'],
  [expiryWarningMs + 1, 'far'],
  [expiryWarningMs, 'near'],
  [1, 'near'],
  [0, 'over'],
  [-1, 'over'],
] as const)('what ends in %s ms is %s', (inMs, expected) => {
  expect(expiryOf(inMs === null ? null : 1_000_000 + inMs, 1_000_000)).toBe(expected);
});

it.each([
  [null, 'waiting'],
  [{ state: 'stored', version: 3 }, 'stored'],
  [{ state: 'verified', version: 2 }, 'waiting'],
  [{ state: 'own', version: null }, 'own'],
  [{ state: 'failed', version: 3 }, 'failed'],
  // It failed with the value before; the new one is on its way.
  [{ state: 'failed', version: 2 }, 'waiting'],
] as const)('a host that last told %j is %s while version 3 is current', (told, expected) => {
  expect(standingOf(told, 3)).toBe(expected);
});
