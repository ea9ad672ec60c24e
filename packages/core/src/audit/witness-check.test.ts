import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../desired/canonical-json.js';
import { makeKeyPair, signText } from '../desired/signing.js';
import { type KeySet, keySetText, rootFingerprint, type SignedKeySet } from '../signing/key-set.js';
import { endText } from './witness.js';
import { judgeWitness, rowsOfEnds, witnessKeys } from './witness-check.js';

const [root, signer, other] = [makeKeyPair(), makeKeyPair(), makeKeyPair()];
const hashOf = (seq: number) => sha256Hex(`row ${seq}`);
const signed = (seq: number, { hash = hashOf(seq), by = signer } = {}) => {
  const text = endText({ seq, hash }, seq * 1_000);
  return { text, signature: signText(by.privateKey, 'carillon/v1/audit-end', text) };
};
const keySet = (version: number, keys: KeySet['keys'], by = root): SignedKeySet => {
  const text = keySetText({
    ...{ kind: 'carillon/keys/v1', version, root: by.publicKey, keys },
    issuedAt: '2026-01-01T00:00:00.000Z',
  });
  return { text, signature: signText(by.privateKey, 'carillon/v1/keys', text), vouchers: [] };
};
const first = keySet(1, [{ key: signer.publicKey, state: 'active' }]);
const chain = new Map([3, 5, 8].map((seq) => [seq, hashOf(seq)]));
const judge = (ends: ReturnType<typeof signed>[], hashes: ReadonlyMap<number, string | null> = chain) =>
  judgeWitness({ host: 'web-1', ends, keys: null }, [signer.publicKey], hashes);

describe('what a host keeps of the audit', () => {
  it('is found in the chain, or is not: the earliest that is not is named', () => {
    expect(judge([signed(3), signed(5)])).toMatchObject({ code: 'fits', count: 2, from: { seq: 3 }, to: { seq: 5 } });
    expect(judge([signed(3), signed(9)])).toMatchObject({ code: 'cut_off', end: { seq: 9 } });
    // A stolen signer went on with another chain: its own ends fit, those from before do not.
    expect(judge([signed(3, { hash: hashOf(30) }), signed(5, { hash: hashOf(50) }), signed(8)])).toMatchObject({
      ...{ code: 'rewritten', end: { seq: 3 } },
      text: `its hash was ${hashOf(30)}, it is ${hashOf(3)}`,
    });
    expect(judge([])).toEqual({ host: 'web-1', code: 'nothing' });
  });

  it('counts for nothing where no key of the root signed it: anybody could have written it', () => {
    expect(judge([signed(9, { by: other })])).toMatchObject({ code: 'unsigned' });
    expect(judge([signed(9, { by: other }), signed(5)])).toMatchObject({ code: 'fits', count: 1 });
    expect(judge([{ ...signed(5), text: 'x' }])).toMatchObject({ code: 'unsigned' });
  });

  it('names the rows to look up', () => {
    const said = [{ host: 'a', ends: [signed(3), signed(8)], keys: null }];
    expect([...rowsOfEnds(said)]).toEqual([3, 8]);
  });
});

describe('whose signatures count', () => {
  const said = (keys: SignedKeySet | null) => ({ host: 'a', ends: [], keys });
  const print = rootFingerprint(root.publicKey, sha256Hex);

  it('those of the newest set of keys that the root signed; a revoked key is none', () => {
    const second = keySet(2, [
      { key: other.publicKey, state: 'active' },
      { key: signer.publicKey, state: 'revoked' },
    ]);
    expect(witnessKeys([said(first)], null)).toEqual({ root: print, keys: [signer.publicKey] });
    expect(witnessKeys([said(second), said(first)], print)).toEqual({ root: print, keys: [other.publicKey] });
    expect(witnessKeys([said(null)], null)).toBeNull();
  });

  it('of no other root than the one that is known, and of no set that its root did not sign', () => {
    const foreign = keySet(9, [{ key: other.publicKey, state: 'active' }], other);
    expect(witnessKeys([said(foreign), said(first)], print)?.keys).toEqual([signer.publicKey]);
    expect(witnessKeys([said(foreign)], print)).toBeNull();
    expect(witnessKeys([said({ ...first, signature: foreign.signature })], null)).toBeNull();
  });
});
