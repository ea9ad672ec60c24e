import { codePageNamed } from '../text/code-page-names.js';
import { decodeConsoleOutput } from '../text/decode-console-output.js';

/**
 * Turns the bytes of a task file, or of piped `schtasks /query /xml`, into text: UTF-16 (either order) or UTF-8, with
 * or without a byte order mark. The declaration is not believed about Unicode, because many real files contradict it
 * and pipes hold the console's code page behind `UTF-16`; one that names another page is, when the bytes are not UTF-8.
 * @param options.codePage of the console, for piped text; what is not told is guessed
 */
export function decodeTaskXml(bytes: Uint8Array, options: { codePage?: number | undefined } = {}): string {
  const guessed = decodeConsoleOutput(bytes, options);
  if (options.codePage !== undefined || guessed.encoding.startsWith('utf-')) return guessed.text;
  const declared = /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w-]+)["']/.exec(guessed.text)?.[1];
  const codePage = declared === undefined ? undefined : codePageNamed(declared);
  if (codePage === undefined || UNICODE.has(codePage)) return guessed.text;
  return decodeConsoleOutput(bytes, { codePage }).text;
}

const UNICODE: ReadonlySet<number> = new Set([1200, 1201, 65001]);
