import { describe, expect, it } from 'vitest';
import { matchTotp, toBase32, totpCode, totpUri } from './totp.js';

const secret = Buffer.from('12345678901234567890');

describe('a code', () => {
  // RFC 6238, appendix B, with six digits.
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at %d s is %s', (seconds, code) => {
    expect(totpCode(secret, Math.floor(seconds / 30))).toBe(code);
    expect(matchTotp(secret, `${code.slice(0, 3)} ${code.slice(3)}`, seconds * 1_000, null)).toBe(
      Math.floor(seconds / 30),
    );
  });

  it('works half a minute early or late, not a whole one, and once', () => {
    const code = totpCode(secret, 100);
    expect(matchTotp(secret, code, 99 * 30_000, null)).toBe(100);
    expect(matchTotp(secret, code, 101 * 30_000, null)).toBe(100);
    expect(matchTotp(secret, code, 102 * 30_000, null)).toBeNull();
    expect(matchTotp(secret, code, 100 * 30_000, 100)).toBeNull();
    expect(matchTotp(secret, totpCode(secret, 101), 100 * 30_000, 100)).toBe(101);
    for (const wrong of ['', '12345', '1234567', 'abcdef', '١٢٣٤٥٦'])
      expect(matchTotp(secret, wrong, 100 * 30_000, null)).toBeNull();
  });
});

it('a secret is written as authenticators take it', () => {
  expect(toBase32(Buffer.from('foobar'))).toBe('MZXW6YTBOI');
  expect(totpUri(Buffer.from('foobar'), 'ann@x')).toBe(
    'otpauth://totp/Carillon:ann%40x?secret=MZXW6YTBOI&issuer=Carillon',
  );
});
