import { type DecodedText, decodeCodePage } from './decode-code-page.js';
import { guessCodePage } from './guess-code-page.js';

export { codePageName } from './code-page-names.js';
export type { DecodedText } from './decode-code-page.js';

const UTF_8 = 65001;
const UTF_16_LE = 1200;
const UTF_16_BE = 1201;

/**
 * Reads what a Windows program wrote into a pipe or file: Unicode by its mark, or UTF-16 by its zero bytes; else in
 * the code page if one is given and known; else UTF-8 if the bytes are valid UTF-8 (a character cut off at the end is
 * forgiven), else in the likeliest page by `guessCodePage`, which says what cannot be told apart. Never throws.
 * @param options.codePage as `chcp` shows it, such as 850; an unknown one is as good as none
 * @returns the text without its mark, the encoding it was read in, and how many characters were replaced by U+FFFD
 */
export function decodeConsoleOutput(bytes: Uint8Array, options: { codePage?: number | undefined } = {}): DecodedText {
  const unicode = unicodePage(bytes);
  if (unicode !== undefined) return decodeCodePage(bytes, unicode)!;
  const told = options.codePage === undefined ? undefined : decodeCodePage(bytes, options.codePage);
  if (told) return told;
  return decodeCodePage(bytes, isUtf8(bytes) ? UTF_8 : guessCodePage(bytes))!;
}

/** Text in a string, without its mark, or in bytes. */
export function textOf(source: string | Uint8Array, options: { codePage?: number | undefined } = {}): string {
  return typeof source === 'string' ? source.replace(/^\uFEFF/, '') : decodeConsoleOutput(source, options).text;
}

function unicodePage(bytes: Uint8Array): number | undefined {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return UTF_16_LE;
  if (first === 0xfe && second === 0xff) return UTF_16_BE;
  if (first === 0xef && second === 0xbb && third === 0xbf) return UTF_8;
  return utf16ByZeros(bytes);
}

/** No code page's text holds zero bytes; in UTF-16 they are the upper halves of ASCII, all on one side. */
function utf16ByZeros(bytes: Uint8Array): number | undefined {
  const units = Math.min(bytes.length, 4_096) >> 1;
  let upper = 0;
  let lower = 0;
  for (let at = 0; at < units * 2; at += 2) {
    if (bytes[at] === 0) lower += 1;
    if (bytes[at + 1] === 0) upper += 1;
  }
  if (upper > units / 10 && lower * 20 < upper) return UTF_16_LE;
  if (lower > units / 10 && upper * 20 < lower) return UTF_16_BE;
  return undefined;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    // A lone byte above ASCII at the very end is no evidence.
    return bytes.every((byte) => byte < 0x80) || /[^\0-\x7f]/.test(text);
  } catch {
    return false;
  }
}
