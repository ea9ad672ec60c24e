/** Half of a character that needs two: Postgres refuses JSON with it, and cutting a text may leave one. */
const halves = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Somebody else's text, fit to be stored and shown on one line: at most `characters` long, without control characters. */
export function shortenText(text: string, characters: number): string {
  const whole = text.length <= characters ? text : `${text.slice(0, characters)}…`;
  return whole
    .replace(/\p{Cc}+/gu, ' ')
    .replace(halves, '\ufffd')
    .trim();
}
