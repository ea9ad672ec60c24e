import { expect, it } from 'vitest';
import { judgeKey, keyLeaseMs, keyLivesMs, keyProblem, type StoredKey } from './judge-key.js';

const answer = { status: 200, body: { number: 42 } };
const stored = (changes: Partial<StoredKey> = {}): StoredKey => ({ request: 'a', claimedMs: 0, answer, ...changes });

it.each([
  ['nothing stored', null, 0, { kind: 'first' }],
  ['the same request', stored(), keyLivesMs - 1, { kind: 'again', answer }],
  ['the same request, a day later', stored(), keyLivesMs, { kind: 'first' }],
  ['another request', stored({ request: 'b' }), 0, { kind: 'other_request' }],
  ['another request, a day later', stored({ request: 'b' }), keyLivesMs, { kind: 'first' }],
  ['the first is under way', stored({ answer: null }), keyLeaseMs - 1, { kind: 'under_way' }],
  ['the first never ended', stored({ answer: null }), keyLeaseMs, { kind: 'first' }],
  ['another while the first is under way', stored({ request: 'b', answer: null }), 0, { kind: 'other_request' }],
])('%s', (_, key, nowMs, verdict) => {
  expect(judgeKey(key, 'a', nowMs)).toEqual(verdict);
});

it('takes keys of plain characters', () => {
  expect(keyProblem('8e03978e-40d5-43e8-bc93-6894a57f9324')).toBeUndefined();
  for (const key of ['', 'a b', 'ü', 'x'.repeat(256), 'a\nb']) expect(keyProblem(key), key).toContain('1 to 255');
});
