import { expect, it } from 'vitest';
import { type AuditFacts, chainStart, nextLink } from './chain.js';
import { findInChain, findKept, stillMissed, watchReason } from './chain-watch.js';

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

it('says which row it is', () => {
  expect(watchReason(findKept(kept, undefined)).text).toContain('row 1 of the audit does not fit (cut_off)');
  expect(watchReason(null).code).toBe('audit_chain_ok');
});
