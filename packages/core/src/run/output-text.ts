import { codePageName, codePageNamed } from '@carillon/wintask/text/code-page-names';
import { decodeCodePage } from '@carillon/wintask/text/decode-code-page';
import { type OutputEncoding, outputEncodings } from '../job/job-spec.js';

/** Encodings that a byte stream is read as; a subset of the WHATWG labels. */
export type TextEncoding = Exclude<OutputEncoding, 'auto'>;

/**
 * Finds the encoding of a run's output. UTF-8 is tried strictly first, since almost nothing else is valid
 * UTF-8 by accident; then a byte order mark or the zero bytes of UTF-16; then GBK, whose double bytes have a
 * shape that Western text does not. What is left is read as the host's own code page.
 * @param bytes the head of the output; a character cut at the end does not count against an encoding
 */
export function detectEncoding(bytes: Uint8Array, hostEncoding: TextEncoding = 'windows-1252'): TextEncoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (looksUtf16(bytes)) return 'utf-16le';
  if (isValid(bytes, 'utf-8')) return 'utf-8';
  if (hostEncoding !== 'windows-1252' && isValid(bytes, hostEncoding)) return hostEncoding;
  if (looksGbk(bytes)) return 'gbk';
  return hostEncoding;
}

/** The encoding of a host's console programs, by its OEM code page; undefined for a page that is not read here. */
export function encodingOfCodePage(codePage: number | null): TextEncoding | undefined {
  const name = codePage === null ? undefined : codePageName(codePage);
  return outputEncodings.find((known): known is TextEncoding => known === name);
}

/** Whether each byte is a character, so that no sequence of bytes is wrong. */
export function isSingleByte(encoding: TextEncoding): boolean {
  return /^(ibm|windows-)\d+$/.test(encoding);
}

/** Bytes to text; what cannot be read becomes U+FFFD, never an error. */
export function decodeOutput(bytes: Uint8Array, encoding: TextEncoding): string {
  // Node does not know all of these, and some versions read two wrongly: windows-1252 as Latin-1, EUC-KR without most of its syllables.
  const codePage = isSingleByte(encoding) ? codePageNamed(encoding) : undefined;
  if (codePage !== undefined) return decodeCodePage(bytes, codePage)?.text ?? '';
  if (encoding === 'euc-kr') return decodeCodePage(bytes, 949)?.text ?? '';
  return new TextDecoder(encoding).decode(bytes);
}

function isValid(bytes: Uint8Array, encoding: TextEncoding): boolean {
  if (isSingleByte(encoding)) return true;
  try {
    // `stream` forgives a character that is cut off at the end of what we have.
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function looksUtf16(bytes: Uint8Array): boolean {
  const sample = Math.min(bytes.length, 512);
  let zeros = 0;
  for (let index = 1; index < sample; index += 2) if (bytes[index] === 0) zeros += 1;
  return sample >= 8 && zeros > sample / 4;
}

/** Most bytes above 0x7F stand in pairs of the GB 2312 block (lead 0xA1-0xF7, trail 0xA1-0xFE). */
function looksGbk(bytes: Uint8Array): boolean {
  if (!isValid(bytes, 'gbk')) return false;
  let paired = 0;
  let high = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const lead = bytes[index] ?? 0;
    // A character that is cut off at the end speaks neither for nor against.
    if (lead < 0x80 || index === bytes.length - 1) continue;
    high += 1;
    const trail = bytes[index + 1] ?? 0;
    if (lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1 && trail <= 0xfe) {
      paired += 1;
      index += 1;
    }
  }
  return paired > 0 && paired >= high * 0.8;
}
