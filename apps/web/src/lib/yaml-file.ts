import { type Document, type ErrorCode, LineCounter, parseDocument } from 'yaml';

/** Where a field stands in a file, `['targets', 'labels']`. */
export type FieldPath = readonly string[];

/** What is wrong with it, by the reader's own name for it. */
export type YamlFaultCode = ErrorCode | 'too_long' | 'aliases' | 'no_map';

/** What is no YAML, and where. */
export interface YamlFault {
  readonly ok: false;
  /** From 1. */
  readonly line: number;
  readonly code: YamlFaultCode;
  readonly message: string;
}

/** A file as typed: what it says, or the first thing that is no YAML. */
export type ReadYaml =
  | {
      readonly ok: true;
      readonly raw: unknown;
      readonly document: Document;
      /** Of an offset in the text, from 1. */
      readonly lineAt: (offset: number) => number;
    }
  | YamlFault;

/** Larger than any sensible file: it is read again at each key. */
const maxCharacters = 200_000;
/** Aliases may stand for at most so many copies, else a small file could mean gigabytes. */
export const maxAliasCount = 50;

/**
 * Reads a file of one document. Never throws: half-typed files are the normal case.
 * @param strict whether a warning, such as a tag that nobody knows, is a fault too
 */
export function readYaml(text: string, { strict }: { readonly strict: boolean }): ReadYaml {
  if (text.length > maxCharacters)
    return { ok: false, line: 1, code: 'too_long', message: `more than ${maxCharacters} characters` };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const [fault] = [...document.errors, ...(strict ? document.warnings : [])];
  const lineAt = (offset: number) => lines.linePos(offset).line;
  if (fault) {
    const { code, message, pos } = fault;
    return { ok: false, line: lineAt(pos[0]), code, message: message.slice(0, 200) };
  }
  try {
    return { ok: true, raw: document.toJS({ maxAliasCount }), document: document as Document, lineAt };
  } catch (error) {
    return { ok: false, line: 1, code: 'aliases', message: error instanceof Error ? error.message : String(error) };
  }
}
