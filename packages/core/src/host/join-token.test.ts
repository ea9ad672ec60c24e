import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../desired/canonical-json.js';
import {
  isSameFingerprint,
  type Joiner,
  judgeToken,
  keyFingerprint,
  matchesHostNames,
  type TokenBounds,
} from './join-token.js';

const nowMs = Date.parse('2026-12-05T10:00:00Z');
const token: TokenBounds = {
  uses: 2,
  used: 1,
  expiresMs: nowMs + 1,
  isRevoked: false,
  addresses: ['10.1.0.0/16', '2001:db8::/32', '192.0.2.7'],
  hostNames: 'web-*',
};
const joiner: Joiner = { address: '10.1.2.3', hostname: 'WEB-07' };

describe('a join token', () => {
  it.each<[string, Partial<TokenBounds>, Partial<Joiner>, string | null]>([
    ['keeps to its bounds', {}, {}, null],
    ['is bound to nothing', { addresses: [], hostNames: null }, { address: null, hostname: 'x' }, null],
    ['comes from an address by itself', {}, { address: '192.0.2.7' }, null],
    ['comes from IPv6', {}, { address: '2001:db8::5' }, null],
    ['was revoked', { isRevoked: true }, {}, 'revoked'],
    ['is over to the millisecond', { expiresMs: nowMs }, {}, 'expired'],
    ['was used as often as it may be', { used: 2 }, {}, 'used_up'],
    ['comes from elsewhere', {}, { address: '10.2.0.1' }, 'address'],
    ['comes from nobody knows where', {}, { address: null }, 'address'],
    ['comes from what is no address', {}, { address: 'unknown' }, 'address'],
    ['comes with another name', {}, { hostname: 'db-01' }, 'host_name'],
    ['comes with a name that only begins elsewhere', {}, { hostname: 'xweb-01' }, 'host_name'],
  ])('%s', (_name, bounds, who, flaw) => {
    const verdict = judgeToken({ ...token, ...bounds }, { ...joiner, ...who }, nowMs);
    expect(verdict.ok ? null : verdict.flaw).toBe(flaw);
  });

  it('that nobody made is unknown, whoever comes', () => {
    expect(judgeToken(null, joiner, nowMs)).toMatchObject({ ok: false, flaw: 'unknown' });
  });

  it('says in words what was expected', () => {
    expect(judgeToken(token, { ...joiner, hostname: 'db' }, nowMs)).toMatchObject({
      message: 'host name: expected web-*, got "db"',
    });
  });
});

describe('a pattern of host names', () => {
  it.each([
    ['*', 'anything', true],
    ['db-0?', 'DB-01', true],
    ['db-0?', 'db-012', false],
    ['a.b', 'axb', false],
    ['[a]', 'a', false],
    ['web-*-eu', 'web-1-2-eu', true],
    ['web', 'web-1', false],
  ])('%s fits %s: %s', (pattern, name, fits) => {
    expect(matchesHostNames(name, pattern)).toBe(fits);
  });

  it('always fits itself where it has no signs, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        matchesHostNames('host', text);
        if (!/[*?]/.test(text)) expect(matchesHostNames(text, text)).toBe(true);
      }),
    );
  });

  it('that is made to take for ever does not', () => {
    expect(matchesHostNames('a'.repeat(255), `${'*'.repeat(90)}b`)).toBe(false);
  });
});

it('a fingerprint is compared however it was written down, and never with nothing', () => {
  const fingerprint = keyFingerprint('key', sha256Hex);
  expect(fingerprint).toMatch(/^([0-9a-f]{4}-){7}[0-9a-f]{4}$/);
  expect(isSameFingerprint(fingerprint.toUpperCase().replaceAll('-', ' '), fingerprint)).toBe(true);
  expect(isSameFingerprint(fingerprint.slice(0, -1), fingerprint)).toBe(false);
  expect(isSameFingerprint('', '')).toBe(false);
});
