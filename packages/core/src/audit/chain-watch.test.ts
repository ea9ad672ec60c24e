import { expect, it } from 'vitest';
import { type AuditFacts, chainStart, nextLink } from './chain.js';
import {
  afterTurn,
  type CheckedPage,
  findInChain,
  findKept,
  isWatchNews,
  looksAgain,
  missingEnd,
  stillMissed,
  type WatchProblem,
  type WatchState,
  watchAgainMs,
  watchReason,
} from './chain-watch.js';

const facts = { actor: 'ann', via: 'token', kind: 'Host', act: 'x', what: 'y' } as unknown as AuditFacts;
const first = { ...nextLink(chainStart.head, 0, facts), at: '1970-01-01T00:00:00.000Z' };
const kept = { seq: first.seq, hash: first.hash };

it('goes on where it was, and names the row that does not fit', () => {
  expect(findInChain(chainStart, [first])).toEqual({ place: { head: kept, unchained: 0 } });
  expect(findInChain(chainStart, [])).toEqual({ place: chainStart });
  expect(findInChain(chainStart, [{ ...first, body: '{}' }])).toMatchObject({ problem: { seq: 1, code: 'changed' } });
});

it('misses an end that was kept, and knows it by its hash', () => {
  expect(findKept(null, undefined)).toBeNull();
  expect(findKept(chainStart.head, undefined)).toBeNull();
  expect(findKept(kept, first.hash)).toBeNull();
  expect(findKept(kept, undefined)).toMatchObject({ seq: 1, code: 'cut_off' });
  expect(findKept(kept, 'f'.repeat(64))).toMatchObject({ seq: 1, code: 'rewritten' });
  expect(findKept(kept, null)).toMatchObject({ seq: 1, code: 'rewritten' });
});

it('is not at rest about an end that it missed because somebody looks who never knew it', () => {
  const missed = findKept({ ...kept, seq: 5 }, undefined);
  expect(stillMissed(missed, null)).toBe(missed);
  expect(stillMissed(missed, { ...kept, seq: 4 })).toBe(missed);
  expect(stillMissed(missed, { ...kept, seq: 5 })).toBeNull();
  const witnessed = { ...kept, code: 'rewritten', text: '', witness: 'WIN-01' } as const;
  expect(stillMissed(witnessed, { ...kept, seq: 9 })).toBe(witnessed);
  expect(stillMissed({ seq: 5, code: 'changed', text: '' }, null)).toBeNull();
});

const at = (seq: number) => ({ head: { ...kept, seq }, unchained: 0 });
const changed = (seq: number): WatchProblem => ({ seq, code: 'changed', text: '' });
const state: WatchState = { newest: at(10), again: at(4), againAtMs: 0, problem: null };
const page = (seq: number, problem: WatchProblem | null = null, count = 1): CheckedPage => ({
  place: at(seq),
  problem,
  count,
});

it('looks at older rows when nothing new comes, and at one that does not fit in every turn', () => {
  expect(looksAgain(state, 0, watchAgainMs)).toBe(true);
  expect(looksAgain(state, 0, watchAgainMs - 1)).toBe(false);
  expect(looksAgain(state, 1, watchAgainMs)).toBe(false);
  expect(looksAgain({ ...state, problem: changed(5) }, 1, 0)).toBe(true);
  expect(looksAgain({ ...state, problem: changed(11) }, 0, 0)).toBe(false);
});

it('holds on to what did not fit until whoever found it finds it right', () => {
  const older = { ...state, problem: changed(5) };
  const turn = { missing: null, newest: page(11), again: null };
  expect(afterTurn(older, turn, 9)).toEqual({ ...older, newest: at(11) });
  expect(afterTurn(older, { ...turn, again: page(6) }, 9)).toEqual({
    newest: at(11),
    again: at(6),
    againAtMs: 9,
    problem: null,
  });
  expect(afterTurn({ ...state, problem: changed(11) }, turn, 9).problem).toBeNull();
  expect(afterTurn(state, { ...turn, newest: page(10, changed(11)) }, 9)).toMatchObject({
    newest: at(10),
    problem: { seq: 11 },
  });
  const missing = findKept({ ...kept, seq: 9 }, undefined);
  expect(afterTurn(older, { ...turn, missing }, 9).problem).toBe(missing);
  expect(afterTurn({ ...state, problem: missing }, turn, 9).problem).toBeNull();
});

it('begins with the first row again when it came to the end', () => {
  const again = page(10, null, 0);
  expect(afterTurn(state, { missing: null, newest: page(10, null, 0), again }, 9).again).toEqual(chainStart);
});

it('says which row it is', () => {
  expect(watchReason(findKept(kept, undefined)).text).toContain('row 1 of the audit does not fit (cut_off)');
  expect(watchReason(null).code).toBe('audit_chain_ok');
});

it('misses what is kept and not there, until it is there again or somebody takes the chain as it is', () => {
  const known = findKept({ ...kept, seq: 9 }, undefined);
  const facts = { kept, hash: kept.hash, known: null, isAccepted: false };
  expect(missingEnd(facts)).toBeNull();
  expect(missingEnd({ ...facts, kept: null, hash: undefined })).toBeNull();
  expect(missingEnd({ ...facts, hash: undefined })).toMatchObject({ code: 'cut_off' });
  expect(missingEnd({ ...facts, known })).toBe(known);
  expect(missingEnd({ ...facts, known, isAccepted: true })).toBeNull();
  // What is found missing now counts also then.
  expect(missingEnd({ ...facts, hash: undefined, isAccepted: true })).toMatchObject({ code: 'cut_off' });
  expect([isWatchNews(null, known), isWatchNews(known, known), isWatchNews(known, null)]).toEqual([true, false, true]);
});
