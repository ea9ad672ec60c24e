import { canonicalJson, type Json } from '@carillon/core/desired/canonical-json';
import { type Document, parseDocument } from 'yaml';

type Fields = Readonly<Record<string, unknown>>;

/** Aliases may stand for at most so many copies, else a small file could mean gigabytes. */
const maxAliasCount = 50;

/** What a text of one document says; null where it is none. Never throws: it may be any text. */
export function fieldsOfText(source: string): unknown {
  try {
    const document = parse(source);
    return document.errors.length === 0 ? (document.toJS({ maxAliasCount }) as unknown) : null;
  } catch {
    return null; // too deep, too many aliases
  }
}

/** Whether a text says just these fields, in whatever order. */
export function meansFields(source: string, fields: Fields): boolean {
  return isSame(fieldsOfText(source), fields);
}

/**
 * The text for fields that came without one: what they differ in is written into the text before, the rest stays with its
 * comments.
 * @returns null where that does not come out as the new fields
 */
export function carryText(
  source: string,
  before: Fields,
  after: Fields,
  means: (text: string) => boolean = (text) => meansFields(text, after),
): string | null {
  try {
    const document = parse(source);
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      if (isSame(before[key], after[key])) continue;
      if (after[key] === undefined) document.delete(key);
      else document.set(key, document.createNode(after[key]));
    }
    const carried = document.toString({ lineWidth: 0 });
    return means(carried) ? carried : null;
  } catch {
    return null;
  }
}

/** Repeated keys are not looked for: that takes a time in the square of their number, and the meaning is compared. */
function parse(source: string): Document {
  return parseDocument(source, { prettyErrors: false, uniqueKeys: false }) as Document;
}

export function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson((a ?? null) as Json) === canonicalJson((b ?? null) as Json);
}
