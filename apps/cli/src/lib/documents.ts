import { type Document, readDocument } from '@carillon/core/document/read-document';
import { jobFileFromArticleTask } from '@carillon/core/job/article-task';
import { makeProblem, type Problem, type Result } from '@carillon/core/problem';
import type { DocumentKind } from '@carillon/core/state/states';
import type { ExpectedText } from '@carillon/core/text/expected-texts';
import { CliError } from './errors.js';
import type { Io } from './io.js';
import { type LocatedProblem, type ParsedDocument, parseDocuments } from './parse-documents.js';
import { readSources } from './read-input.js';

/** A document that is valid by itself. */
export interface CheckedDocument {
  readonly source: ParsedDocument;
  readonly document: Document;
}

/**
 * Reads and checks everything before any of it is used: all problems of all files are told together.
 * @param convert makes job files of documents in another form
 * @returns groups first, then what alerts are made of, then jobs, since each may name those before it
 * @throws CliError with the problems
 */
export async function readDocuments(
  io: Pick<Io, 'cwd' | 'stdin'>,
  paths: readonly string[],
  convert: (document: ParsedDocument) => Result<ParsedDocument> = (value) => ({ ok: true, value }),
): Promise<CheckedDocument[]> {
  const problems: LocatedProblem[] = [];
  const checked: CheckedDocument[] = [];
  for (const source of await readSources(io, paths)) {
    const parsed = parseDocuments(source);
    problems.push(...parsed.problems);
    for (const original of parsed.documents) {
      const result = check(original, convert);
      if (result.ok) checked.push(result.value);
      else problems.push(...result.problems.map((problem) => result.at.locate(problem)));
    }
  }
  problems.push(...duplicates(checked));
  if (problems.length > 0) throw problemsError(problems);
  const rank = (item: CheckedDocument) => order.indexOf(item.document.kind);
  return checked.sort((a, b) => rank(a) - rank(b));
}

const order: readonly DocumentKind[] = [
  'HostGroup',
  'Calendar',
  'Channel',
  'OnCall',
  'Route',
  'AlertPolicy',
  'Silence',
  'MaintenanceWindow',
  'Freeze',
  'Job',
];

type Checked = { ok: true; value: CheckedDocument } | { ok: false; problems: Problem[]; at: ParsedDocument };

function check(original: ParsedDocument, convert: (document: ParsedDocument) => Result<ParsedDocument>): Checked {
  const converted = convert(original);
  if (!converted.ok) return { ...converted, at: original };
  const source = converted.value;
  const read = readDocument(source.raw);
  return read.ok ? { ok: true, value: { source, document: read.value } } : { ...read, at: source };
}

/** Name of a document of any kind. */
export function nameOf(document: Document): string {
  return document.spec.name;
}

function duplicates(checked: readonly CheckedDocument[]): LocatedProblem[] {
  const first = new Map<string, LocatedProblem>();
  return checked.flatMap(({ source, document }) => {
    const key = `${document.kind} ${nameOf(document).toLowerCase()}`;
    const here = (expected: ExpectedText) =>
      source.locate(makeProblem('name', 'duplicate', expected, nameOf(document)));
    const before = first.get(key);
    if (before) return [here(`a name used once (${before.file}:${before.line} has it too)`)];
    first.set(key, here(`a name used once per ${document.kind}`));
    return [];
  });
}

const shownProblems = 100;

/** All problems as one error: a line each, and the API's error object for `--json`. */
export function problemsError(problems: readonly LocatedProblem[], message?: string): CliError {
  const files = new Set(problems.map((problem) => problem.file)).size;
  const lines = problems
    .slice(0, shownProblems)
    .map(
      ({ file, line, column, message: text }) => `${file}:${line}${column === undefined ? '' : `:${column}`}: ${text}`,
    );
  if (problems.length > shownProblems) lines.push(`… and ${problems.length - shownProblems} more`);
  const count = (value: number, noun: string) => `${value} ${noun}${value === 1 ? '' : 's'}`;
  const summary = message ?? `${count(problems.length, 'problem')} in ${count(files, 'file')}; nothing was changed`;
  return new CliError(summary, { params: { problems: [...problems] }, lines });
}

/** Where each field of a job file stands in the article's form. */
const articlePaths: readonly (readonly [RegExp, string])[] = [
  [/^name/, 'task.name'],
  [/^description/, 'task.description'],
  [/^schedule(\[0\](\.cron)?)?/, 'task.schedule'],
  [/^run(\.program)?/, 'task.script_path'],
  [/^targets(\.groups)?/, 'task.targets'],
];

/** The article's `task:` form as a job file, whose problems still point at the article's fields. */
export function convertArticleTask(document: ParsedDocument): Result<ParsedDocument> {
  const converted = jobFileFromArticleTask(document.raw);
  if (!converted.ok) return converted;
  const locate: ParsedDocument['locate'] = (problem) => {
    const [pattern, path] = articlePaths.find(([candidate]) => candidate.test(problem.path)) ?? [/^$/, 'task'];
    const there = problem.path.replace(pattern, path);
    const message = problem.message.startsWith(problem.path)
      ? there + problem.message.slice(problem.path.length)
      : problem.message;
    return document.locate({ ...problem, path: there, message });
  };
  return { ok: true, value: { file: document.file, raw: converted.value, text: null, locate } };
}
