import { codePageName } from './code-page-names.js';
import { SINGLE_BYTE_PAGES } from './code-page-tables.js';
import { decodeUnifiedHangul } from './unified-hangul.js';

export interface DecodedText {
  text: string;
  /** The code page's name, as `codePageName` gives it. */
  encoding: string;
  /** Characters that the bytes did not spell and that are U+FFFD in the text. */
  replaced: number;
}

const REPLACEMENT = 0xfffd;

/** Reads bytes in a known code page; undefined for one that `codePageName` does not know. Never throws. */
export function decodeCodePage(bytes: Uint8Array, codePage: number): DecodedText | undefined {
  const encoding = codePageName(codePage);
  if (encoding === undefined) return undefined;
  const table = SINGLE_BYTE_PAGES[codePage];
  if (table !== undefined) return counted(decodeSingleBytes(bytes, table), encoding, 0);
  switch (codePage) {
    case 949:
      return counted(decodeUnifiedHangul(bytes), encoding, 0);
    case 1201:
      return { ...decodeCodePage(swapped(bytes), 1200)!, encoding };
    case 1200:
      return counted(new TextDecoder(encoding).decode(bytes), encoding, spelled(bytes, [0xfd, 0xff], 2));
    case 65001:
      return counted(new TextDecoder(encoding).decode(bytes), encoding, spelled(bytes, [0xef, 0xbf, 0xbd], 1));
    default:
      return counted(new TextDecoder(encoding).decode(bytes), encoding, 0);
  }
}

function decodeSingleBytes(bytes: Uint8Array, table: string): string {
  const units = new Uint16Array(bytes.length);
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    units[at] = byte < 0x80 ? byte : table.charCodeAt(byte - 0x80);
  }
  return new TextDecoder('utf-16le', { ignoreBOM: true }).decode(units);
}

/** `already`: replacement characters that the sender wrote, so that they are no fault of the reading. */
function counted(text: string, encoding: string, already: number): DecodedText {
  let replaced = -already;
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) === REPLACEMENT) replaced += 1;
  return { text, encoding, replaced: Math.max(0, replaced) };
}

/** How often the bytes hold this sequence at a multiple of `step`. */
function spelled(bytes: Uint8Array, sequence: readonly number[], step: number): number {
  let count = 0;
  for (let at = 0; at + sequence.length <= bytes.length; at += step)
    if (sequence.every((byte, index) => bytes[at + index] === byte)) count += 1;
  return count;
}

/** UTF-16 in the other byte order; a byte that is left over stays in its place. */
function swapped(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes);
  for (let at = 0; at + 1 < result.length; at += 2) {
    result[at] = bytes[at + 1]!;
    result[at + 1] = bytes[at]!;
  }
  return result;
}
