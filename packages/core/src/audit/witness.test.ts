import { expect, it } from 'vitest';
import { makeKeyPair, signText } from '../desired/signing.js';
import { endText, keepEnd, keepSeen, readEndText, type SeenEnd, verifiedEnd } from './witness.js';

const { publicKey, privateKey } = makeKeyPair();
const hash = 'a'.repeat(64);
const signed = (seq: number, key = privateKey) => {
  const text = endText({ seq, hash }, 0);
  return { text, signature: signText(key, 'carillon/v1/audit-end', text) };
};

it('is read back, and only what the server signed counts', () => {
  expect(verifiedEnd(signed(3), [publicKey])).toEqual({ seq: 3, hash, atMs: 0 });
  expect(verifiedEnd(signed(3, makeKeyPair().privateKey), [publicKey])).toBeNull();
  expect(verifiedEnd({ ...signed(3), text: endText({ seq: 4, hash }, 0) }, [publicKey])).toBeNull();
  for (const text of ['', 'null', '{}', endText({ seq: 1, hash: 'x' }, 0)]) expect(readEndText(text), text).toBeNull();
});

it('is kept when it is newer, and never goes back', () => {
  const [old, young] = [signed(3), signed(5)];
  expect(keepEnd(null, old, [publicKey])).toBe(old);
  expect(keepEnd(old, young, [publicKey])).toBe(young);
  expect(keepEnd(young, old, [publicKey])).toBe(young);
  const other = { text: endText({ seq: 5, hash: 'b'.repeat(64) }, 0), signature: '' };
  expect(
    keepEnd(young, { ...other, signature: signText(privateKey, 'carillon/v1/audit-end', other.text) }, [publicKey]),
  ).toBe(young);
  expect(keepEnd(old, signed(9, makeKeyPair().privateKey), [publicKey])).toBe(old);
});

it('keeps the first of each day for 90 days, which no flood of new ends takes away', () => {
  const dayMs = 86_400_000;
  let seen: readonly SeenEnd[] = [];
  const take = (seq: number, nowMs: number) => {
    seen = keepSeen(seen, signed(seq), [publicKey], nowMs);
  };
  const rows = () => seen.map(({ text }) => readEndText(text)?.seq);
  take(1, 0);
  take(2, 1);
  take(2, 2);
  expect(rows()).toEqual([1, 2]);
  for (let seq = 3; seq <= 40; seq += 1) take(seq, dayMs + seq);
  expect(rows()).toEqual([1, 3, ...Array.from({ length: 12 }, (_, index) => index + 29)]);
  for (let day = 2; day < 200; day += 1) take(100 + day, day * dayMs);
  expect(seen.length).toBe(12 + 78);
  expect(rows().at(-1)).toBe(299);
});
