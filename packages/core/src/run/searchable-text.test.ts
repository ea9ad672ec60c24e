import { expect, it } from 'vitest';
import { searchableText } from './searchable-text.js';

it.each([
  ['D:\\in\\a.csv: not found (0x80070005)\r\n', 'D in a csv not found 0x80070005'],
  ['备份失败: E:', '备 份 失 败 E'],
  ['Zähler=5, naïve', 'Zähler 5 naïve'],
  [`key ${'A'.repeat(65)} end`, 'key end'],
  ['a\0b\u{1f514}c', 'a b c'],
  [' \t...', ''],
])('%j is searched as %j', (text, expected) => {
  expect(searchableText(text)).toBe(expected);
});
