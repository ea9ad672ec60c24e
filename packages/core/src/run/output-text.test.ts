import { describe, expect, it } from 'vitest';
import { outputEncodings } from '../job/job-spec.js';
import { decodeOutput, detectEncoding, encodingOfCodePage } from './output-text.js';

/** 备份完成。 in GBK. */
const gbk = Buffer.from('b1b8b7ddcdeab3c9a1a3', 'hex');

describe('the encoding of output', () => {
  it.each([
    ['ASCII', Buffer.from('plain'), 'utf-8'],
    ['UTF-8', Buffer.from('naïve 备份'), 'utf-8'],
    ['UTF-8 cut in a character', Buffer.from('备份').subarray(0, 5), 'utf-8'],
    ['GBK', gbk, 'gbk'],
    ['GBK cut in a character', gbk.subarray(0, 5), 'gbk'],
    ['Western text', Buffer.from('d\xe9j\xe0 vu', 'latin1'), 'windows-1252'],
    ['UTF-16 with its mark', Buffer.from('\ufeff备份', 'utf16le'), 'utf-16le'],
    ['UTF-16 without', Buffer.from('backup done', 'utf16le'), 'utf-16le'],
  ])('%s', (_what, bytes, expected) => {
    expect(detectEncoding(bytes)).toBe(expected);
  });

  it.each([
    ['a German console', 850, Buffer.from([0x47, 0x72, 0x94, 0xe1, 0x65]), 'Größe'],
    ['an American console', 437, Buffer.from([0xc9, 0xcd, 0xbb]), '╔═╗'],
    ['a Russian console', 866, Buffer.from([0x84, 0xa0]), 'Да'],
    ['a Chinese console', 936, gbk, '备份完成。'],
    ['a Japanese console', 932, Buffer.from('8a6d', 'hex'), '確'],
    ['UTF-8 on any of them', 850, Buffer.from('Größe'), 'Größe'],
    ['UTF-16 on any of them', 850, Buffer.from('Grösse', 'utf16le'), 'Grösse'],
  ])('of %s follows its code page', (_, codePage, bytes, text) => {
    expect(decodeOutput(bytes, detectEncoding(bytes, encodingOfCodePage(codePage)))).toBe(text);
  });

  it('is not guessed by a code page that is not known', () => {
    expect(encodingOfCodePage(null)).toBeUndefined();
    expect(encodingOfCodePage(4711)).toBeUndefined();
  });

  it('has a table for each that a job can name', () => {
    for (const encoding of outputEncodings)
      if (encoding !== 'auto')
        expect([encoding, decodeOutput(Buffer.from('abc'), encoding).length]).toEqual([
          encoding,
          encoding === 'utf-16le' ? 2 : 3,
        ]);
  });

  it('never fails to decode', () => {
    expect(decodeOutput(Buffer.from([0x61, 0xff, 0x62]), 'utf-8')).toBe('a\ufffdb');
  });

  it('reads Western text with its own quotes and the euro', () => {
    expect(decodeOutput(Buffer.from([0x93, 0x35, 0x80, 0x94, 0xe9]), 'windows-1252')).toBe('“5€”é');
  });
});
