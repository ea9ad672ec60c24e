import { describe, expect, it } from 'vitest';
import { csvLine } from './csv.js';

describe('a line of a table', () => {
  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', "'=1+1"],
    ['+49', "'+49"],
    ['-x', "'-x"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['  =HYPERLINK("http://x")', '"\'  =HYPERLINK(""http://x"")"'],
    ['a=b', 'a=b'],
  ])('has %j as %j', (cell, expected) => expect(csvLine([cell])).toBe(`${expected}\r\n`));

  it('has numbers as they are and nothing for what is not there', () => {
    expect(csvLine([1.5, null, -3, ''])).toBe('1.5,,-3,\r\n');
  });
});
