import { describe, expect, it } from 'vitest';
import { excerptOf } from './excerpt.js';
import { searchableText } from './searchable-text.js';

const found = (text: string, asked: string) => {
  const excerpt = excerptOf(text, searchableText(asked));
  return excerpt && [excerpt.before, excerpt.words, excerpt.after];
};

describe('a piece of text around words', () => {
  it.each([
    ['one\r\nthe disk is full!\r\ntwo', 'DISK  IS', ['the ', 'disk is', ' full!']],
    ['error: (disk)--full', 'disk full', ['error: (', 'disk)--full', '']],
    ['diskette disk', 'disk', ['diskette ', 'disk', '']],
    ['夜间备份失败: E', '备份失败', ['夜间', '备份失败', ': E']],
    ['code 备份', 'code备', ['', 'code 备', '份']],
    ['a\nb', 'a b', ['', 'a b', '']],
    ['diskette', 'disk', null],
    ['full disk', 'disk full', null],
    ['anything', '...', null],
  ])('of %j, %j is %j', (text, asked, expected) => {
    expect(found(text, asked)).toEqual(expected);
  });

  it('is short in a long line', () => {
    const excerpt = excerptOf(`${'x '.repeat(50_000)}needle${' y'.repeat(50_000)}`, 'needle');
    expect([excerpt?.before.length, excerpt?.after.length]).toEqual([60, 60]);
  });
});
