const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
// Built from numbers, since control characters must not stand in source text. XML 1.0 allows tab, newline, return,
// then everything from blank up, without lone surrogates and the two non-characters.
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;
const ALL_FORBIDDEN = new RegExp(FORBIDDEN.source, 'gu');

/** True when all characters are allowed by XML 1.0. */
export function isXmlText(text: string): boolean {
  return !FORBIDDEN.test(text);
}

function entity(name: string): string | undefined {
  const number = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name);
  if (!number) return Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
  const code = number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16);
  if (code > 0x10ffff) return undefined;
  const character = String.fromCodePoint(code);
  return isXmlText(character) ? character : undefined;
}

/** Replaces the five named and all numeric entities; undefined when an `&` starts anything else. */
export function decodeEntities(text: string): string | undefined {
  if (!text.includes('&')) return text;
  let valid = true;
  const decoded = text.replace(/&([^;&\s]{1,10});|&/g, (_, name: string | undefined) => {
    const character = name === undefined ? undefined : entity(name);
    if (character === undefined) valid = false;
    return character ?? '';
  });
  return valid ? decoded : undefined;
}

/** Escapes text for an element. Characters that XML forbids are dropped: no escape could carry them. */
export function escapeText(text: string): string {
  const allowed = text.replace(ALL_FORBIDDEN, '');
  return allowed.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\r/g, '&#xD;');
}

/** Escapes text for an attribute in double quotes. */
export function escapeAttribute(text: string): string {
  return escapeText(text).replace(/"/g, '&quot;').replace(/\n/g, '&#xA;').replace(/\t/g, '&#x9;');
}
