import { expect, it } from 'vitest';
import { failureOfLastStart } from './last-result.js';

const lastRunMs = Date.parse('2026-11-26T02:00:00Z');
const failure = (lastResult: number | null, change: { lastRunMs?: number | null; ran?: boolean } = {}) =>
  failureOfLastStart({ path: '\\Carillon\\ETL', lastRunMs, lastResult, ...change }, () => change.ran ?? false);

it.each([
  [0x8007052e, 'logon_failed'],
  [0x80070002, 'launch_failed'],
  [0x800710e0, 'refused'],
  [0xc0000135, 'runner_failed'],
  [1, 'runner_failed'],
])('a last result of %i without a run is %s', (code, cause) => {
  expect(failure(code)).toMatchObject({ path: '\\carillon\\etl', at: '2026-11-26T02:00:00.000Z', cause, records: [] });
  expect(failure(code, { ran: true })).toBeNull();
});

it('success, a task that runs or never ran, and a listing that does not tell are no failures', () => {
  for (const code of [0, 0x41301, 0x41303, 0x41306, null]) expect(failure(code)).toBeNull();
  expect(failure(1, { lastRunMs: null })).toBeNull();
});
