import { describe, expect, it } from 'vitest';
import { readWinHttpSettings } from './winhttp-proxy.js';

const hex = (flags: number, ...texts: string[]) => {
  const parts = texts.map((text) => {
    const bytes = Buffer.alloc(4 + text.length);
    bytes.writeUInt32LE(text.length);
    bytes.write(text, 4);
    return bytes;
  });
  const header = Buffer.alloc(12);
  header.writeUInt32LE(0x28, 0);
  header.writeUInt32LE(flags, 8);
  return Buffer.concat([header, ...parts])
    .toString('hex')
    .toUpperCase();
};

describe("Windows' own proxy", () => {
  it('is read with the hosts that are reached without it', () => {
    const read = readWinHttpSettings(hex(3, 'proxy.corp:8080', '<local>;*.corp'));
    expect(read).toEqual({ proxy: 'proxy.corp:8080', bypass: '<local>;*.corp' });
    expect(readWinHttpSettings(hex(3, 'proxy.corp:8080'))).toEqual({ proxy: 'proxy.corp:8080', bypass: '' });
  });

  it.each([
    ['direct access', hex(1, '', '')],
    ['nothing', ''],
    ['a value that is cut off', hex(3, 'proxy').slice(0, 20)],
    ['no hexadecimal at all', 'zz'],
  ])('is none with %s', (_name, value) => {
    expect(readWinHttpSettings(value)).toBeNull();
  });
});
