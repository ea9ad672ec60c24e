import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import { type KeySet, keySetText, withNewKey } from '@carillon/core/signing/key-set';
import { describe, expect, it } from 'vitest';
import { signer } from '../testing/samples.js';
import { makeAgentFolder } from '../testing/temp-folder.js';
import { readJson } from './files.js';
import { addReleaseKeys, loadReleaseKeys, loadSignerKeys } from './identity.js';
import { TrustKeeper } from './trust.js';

const root = makeKeyPair();
const next = makeKeyPair();
const first: KeySet = {
  kind: 'carillon/keys/v1',
  version: 1,
  root: root.publicKey,
  keys: [{ key: signer.publicKey, state: 'active' }],
  issuedAt: '2026-12-02T00:00:00.000Z',
};
const signed = (set: KeySet, by = root, voucher = signer) => {
  const text = keySetText(set);
  const sign = (key: typeof root) => signText(key.privateKey, 'carillon/v1/keys', text);
  return { text, signature: sign(by), vouchers: [sign(voucher)] };
};

describe('what a host trusts', () => {
  it('is what it joined with, until a pinned key vouches for a root; then what that root says', () => {
    const folder = makeAgentFolder();
    addReleaseKeys(folder, [next.publicKey]);
    const keeper = new TrustKeeper(folder);
    expect(keeper.trust).toEqual({ signerKeys: [signer.publicKey], revokedKeys: [] });
    expect(keeper.take(signed(first, root, next))).toMatchObject({ ok: false, code: 'unknown_key' });
    expect(keeper.take(signed(first))).toMatchObject({ ok: true, by: 'pinned_key', isNews: true });
    expect(keeper.take(signed(first))).toMatchObject({ ok: true, isNews: false });
    const second = withNewKey(first, next.publicKey, 'revoked', 0);
    expect(keeper.take(signed(second, signer))).toMatchObject({ code: 'bad_signature' });
    expect(keeper.take(signed({ ...second, root: next.publicKey }, next))).toMatchObject({ code: 'other_root' });
    expect(keeper.take(signed(second))).toMatchObject({ ok: true, by: 'root', isNews: true });
    expect(keeper.take(signed(first))).toMatchObject({ code: 'rollback' });
    const expected = { signerKeys: [next.publicKey], revokedKeys: [signer.publicKey] };
    expect(keeper.trust).toEqual(expected);
    // After a restart, and for runners, and nothing else that is in the file is lost.
    expect(new TrustKeeper(folder).trust).toEqual(expected);
    expect(new TrustKeeper(folder).pinned).toMatchObject({ root: root.publicKey, version: 2 });
    expect(loadSignerKeys(folder)).toEqual([next.publicKey]);
    expect(loadReleaseKeys(folder)).toEqual([next.publicKey]);
    expect(readJson<object>(folder.trust)).toMatchObject({ root: root.publicKey });
  });

  it('is what an older agent wrote down elsewhere, where its file does not say', () => {
    const folder = makeAgentFolder();
    const keeper = new TrustKeeper({ trust: `${folder.trust}.none` }, [next.publicKey]);
    expect(keeper.trust.signerKeys).toEqual([next.publicKey]);
    expect(keeper.take(signed(first))).toMatchObject({ code: 'unknown_key' });
  });
});
