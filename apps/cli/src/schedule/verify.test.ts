import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyLines } from '../commands/schedule-verify.js';
import { readCronLines } from './cron-lines.js';
import { verifyExpression } from './verify-expression.js';

describe('expressions in files', () => {
  it('are found in crontabs, lists and configuration', () => {
    const text = [
      '# a comment',
      'SHELL=/bin/sh',
      '',
      '*/5 * * * * /usr/bin/backup --all',
      '0 2 * * 1-5\troot\t/bin/x',
      '@daily /bin/y',
      '@every 5m',
      "  schedule: '15 3 * * SUN'",
      '- cron: "0 0 1 1 *"  # new year',
      '*/10 * * * * *',
      '0 0 12 ? * MON-FRI',
      '0 4 * * * root /usr/sbin/x',
      'garbage',
    ].join('\n');
    expect(readCronLines(text).map(({ line, expression }) => [line, expression])).toEqual([
      [4, '*/5 * * * *'],
      [5, '0 2 * * 1-5'],
      [6, '@daily'],
      [7, '@every 5m'],
      [8, '15 3 * * SUN'],
      [9, '0 0 1 1 *'],
      [10, '*/10 * * * * *'],
      [11, '0 0 12 ? * MON-FRI'],
      [12, '0 4 * * *'],
      [13, 'garbage'],
    ]);
  });
});

describe('the verdict on an expression', () => {
  it.each([
    ['0 2 * * *', { kind: 'agrees', exactness: 'exact' }],
    ['0 0 29 2 *', { kind: 'agrees', exactness: 'exact' }],
    ['0/15 * * * *', { kind: 'agrees' }],
    ['0 9 13 * 5', { kind: 'agrees' }],
    ['0 9 */2 * 5', { kind: 'agrees' }],
    ['0 12 L * *', { kind: 'agrees' }],
    ['0 12 * * 5L', { kind: 'agrees' }],
    ['0 12 * * 1#2', { kind: 'agrees' }],
    ['@reboot', { kind: 'timeless' }],
    ['*/5 * * * * *', { kind: 'rejected' }],
    ['0 0 * * 1/2', { kind: 'rejected' }],
    ['0 0 30 2 *', { kind: 'rejected' }],
    ['', { kind: 'rejected' }],
  ])('%s', (expression, expected) => {
    expect(verifyExpression(expression)).toMatchObject(expected);
  });
});

describe('public expressions', () => {
  const lines = readCronLines(readFileSync(join(import.meta.dirname, 'fixtures/expressions.txt'), 'utf8'));

  // All of them take a minute (`carillon schedule verify`); here always the same eighth, so that a failure stays one.
  it('fire as an independent library says', { timeout: 120_000 }, () => {
    const report = verifyLines(lines.filter((_, index) => index % 8 === 3));
    expect(report.mismatches).toEqual([]);
    expect(report.exact + report.gated + report.rejected.length).toBe(report.total);
    expect(report.exact).toBeGreaterThan(50);
  });
});
