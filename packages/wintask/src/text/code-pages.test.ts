import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codePageName, codePageNamed } from './code-page-names.js';
import { SINGLE_BYTE_PAGES } from './code-page-tables.js';
import { decodeCodePage } from './decode-code-page.js';
import { encodeInPage } from './testing/encode-in-page.js';

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);
const read = (hex: string, codePage: number) => decodeCodePage(Buffer.from(hex, 'hex'), codePage);

// Digests of bytes 80 to FF, and of all pairs, as the codecs of CPython 3 read them.
const SINGLE: Record<number, string> = {
  437: '6395cab87eae',
  720: '5b6463e3ef66',
  737: 'fdc2fbf0b9ba',
  775: 'd839cdacb4df',
  850: '4ca3112428df',
  852: '3ee7c6ae05c3',
  855: 'eadf925e2377',
  857: 'b4915fbdd144',
  858: '91d24582be31',
  860: 'b47c99e1080c',
  861: 'e09dcd7ed282',
  862: '63a04c087656',
  863: 'c852b1a960b9',
  864: '602bf3e0682f',
  865: '0f57c0ee1a13',
  866: '2e3f89d51df1',
  869: 'e6d4b889c2ab',
  874: '54145ac4d788',
  1250: 'a89a33e480de',
  1251: '7240d214d6ad',
  1252: '8df215c206c1',
  1253: '9080f17e14fe',
  1254: '41ceb2bbbbd8',
  1255: 'b6f5fccbea9c',
  1256: 'ae636a90722c',
  1257: '23b783239223',
  1258: 'e0e3b45fa1a2',
};
const pages = Object.keys(SINGLE).map(Number);

describe('single-byte pages', () => {
  it('are all there', () => {
    expect(Object.keys(SINGLE_BYTE_PAGES).map(Number)).toEqual(pages);
  });

  it.each(pages)('%i has the characters it should', (codePage) => {
    const upper = Uint8Array.from({ length: 128 }, (_, index) => 0x80 + index);
    const { text } = decodeCodePage(upper, codePage)!;
    expect(text).toHaveLength(128);
    expect(digest(text)).toBe(SINGLE[codePage]);
  });

  it('come back from their bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...pages), fc.uint8Array({ maxLength: 200 }), (codePage, bytes) => {
        const { text, replaced } = decodeCodePage(bytes, codePage)!;
        fc.pre(replaced === 0);
        expect(encodeInPage(text, codePage)).toEqual(bytes);
      }),
    );
  });

  it('count the bytes that mean nothing', () => {
    expect(read('41814290', 1252)).toEqual({ text: 'A\ufffdB\ufffd', encoding: 'windows-1252', replaced: 2 });
  });

  it('read the punctuation of 1252, which some versions of Node do not', () => {
    expect(read('8093949685', 1252)?.text).toBe('€“”–…');
  });
});

describe('double-byte pages', () => {
  it.each([
    [932, '975c92e8955c835c945c81608740', '予定表ソ能～①'],
    [936, 'bcc6bbaec8ceceF1', '计划任务'],
    [949, '94ee208c63b9e6b0a2c7cf20a2e6a2e7', '뷁 똠방각하 €®'],
    [950, 'a55cafe0b35ca569c3d2', '功能許可證'],
  ])('%i, also where a trail is a backslash', (codePage, hex, text) => {
    expect(read(hex, codePage)).toMatchObject({ text, replaced: 0 });
    expect(Buffer.from(encodeInPage(text, codePage)).toString('hex')).toBe(hex.toLowerCase());
  });

  it.each([
    [932, 'e7ea4b06943d', 7_724],
    [936, '0783ca5d8372', 21_791],
    [949, 'f49bf642f090', 17_048],
    // Without rows C7 and C8, which are private in Windows.
    [950, '24498e2ffe2c', 13_503],
  ])('%i has the characters it should', (codePage, expected, count) => {
    const signs: string[] = [];
    for (let lead = 0x81; lead <= 0xfe; lead += 1)
      for (let trail = 0x40; trail <= 0xfe; trail += 1) {
        const { text } = decodeCodePage(Uint8Array.of(lead, trail), codePage)!;
        if (text.length === 1 && !/[\ufffd\ue000-\uf8ff]/.test(text)) signs.push(text);
      }
    expect({ count: signs.length, digest: digest(signs.join('')) }).toEqual({ count, digest: expected });
  });

  it('949 steps over what is broken', () => {
    expect(read('41ff42b0', 949)).toMatchObject({ replaced: 2 });
    expect(read('b0a10d0ac0', 949)?.text).toBe('가\r\n\ufffd');
  });
});

describe('names', () => {
  it.each([
    [850, 'ibm850'],
    [874, 'windows-874'],
    [1252, 'windows-1252'],
    [936, 'gbk'],
    [65001, 'utf-8'],
    [1200, 'utf-16le'],
  ])('%i is %s', (codePage, name) => {
    expect(codePageName(codePage)).toBe(name);
    expect(codePageNamed(name.toUpperCase())).toBe(codePage);
  });

  it('are not made up', () => {
    expect(codePageName(12345)).toBeUndefined();
    expect(decodeCodePage(Uint8Array.of(1), 12345)).toBeUndefined();
    expect(['cp850', 'gb2312', 'x-none', 'cp12345', 'constructor'].map(codePageNamed)).toEqual([
      850,
      936,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
