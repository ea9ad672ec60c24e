import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isApproverKeyProof, judgeApprovals } from './signed-approval.js';
import { chromiumVectors } from './testing/chromium-vectors.js';
import { type Otherwise, SoftAuthenticator } from './testing/soft-authenticator.js';
import { isUsableWebauthnKey, judgeWebauthn } from './webauthn.js';
import { readWebauthnSignature, webauthnKey, webauthnSignature } from './webauthn-text.js';

const origin = 'https://carillon.example.com';
const ann = new SoftAuthenticator(origin);
const context = 'carillon/v1/approval';
const [text, other] = ['{"what":"is approved"}', '{"what":"is not"}'];

function said(signature: string, of = text, key = ann.key): string {
  const judged = judgeWebauthn(key, context, of, signature);
  return judged.ok ? `ok ${judged.signCount}` : judged.flaw;
}
const signed = (otherwise?: Otherwise) => ann.approve(text, otherwise).signature;

describe('what a browser had an authenticator sign', () => {
  it.each(chromiumVectors)('is good: $what', ({ key, text, signature, signCount }) => {
    expect(judgeWebauthn(key, context, text, signature)).toEqual({ ok: true, signCount });
    expect(judgeWebauthn(key, context, `${text} `, signature).ok).toBe(false);
    expect(judgeWebauthn(key, 'carillon/v1/approver-key', text, signature).ok).toBe(false);
  });
});

describe('a signature of a security key', () => {
  it.each(['ec', 'ed25519'] as const)('is good by a key of the kind %s', (kind) => {
    const one = new SoftAuthenticator(origin, kind);
    expect(said(one.approve(text).signature, text, one.key)).toBe('ok 1');
    expect(said(one.approve(text).signature, text, ann.key)).toBe('the key did not sign it');
  });

  it('is good for all texts that one touch signed, and for no other', () => {
    const [first = '', second = ''] = ann.sign(context, [text, other]);
    expect(said(first)).toMatch(/^ok/);
    expect(said(second, other)).toMatch(/^ok/);
    expect(said(first, 'a third')).toBe('it is of other texts');
    expect(said(signed(), other)).toBe('it is of other texts');
  });

  it.each<[string, Otherwise, RegExp]>([
    [
      'on a page of somebody else',
      { client: { origin: 'https://carillon.example.org' } },
      /a page of "https:\/\/carillon\.example\.org"/,
    ],
    ['on another port', { client: { origin: `${origin}:8443` } }, /a page of/],
    ['without TLS', { client: { origin: 'http://carillon.example.com' } }, /a page of/],
    ['for another relying party', { rpId: 'example.com' }, /another relying party/],
    ['when it was made, not used', { client: { type: 'webauthn.create' } }, /type webauthn\.get/],
    ['in a frame of another page', { client: { crossOrigin: true } }, /in a frame/],
    ['in a frame of a page that is named', { client: { topOrigin: origin } }, /in a frame/],
    ['for another challenge', { client: { challenge: 'AAAA' } }, /challenge is of something else/],
    ['with nobody there', { flags: 0x04 }, /nobody was present/],
    ['without PIN or finger', { flags: 0x01 }, /not verified/],
    ['with extensions', { flags: 0x85, after: Buffer.from([0xa0]) }, /not written as a signature/],
    ['with extensions that are not there', { flags: 0x85 }, /flags of what is not there/],
    ['with bytes behind', { after: Buffer.from([0]) }, /not written as a signature/],
  ])('does not count: made %s', (_what, otherwise, words) => expect(said(signed(otherwise))).toMatch(words));

  it('is the same with the data of a passkey that is kept in more than one place', () =>
    expect(said(signed({ flags: 0x1d }))).toMatch(/^ok/));

  it('does not count in another one’s place', () => {
    const [mine, yours] = [signed(), ann.approve(other).signature].map((each) => readWebauthnSignature(each));
    if (!mine || !yours) throw new Error('expected signatures');
    const with_ = (change: Partial<typeof mine>) => said(webauthnSignature({ ...mine, ...change }));
    expect(with_({ digests: [...yours.digests, ...mine.digests] })).toMatch(/challenge is of something else/);
    expect(with_({ digests: [...mine.digests, ...mine.digests] })).toMatch(/challenge is of something else/);
    expect(with_({ clientData: yours.clientData })).toMatch(/challenge is of something else/);
    expect(with_({ signature: yours.signature })).toBe('the key did not sign it');
    expect(with_({ authenticatorData: yours.authenticatorData })).toBe('the key did not sign it');
    expect(with_({})).toMatch(/^ok/);
  });

  it('ends where it ends, and is written in one way', () => {
    const mine = readWebauthnSignature(signed());
    if (!mine) throw new Error('expected a signature');
    const longer = Buffer.concat([Buffer.from(mine.signature, 'base64url'), Buffer.from([0, 0])]);
    const with_ = (signature: string) => said(webauthnSignature({ ...mine, signature }));
    expect(with_(longer.toString('base64url'))).toBe('the key did not sign it');
    expect(with_(`${mine.signature.slice(0, -1)}${otherTail(mine.signature)}`)).not.toMatch(/^ok/);
    expect(said(`${signed()}.`)).toBe('it is not written as a signature of a security key');
    expect(said('')).toBe('it is not written as a signature of a security key');
  });

  it('is of no more worth with the other of the two numbers that curves allow: it is the same text by the same key', () => {
    const approval = ann.approve(text);
    const mine = readWebauthnSignature(approval.signature);
    if (!mine) throw new Error('expected a signature');
    const twin = webauthnSignature({ ...mine, signature: highS(mine.signature) });
    expect(twin).not.toBe(approval.signature);
    expect(said(twin)).toMatch(/^ok/);
    const rule = { count: 2, keys: [ann.key, new SoftAuthenticator(origin).key] };
    const facts = {
      jobId: 'x',
      version: 1,
      manifestHash: 'x',
      name: 'x',
      hostName: 'x',
      accepted: undefined,
      nowMs: 0,
    };
    expect(judgeApprovals(rule, facts, [approval, { ...approval, signature: twin }]).ok).toBe(false);
  });
});

describe('the key of a security key', () => {
  const of = (pair: { publicKey: ReturnType<typeof createPublicKey> }, from = origin) =>
    webauthnKey(from, pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64url'));
  const rsa = (bytes: number, e: string) => ({
    publicKey: createPublicKey({
      key: { kty: 'RSA', n: Buffer.alloc(bytes, 0xff).toString('base64url'), e },
      format: 'jwk',
    }),
  });
  const p256 = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

  it('is shown to be held by its owner, under his name', () => {
    const proof = ann.proof('Ann');
    expect(isApproverKeyProof({ key: ann.key, owner: 'ann', proof })).toBe(true);
    expect(isApproverKeyProof({ key: ann.key, owner: 'bob', proof })).toBe(false);
    expect(isApproverKeyProof({ key: new SoftAuthenticator(origin).key, owner: 'ann', proof })).toBe(false);
  });

  it.each([
    ['https://carillon.example.com:8443', true],
    ['http://localhost:7070', true],
    ['http://carillon.example.com', false],
    ['https://carillon.example.com/', false],
    ['https://Carillon.example.com', false],
    ['null', false],
  ])('is one of pages of %s: %s', (from, isOne) => expect(isUsableWebauthnKey(of(p256(), from))).toBe(isOne));

  it('may be RSA as it is usual', () => expect(isUsableWebauthnKey(of(rsa(256, 'AQAB')))).toBe(true));

  it.each<[string, () => string]>([
    ['another curve', () => of(generateKeyPairSync('ec', { namedCurve: 'secp384r1' }))],
    ['the curve of Bitcoin', () => of(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }))],
    ['a short RSA key', () => of(rsa(128, 'AQAB'))],
    ['a very long one', () => of(rsa(528, 'AQAB'))],
    ['an RSA key with another exponent', () => of(rsa(256, 'Aw'))],
    ['a key that only agrees on keys', () => of(generateKeyPairSync('x25519'))],
    ['bytes behind the key', () => `${of(p256())}AAAA`],
    ['no key', () => webauthnKey(origin, 'A'.repeat(60))],
    ['a key of the command line', () => 'A'.repeat(43)],
  ])('is not %s', (_what, make) => expect(isUsableWebauthnKey(make())).toBe(false));
});

/** Another last character that says the same bytes. */
function otherTail(base64url: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = letters.indexOf(base64url.at(-1) ?? '');
  return letters[last ^ 1] ?? '';
}

/** The same signature with n − s in the place of s. */
function highS(signature: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const der = Buffer.from(signature, 'base64url');
  const rBytes = der.subarray(2, 4 + (der[3] ?? 0));
  const s = BigInt(`0x${der.subarray(6 + (der[3] ?? 0)).toString('hex')}`);
  let hex = (order - s).toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  if (Number.parseInt(hex.slice(0, 2), 16) >= 0x80) hex = `00${hex}`;
  const sBytes = Buffer.concat([Buffer.from([2, hex.length / 2]), Buffer.from(hex, 'hex')]);
  const body = Buffer.concat([rBytes, sBytes]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]).toString('base64url');
}
