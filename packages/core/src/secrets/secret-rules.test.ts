import { expect, it } from 'vitest';
import { expiryOf, expiryWarningMs, passwordTurn, standingOf } from './secret-rules.js';

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

const minute = 60_000;
it.each([
  ['nobody has tried it', {}, 0, 'claim'],
  ['it is the one that tries', { hostId: 'a', sinceMs: 0 }, 0, 'give'],
  ['another one tries', { hostId: 'b', sinceMs: 0 }, 2 * minute - 1, 'wait'],
  ['another one does not tell', { hostId: 'b', sinceMs: 0 }, 2 * minute, 'claim'],
  ['Windows refused it elsewhere', { hostId: 'b', sinceMs: 0, isRefused: true }, 30 * minute - 1, 'wait'],
  ['it was refused elsewhere long ago', { hostId: 'b', sinceMs: 0, isRefused: true }, 30 * minute, 'claim'],
  ['Windows took it elsewhere', { hostId: 'b', sinceMs: 0, isVerified: true }, 0, 'give'],
  ['it was refused here and taken elsewhere', { isRefused: true, isVerified: true, sinceMs: 0 }, 0, 'give'],
] as const)('a new password when %s', (_what, changes, nowMs, expected) => {
  const trial = { isVerified: false, isRefused: false, hostId: null, sinceMs: null, ...changes };
  expect(passwordTurn(trial, 'a', nowMs)).toBe(expected);
});
