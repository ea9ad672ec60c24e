import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aes128, isSealKey, makeSealKeys, openSealed, sealKeysFrom, sealTo } from './hpke.js';

const hex = (text: string) => Buffer.from(text, 'hex');
/** Made with that library for the receiver of A.1.1: the RFC's text has no example of this suite. */
const ofAnother =
  '38388ac2bae70b754852cc1173c2c0eceb5641ba27f7ad23aa59a80afeac7246079a2aba8ba18428e5e3b251739239bb78df4eadd0936dc9ca33c7bd';
const bound = { purpose: 'carillon/v1/test', about: 'nightly' };

describe('RFC 9180, appendix A.1.1', () => {
  const receiver = sealKeysFrom(hex('4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8'));
  const ephemeral = sealKeysFrom(hex('52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736'));
  const about = { purpose: 'Ode on a Grecian Urn', about: 'Count-0' };
  const text = 'Beauty is truth, truth beauty';
  const enc = '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431';
  const ciphertext = 'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a';

  it('seals to the bytes that stand there', () => {
    expect(Buffer.from(receiver.publicKey, 'base64url').toString('hex')).toBe(
      '3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d',
    );
    expect(sealTo(receiver.publicKey, text, about, ephemeral, aes128).toString('hex')).toBe(enc + ciphertext);
  });

  it('opens them', () => {
    expect(openSealed(receiver.privateKey, hex(enc + ciphertext), about, aes128)).toBe(text);
  });
});

describe('with AES-256-GCM', () => {
  it('opens what another implementation sealed (panva/hpke 1.1.7)', () => {
    const receiver = sealKeysFrom(hex('4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8'));
    expect(openSealed(receiver.privateKey, hex(ofAnother), { purpose: 'Ode', about: 'Count-0' })).toBe('truth beauty');
  });

  it('opens what it sealed, and is longer by the key and the tag', () => {
    const keys = makeSealKeys();
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        const sealed = sealTo(keys.publicKey, text, bound);
        expect(sealed.length).toBe(32 + Buffer.byteLength(text) + 16);
        expect(openSealed(keys.privateKey, sealed, bound)).toBe(Buffer.from(text).toString());
      }),
      { numRuns: 50 },
    );
  });

  it('opens for nobody else, for nothing else, and not when a byte of it was changed', () => {
    const keys = makeSealKeys();
    const sealed = sealTo(keys.publicKey, 's3cret', bound);
    expect(sealed.includes('s3cret')).toBe(false);
    expect(() => openSealed(makeSealKeys().privateKey, sealed, bound)).toThrow('another key');
    expect(() => openSealed(keys.privateKey, sealed, { ...bound, about: 'weekly' })).toThrow('bound to something else');
    expect(() => openSealed(keys.privateKey, sealed, { ...bound, purpose: 'x' })).toThrow('bound to something else');
    expect(() => openSealed(keys.privateKey, sealed.subarray(0, 40), bound)).toThrow('at least 48 bytes, got 40');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => openSealed(keys.privateKey, changed, bound)).toThrow();
    }
  });

  it('is another text each time', () => {
    const { publicKey } = makeSealKeys();
    expect(sealTo(publicKey, 'same', bound).equals(sealTo(publicKey, 'same', bound))).toBe(false);
  });

  it.each([
    ['of another length', 'AAAA'],
    ['of small order: everybody would know the secret', Buffer.alloc(32).toString('base64url')],
  ])('refuses a key %s', (_what, key) => {
    expect(isSealKey(key)).toBe(false);
    expect(() => sealTo(key, 'x', bound)).toThrow();
    expect(isSealKey(makeSealKeys().publicKey)).toBe(true);
  });
});
