const of = String.fromCharCode;
const esc = of(0x1b);
const bell = of(0x07);

/**
 * What terminals take for orders (ECMA-48): colours and movements, titles and links with what they hold, short ones. One
 * that does not end is left to be shown: otherwise it would hide what follows it.
 */
const orders = new RegExp(
  [
    `(?:${esc}\\[|${of(0x9b)})[0-?]*[ -/]*[@-~]`,
    `${esc}[\\]PX^_][^${bell}${esc}]*(?:${bell}|${esc}\\\\)`,
    `${esc}[ -/]+[0-~]`,
    `${esc}[0-OQ-WYZ\`-~]`,
  ].join('|'),
  'g',
);
/** What is not seen, or turns the order of what is around it: controls, directions, marks without width. */
const unseen = new RegExp(
  `[${of(0)}-${of(8)}${of(0x0b)}-${of(0x1f)}${of(0x7f)}-${of(0x9f)}\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff]`,
  'g',
);

/**
 * A line of output as a person may safely look at it: orders to a terminal are gone, and what would be unseen, or would
 * turn the text around it, is shown by its name. Nothing else is changed; React shows it as text.
 */
export function plainText(line: string): string {
  const text = line.startsWith('\ufeff') ? line.slice(1) : line;
  return text.replace(orders, '').replace(unseen, nameOf);
}

function nameOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return of(0x2400 + code);
  return code === 0x7f ? '\u2421' : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
