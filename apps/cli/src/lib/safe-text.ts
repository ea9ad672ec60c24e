/**
 * Characters that change how a terminal shows what stands around them: controls, bidirectional overrides,
 * invisible format characters, line separators and lone surrogates. Names and messages come from hosts and
 * people, so they are hostile text. Zero-width joiners are left, since emoji and some scripts need them.
 */
const hostile = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;

const shortEscapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text on one line, with such characters written as escapes. */
export function safeText(text: string): string {
  return text.replace(hostile, (character) => {
    const short = shortEscapes[character];
    if (short) return short;
    const code = character.codePointAt(0) ?? 0;
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** The same for text of several lines. */
export function safeLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => safeText(line))
    .join('\n');
}
