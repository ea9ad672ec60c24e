import { describe, expect, it } from 'vitest';
import { clockFinding, connectionAdvice, diskFinding, exitCodeOf, ok, problem, warning } from './findings.js';

describe('what a check of a host says', () => {
  it.each([
    [0, 'ok', 'ahead of'],
    [-29_000, 'ok', 'behind'],
    [31_000, 'warning', 'ahead of'],
    [-400_000, 'problem', 'behind'],
  ])('of a clock that is %i ms off', (aheadMs, level, words) => {
    expect(clockFinding(aheadMs)).toMatchObject({ level, text: expect.stringContaining(words) });
  });

  it('of a disk', () => {
    const levels = [5 * 2 ** 30, 2 ** 29, 2 ** 20].map((bytes) => diskFinding(bytes, 'D:\\data').level);
    expect(levels).toEqual(['ok', 'warning', 'problem']);
  });

  it.each([
    ['ENOTFOUND', 'DNS'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate authority'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'trusted roots'],
    ['http_407', 'sign-in'],
    ['http_502', 'server'],
    ['something else', 'firewall'],
  ])('of a connection that failed with %s', (code, words) => {
    expect(connectionAdvice(code)).toContain(words);
  });

  it('makes the exit code: only problems count', () => {
    expect(exitCodeOf([ok('a', ''), warning('b', '', '')])).toBe(0);
    expect(exitCodeOf([ok('a', ''), problem('b', '', '')])).toBe(1);
  });
});
