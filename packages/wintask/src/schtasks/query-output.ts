import type { TaskDefinition } from '../task/definition.js';
import { readTaskElement } from '../task/read-task-xml.js';
import { textOf } from '../text/decode-console-output.js';
import { parseXml } from '../xml/parse-xml.js';
import { splitCsvLine } from './csv-line.js';

/** What schtasks wrote: text, or its bytes, in `codePage` or in what they look like. */
export type QuerySource = string | Uint8Array;
export interface QueryOptions {
  /** The console's page as `chcp` shows it; guessed when missing. */
  codePage?: number | undefined;
}

/** One row of a listing; a task has one row per trigger. Texts are as printed, in the host's language and date format. */
export interface TaskRow {
  path: string;
  nextRun: string;
  status: string;
  host?: string;
  logonMode?: string;
  lastRun?: string;
  /** Signed decimal as printed; undefined when it is not a number. */
  lastResult?: number;
  author?: string;
  command?: string;
  startIn?: string;
  comment?: string;
  runAs?: string;
}

const PLAIN = 3;
const VERBOSE = 28;
// Task names cannot contain quotes, so these stay readable when free text further right breaks the row.
const TRUSTED = 7;

function verboseRow(cells: string[]): TaskRow {
  const [host, path, nextRun, status, logonMode, lastRun, lastResult] = cells as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const code = /^-?\d+$/.test(lastResult) ? { lastResult: Number(lastResult) } : {};
  const row: TaskRow = { path, nextRun, status, host, logonMode, lastRun, ...code };
  if (cells.length !== VERBOSE) return row;
  return { ...row, author: cells[7]!, command: cells[8]!, startIn: cells[9]!, comment: cells[10]!, runAs: cells[14]! };
}

/**
 * Reads `schtasks /query /fo CSV` by position, with 28 columns (`/v`) or 3. The header, which is in the host's
 * language and repeated for each folder, is the first line (also with /nh, when nothing is skipped: a first line whose
 * task column is a path is data). Rows whose free text breaks the quoting keep their first columns only.
 */
export function readQueryCsv(source: QuerySource, options: QueryOptions = {}): TaskRow[] {
  const lines = textOf(source, options).split(/\r?\n/);
  const filled = lines.filter((line) => line.trim() !== '');
  const header = filled[0];
  if (header === undefined) return [];
  const rows: TaskRow[] = [];
  for (const line of filled) {
    const cells = splitCsvLine(line);
    if (cells.length === PLAIN) {
      const [path, nextRun, status] = cells as [string, string, string];
      if (path.startsWith('\\')) rows.push({ path, nextRun, status });
    } else if (cells.length >= TRUSTED && cells[1]!.startsWith('\\')) {
      rows.push(verboseRow(cells));
    }
  }
  return rows;
}

export interface QueriedTask {
  /** From the comment that `/xml ONE` prints before each task, else from the task's URI. */
  path?: string;
  task: TaskDefinition;
}

/** Splits a listing into its documents: with `/xml` they follow each other, with `/xml ONE` they are inside Tasks. */
function documents(text: string): { path?: string; xml: string }[] {
  const found: { path?: string; xml: string }[] = [];
  const start = /<Task[\s>]/g;
  let from = 0;
  for (let match = start.exec(text); match; match = start.exec(text)) {
    const end = text.indexOf('</Task>', match.index);
    // Searched for once: what is never closed must not be gone through again for each start.
    if (end < 0) break;
    const path = pathAbove(text.slice(from, match.index));
    from = end + '</Task>'.length;
    start.lastIndex = from;
    found.push({ ...(path === undefined ? {} : { path }), xml: text.slice(match.index, from) });
  }
  return found;
}

/** The path in the comment that stands directly above a task. */
function pathAbove(text: string): string | undefined {
  const above = text.trimEnd();
  const at = above.lastIndexOf('<!--');
  if (at < 0 || !above.endsWith('-->')) return undefined;
  const comment = above.slice(at + 4, -3).trim();
  return comment.startsWith('\\') ? comment : undefined;
}

/**
 * Reads `schtasks /query /xml` for one task, all tasks, or all in one document. The declaration is skipped, since it
 * claims UTF-16 for bytes in the console's code page. Tasks that cannot be read are left out and counted.
 */
export function readQueryXml(
  source: QuerySource,
  options: QueryOptions = {},
): { tasks: QueriedTask[]; unreadable: number } {
  const tasks: QueriedTask[] = [];
  let unreadable = 0;
  for (const { path, xml } of documents(textOf(source, options))) {
    const parsed = parseXml(xml);
    const read = parsed.ok ? readTaskElement(parsed.root) : undefined;
    if (!read?.ok) {
      unreadable += 1;
      continue;
    }
    const own = path ?? read.task.registrationInfo?.uri;
    tasks.push({ ...(own === undefined ? {} : { path: own }), task: read.task });
  }
  return { tasks, unreadable };
}
