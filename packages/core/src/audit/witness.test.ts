import { expect, it } from 'vitest';
import { makeKeyPair, signText } from '../desired/signing.js';
import { endText, keepEnd, readEndText, verifiedEnd } from './witness.js';

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
