import { limits } from '@carillon/contract/limits';
import { type Problem, problemOf } from '@carillon/core/problem';
import { Composer, type CST, type Document, LineCounter, Parser, parse } from 'yaml';
import { offsetOfPath } from './document-position.js';
import type { Source } from './read-input.js';
import { findShapeProblem } from './yaml-shape.js';

/** A problem and where it stands. */
export type LocatedProblem = Problem & { readonly file: string; readonly line: number; readonly column?: number };

/** One document of a file, and a way to find its fields in the file again. */
export interface ParsedDocument {
  readonly file: string;
  readonly raw: unknown;
  /** Its own part of the file, comments and all; null where that cannot be cut out, or it was made of something else. */
  readonly text: string | null;
  locate(problem: Problem): LocatedProblem;
}

export interface ParsedSource {
  readonly documents: ParsedDocument[];
  readonly problems: LocatedProblem[];
}

/** Aliases may stand for at most so many copies, else a small file could mean gigabytes. */
const maxAliasCount = 50;
const problemsPerFile = 20;

/** YAML (of which JSON is a part) -> documents. Empty documents between others are left out. */
export function parseDocuments(source: Source): ParsedSource {
  const lines = new LineCounter();
  const at = (offset: number, expected: string, got: string): LocatedProblem => {
    const { line, col } = lines.linePos(offset);
    return {
      ...problemOf('', 'wrong_value', expected, got, undefined),
      message: `expected ${expected}, got ${got}`,
      file: source.name,
      line,
      column: col,
    };
  };
  const tokens: CST.Token[] = [];
  for (const token of new Parser(lines.addNewLine).parse(source.text)) {
    const shape = findShapeProblem(token);
    if (shape) return { documents: [], problems: [at(shape.offset, shape.expected, 'more')] };
    tokens.push(token);
  }
  const documents: ParsedDocument[] = [];
  const problems: LocatedProblem[] = [];
  let from = 0;
  for (const document of new Composer({ prettyErrors: false, strict: true, uniqueKeys: true }).compose(
    tokens,
    true,
    source.text.length,
  )) {
    const part = source.text.slice(from, document.range[2]);
    from = document.range[2];
    const faults = [...document.errors, ...document.warnings];
    if (faults.length > 0) {
      problems.push(
        ...faults
          .slice(0, problemsPerFile)
          .map((fault) => at(fault.pos[0], 'valid YAML', yamlMessage(fault, source.text))),
      );
      continue;
    }
    try {
      const raw: unknown = document.toJS({ maxAliasCount });
      if (raw !== null) {
        const text = textOf(part, raw);
        documents.push({ file: source.name, raw, text, locate: locator(source, document, lines) });
      }
    } catch (error) {
      problems.push(at(document.range[0], 'few aliases', error instanceof Error ? error.message : String(error)));
    }
  }
  if (documents.length === 0 && problems.length === 0)
    problems.push(at(0, 'a document with kind, name, …', 'an empty file'));
  return { documents, problems: problems.slice(0, problemsPerFile) };
}

/** A part of a file by itself, without the marks between documents. */
function textOf(part: string, raw: unknown): string | null {
  const text = part.replace(/^(?:\uFEFF)?(?:\s*\n)?---[ \t]*\n/, '').replace(/\n(?:---|\.\.\.)\s*$/, '\n');
  if (text.length > limits.jobSourceCharacters) return null;
  try {
    return JSON.stringify(parse(text, { maxAliasCount, uniqueKeys: false })) === JSON.stringify(raw) ? text : null;
  } catch {
    return null; // two documents, or directives that are said elsewhere
  }
}

function yamlMessage(fault: { code: string; message: string; pos: readonly number[] }, text: string): string {
  if (fault.code !== 'DUPLICATE_KEY') return fault.message.slice(0, 200);
  const key = /^[^:\r\n]{1,60}/.exec(text.slice(fault.pos[0]))?.[0] ?? '';
  return `the key ${JSON.stringify(key)} twice in one map`;
}

function locator(source: Source, document: Document, lines: LineCounter): ParsedDocument['locate'] {
  return (problem) => ({
    ...problem,
    file: source.name,
    line: lines.linePos(offsetOfPath(document, problem.path)).line,
  });
}
