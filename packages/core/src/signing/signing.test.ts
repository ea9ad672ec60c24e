import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, type Json } from '../desired/canonical-json.js';
import { makeKeyPair, signText } from '../desired/signing.js';
import { judgeKeySet, type KeySet, keySetText, readKeySet, trustedKeys, withNewKey, withRevoked } from './key-set.js';
import { judgeExpiry, judgeSignature } from './verify.js';

const root = makeKeyPair();
const [first, second, stranger] = [makeKeyPair(), makeKeyPair(), makeKeyPair()];
const nowMs = Date.parse('2026-12-02T10:00:00Z');
const one: KeySet = {
  kind: 'carillon/keys/v1',
  version: 1,
  root: root.publicKey,
  keys: [{ key: first.publicKey, state: 'active' }],
  issuedAt: '2026-12-01T00:00:00.000Z',
};
const two = withNewKey(one, second.publicKey, 'retired', nowMs);
const signed = (set: KeySet, by = root, vouchers: string[] = []) => {
  const text = keySetText(set);
  return { text, signature: signText(by.privateKey, 'carillon/v1/keys', text), vouchers };
};
const vouch = (set: KeySet, by = first) => [signText(by.privateKey, 'carillon/v1/keys', keySetText(set))];
const pinned = { root: root.publicKey, version: 1, signerKeys: [first.publicKey] };
const rootless = { root: null, version: 0, signerKeys: [first.publicKey] };

describe('RFC 8785', () => {
  it.each<[string, Json, string]>([
    // 3.2.2: numbers and strings of the sample.
    [
      'the sample',
      {
        numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
        string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
        literals: [null, true, false],
      },
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ],
    // 3.2.3: by UTF-16 code units, not by code points.
    [
      'the order of names',
      {
        '\u20ac': 'Euro Sign',
        '\r': 'Carriage Return',
        '\ufb33': 'Hebrew',
        '1': 'One',
        '\ud83d\ude00': 'Emoji',
        '\u0080': 'Control',
        ö: 'O',
      },
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"O","€":"Euro Sign","😀":"Emoji","\ufb33":"Hebrew"}',
    ],
    // Appendix B.
    [
      'zeros',
      [0, -0, 5e-324, 1.7976931348623157e308, 9007199254740992, 295147905179352830000, 1e21, 9.999999999999997e22],
      '[0,0,5e-324,1.7976931348623157e+308,9007199254740992,295147905179352830000,1e+21,9.999999999999997e+22]',
    ],
  ])('%s', (_what, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });
});

describe('a set of keys', () => {
  it.each([
    ['by the pinned root', signed(two), pinned, { ok: true, by: 'root' }],
    ['the same again', signed(one), pinned, { ok: true }],
    ['older than the known one', signed(one), { ...pinned, version: 2 }, { ok: false, code: 'rollback' }],
    ['of another root', signed({ ...two, root: stranger.publicKey }, stranger), pinned, { code: 'other_root' }],
    ['signed by anybody', signed(two, stranger), pinned, { code: 'bad_signature' }],
    ['signed by the key that signs jobs', signed(two, first), pinned, { code: 'bad_signature' }],
    ['without a pinned root, vouched for', signed(two, root, vouch(two)), rootless, { ok: true, by: 'pinned_key' }],
    [
      'without a pinned root, by a stranger',
      signed(two, root, vouch(two, stranger)),
      rootless,
      { code: 'unknown_key' },
    ],
    [
      'without a pinned root, vouched for another text',
      signed(two, root, vouch(one)),
      rootless,
      { code: 'unknown_key' },
    ],
    ['where nothing is pinned', signed(one), { ...rootless, signerKeys: [] }, { ok: true, by: 'first_use' }],
  ])('%s', (_what, offer, known, expected) => {
    expect(judgeKeySet(offer, known)).toMatchObject(expected);
  });

  it('of which any letter was changed is refused', () => {
    const offer = signed(two, root, vouch(two));
    fc.assert(
      fc.property(fc.nat(offer.text.length - 1), fc.integer({ min: 1, max: 94 }), fc.boolean(), (at, by, isPinned) => {
        const letter = String.fromCharCode(33 + ((offer.text.charCodeAt(at) - 33 + by) % 94));
        const text = offer.text.slice(0, at) + letter + offer.text.slice(at + 1);
        expect(judgeKeySet({ ...offer, text }, isPinned ? pinned : rootless).ok).toBe(text === offer.text);
      }),
    );
  });

  it('goes on to trust a retired key, and never a revoked one', () => {
    expect(trustedKeys(two)).toEqual([second.publicKey, first.publicKey]);
    expect(trustedKeys(withNewKey(one, second.publicKey, 'revoked', nowMs))).toEqual([second.publicKey]);
    const three = withRevoked(two, first.publicKey, nowMs);
    expect(three && [three.version, trustedKeys(three)]).toEqual([3, [second.publicKey]]);
    expect(withRevoked(two, second.publicKey, nowMs)).toBeNull();
    expect(withRevoked(two, stranger.publicKey, nowMs)).toBeNull();
  });

  it.each([
    '',
    'null',
    '[]',
    '{"kind":"carillon/keys/v1"}',
    keySetText({ ...one, keys: [] }),
    keySetText({ ...one, version: 0 }),
  ])('is not %j', (text) => {
    expect(readKeySet(text)).toBeNull();
  });
});

describe('a signature', () => {
  const [context, text] = ['carillon/v1/index' as const, '{"a":1}'];
  const by = (pair: typeof first) => ({ context, text, signature: signText(pair.privateKey, context, text) });
  const trust = { signerKeys: [second.publicKey], revokedKeys: [first.publicKey] };

  it.each([
    ['of a trusted key', by(second), undefined, { ok: true }],
    ['of a revoked one', by(first), first.publicKey, { code: 'revoked_key' }],
    ['of one that names itself and is unknown', by(stranger), stranger.publicKey, { code: 'unknown_key' }],
    ['of one that does not', by(stranger), undefined, { code: 'bad_signature' }],
    ['over another text', { ...by(second), text: '{"a":2}' }, second.publicKey, { code: 'bad_signature' }],
    [
      'for another purpose',
      { ...by(second), context: 'carillon/v1/command' as const },
      second.publicKey,
      { code: 'bad_signature' },
    ],
    ['that is none', { context, text, signature: 'x' }, undefined, { code: 'bad_signature' }],
  ])('%s', (_what, offer, signedBy, expected) => {
    expect(judgeSignature(offer, trust, 'index', signedBy)).toMatchObject(expected);
  });

  it('ends with its time', () => {
    const notAfter = new Date(nowMs).toISOString();
    expect(judgeExpiry('index', notAfter, nowMs)).toEqual({ ok: true });
    expect(judgeExpiry('index', notAfter, nowMs + 1)).toMatchObject({ code: 'expired' });
    expect(judgeExpiry('index', null, nowMs)).toEqual({ ok: true });
  });
});
