import { describe, expect, it } from 'vitest';
import { completeLength } from './character-border.js';
import type { TextEncoding } from './output-text.js';

/** Bytes of 备份完成 in each encoding that has it, and of others. */
const samples: [TextEncoding, Buffer, string][] = [
  ['utf-8', Buffer.from('a备😀é!', 'utf8'), 'a备😀é!'],
  ['utf-16le', Buffer.from('a备😀!', 'utf16le'), 'a备😀!'],
  ['gbk', Buffer.from('61b1b8b7ddcdeab3c921', 'hex'), 'a备份完成!'],
  ['gb18030', Buffer.from('61b1b89439fc3621', 'hex'), 'a备😀!'],
  ['shift_jis', Buffer.from('6183658358836721', 'hex'), 'aテスト!'],
  ['big5', Buffer.from('61b4fab8d521', 'hex'), 'a測試!'],
  ['euc-kr', Buffer.from('61c7d1b1db21', 'hex'), 'a한글!'],
  ['windows-1252', Buffer.from('61e921', 'hex'), 'aé!'],
];

describe('the border between characters', () => {
  it.each(samples)('%s text cut anywhere and put together again reads the same', (encoding, bytes, text) => {
    for (let first = 0; first <= bytes.length; first += 1) {
      for (let second = first; second <= bytes.length; second += 1) {
        let carried = Buffer.alloc(0);
        let read = '';
        for (const piece of [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)]) {
          const data = Buffer.concat([carried, piece]);
          const whole = completeLength(data, encoding);
          read += new TextDecoder(encoding).decode(data.subarray(0, whole));
          carried = data.subarray(whole);
        }
        expect(carried.length).toBe(0);
        expect(read).toBe(text);
      }
    }
  });

  it('does not wait for the rest of a broken character', () => {
    expect(completeLength(Buffer.from('e52041', 'hex'), 'utf-8')).toBe(3);
    expect(completeLength(Buffer.from('ff', 'hex'), 'utf-8')).toBe(1);
    expect(completeLength(Buffer.from('41e5a4', 'hex'), 'utf-8')).toBe(1);
  });
});
