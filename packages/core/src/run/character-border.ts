import type { TextEncoding } from './output-text.js';

/**
 * Length of the part of `bytes` that ends between two characters; what follows is the beginning of a character whose
 * rest is still to come. `bytes` must begin between two characters, since double-byte encodings cannot be entered midway.
 * Lead bytes after the WHATWG Encoding Standard.
 */
export function completeLength(bytes: Uint8Array, encoding: TextEncoding): number {
  switch (encoding) {
    case 'utf-16le':
      return completeUtf16(bytes);
    case 'utf-8':
      return walk(bytes, utf8Width);
    case 'gbk':
    case 'gb18030':
      return walk(bytes, gbWidth);
    case 'shift_jis':
      return walk(bytes, (bytes, at) => (isShiftJisLead(bytes[at] ?? 0) ? 2 : 1));
    case 'big5':
    case 'euc-kr':
      return walk(bytes, (bytes, at) => ((bytes[at] ?? 0) >= 0x81 ? 2 : 1));
    default:
      // Each byte is a character.
      return bytes.length;
  }
}

function walk(bytes: Uint8Array, widthAt: (bytes: Uint8Array, at: number) => number): number {
  let at = 0;
  while (at < bytes.length) {
    const width = widthAt(bytes, at);
    if (at + width > bytes.length) return at;
    at += width;
  }
  return at;
}

/** Width of the character that begins here; 1 for a byte that begins none. A broken sequence ends where it breaks. */
function utf8Width(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const width = lead >= 0xf0 && lead <= 0xf4 ? 4 : lead >= 0xe0 ? (lead < 0xf0 ? 3 : 1) : lead >= 0xc2 ? 2 : 1;
  for (let next = 1; next < width; next += 1) {
    const byte = bytes[at + next];
    if (byte !== undefined && (byte & 0xc0) !== 0x80) return next;
  }
  return width;
}

function gbWidth(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x81 || lead === 0xff) return 1;
  const second = bytes[at + 1];
  return second !== undefined && second >= 0x30 && second <= 0x39 ? 4 : 2;
}

function isShiftJisLead(byte: number): boolean {
  return (byte >= 0x81 && byte <= 0x9f) || (byte >= 0xe0 && byte <= 0xfc);
}

function completeUtf16(bytes: Uint8Array): number {
  const even = bytes.length - (bytes.length % 2);
  const lastUnitHigh = bytes[even - 1] ?? 0;
  // A high surrogate waits for its low one.
  return even >= 2 && lastUnitHigh >= 0xd8 && lastUnitHigh <= 0xdb ? even - 2 : even;
}
