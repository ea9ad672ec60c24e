import { expect, it } from 'vitest';
import { type ForwardState, forwardBody, forwardId, forwardLateMs, forwardNews, nextBatch } from './forward.js';

const row = (seq: number, bytes = 10) => ({ seq, at: '2026-01-01T00:00:00.000Z', hash: null, body: 'x'.repeat(bytes) });

it('sends rows together up to a number and a size, and one that is longer alone', () => {
  expect(nextBatch(Array.from({ length: 500 }, (_, index) => row(index)))).toHaveLength(200);
  expect(nextBatch([row(1, 100_000), row(2, 100_000), row(3, 100_000)]).map(({ seq }) => seq)).toEqual([1, 2]);
  expect(nextBatch([row(1, 1_000_000), row(2)]).map(({ seq }) => seq)).toEqual([1]);
  expect(nextBatch([])).toEqual([]);
});

it('names what it sends by its rows', () => {
  expect(forwardId([row(3), row(4)])).toBe('audit-3-4');
  expect(JSON.parse(forwardBody([row(3)], 0))).toEqual({
    type: 'audit.rows',
    timestamp: '1970-01-01T00:00:00.000Z',
    data: { rows: [row(3)] },
  });
});

const nowMs = 100 * forwardLateMs;
const state = (changes: Partial<ForwardState>): ForwardState => ({
  ...{ target: 'syslog', oldestMs: 0, progressMs: 0, lateSinceMs: null, fault: 'refused' },
  ...changes,
});

it('is late once, when nothing went out for long though rows waited', () => {
  expect(forwardNews(state({}), nowMs)).toMatchObject({
    kind: 'late',
    reason: { text: expect.stringContaining('refused') },
  });
  expect(forwardNews(state({ lateSinceMs: 1 }), nowMs)).toBeNull();
  expect(forwardNews(state({ progressMs: nowMs - forwardLateMs }), nowMs)).toBeNull();
  expect(forwardNews(state({ oldestMs: nowMs - forwardLateMs }), nowMs)).toBeNull();
  expect(forwardNews(state({ oldestMs: null }), nowMs)).toBeNull();
});

it('is well again when rows go out, also while others still wait', () => {
  const sent = state({ lateSinceMs: 1, progressMs: nowMs, fault: null });
  expect(forwardNews(sent, nowMs)?.kind).toBe('caught_up');
  expect(forwardNews({ ...sent, oldestMs: null }, nowMs)?.kind).toBe('caught_up');
  expect(forwardNews({ ...sent, lateSinceMs: null }, nowMs)).toBeNull();
  expect(forwardNews({ ...sent, fault: 'refused' }, nowMs)).toBeNull();
});
