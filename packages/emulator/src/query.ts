import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { decodeTaskXml } from '@carillon/wintask/task/read-task-xml';
import { FILE_MISSING, fail, misuse, type Outcome, succeed } from './messages.js';
import type { Options } from './options.js';
import { VERBOSE_COLUMNS, verboseCells } from './query-columns.js';
import { listTasks, type TaskFile } from './task-store.js';

const csv = (cells: readonly string[]) => cells.map((cell) => `"${cell.replace(/"/g, '""')}"`).join(',');

function selected(store: string, name: string | undefined): TaskFile[] {
  const all = listTasks(store);
  if (name === undefined) return all;
  const wanted = (name.startsWith('\\') ? name : `\\${name}`).toLowerCase();
  if (wanted.endsWith('\\')) return all.filter(({ path }) => path.toLowerCase().startsWith(wanted));
  return all.filter(({ path }) => path.toLowerCase() === wanted);
}

function xmlOf(tasks: TaskFile[], one: boolean): string {
  const texts = tasks.map(({ path, file }) => ({ path, xml: decodeTaskXml(readFileSync(file)) }));
  if (!one) return texts.map(({ xml }) => xml).join('\r\n\r\n');
  const bodies = texts.map(({ path, xml }) => `<!-- ${path} -->\r\n${xml.replace(/^<\?xml[^>]*\?>\s*/, '')}`);
  return `<?xml version="1.0" encoding="UTF-16"?>\r\n<Tasks>\r\n${bodies.join('\r\n')}\r\n</Tasks>`;
}

const folderOf = (path: string) => path.slice(0, path.lastIndexOf('\\')) || '\\';

interface Listed {
  folder: string;
  cells: string[];
}

function printCsv(rows: Listed[], columns: readonly string[], header: boolean): string {
  const lines: string[] = [];
  let folder: string | undefined;
  for (const row of rows) {
    // The header comes again for each folder, as it does on Windows.
    if (header && row.folder !== folder) lines.push(csv(columns));
    folder = row.folder;
    lines.push(csv(row.cells));
  }
  return lines.join('\r\n');
}

function printList(rows: Listed[], columns: readonly string[]): string {
  const width = Math.max(...columns.map((name) => name.length)) + 2;
  const blocks: string[] = [];
  let folder: string | undefined;
  for (const row of rows) {
    const lines = columns.map((name, index) => `${`${name}:`.padEnd(width)}${row.cells[index]}`);
    if (row.folder !== folder) lines.unshift(`\r\nFolder: ${row.folder}`);
    folder = row.folder;
    blocks.push(lines.join('\r\n'));
  }
  return blocks.join('\r\n\r\n');
}

function printTable(rows: Listed[], columns: readonly string[], header: boolean): string {
  const widths = columns.map((name, index) => Math.max(name.length, ...rows.map(({ cells }) => cells[index]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => cell.padEnd(widths[index]!))
      .join(' ')
      .trimEnd();
  const head = header ? [line(columns), widths.map((width) => '='.repeat(width)).join(' ')] : [];
  return [...head, ...rows.map(({ cells }) => line(cells))].join('\r\n');
}

/** /query [/tn NAME] [/fo CSV|LIST|TABLE] [/nh] [/v] [/xml [ONE]] */
export function query(store: string, options: Options, hostTimezone: string): Outcome {
  const name = options.get('tn');
  const tasks = selected(store, name);
  if (name !== undefined && tasks.length === 0) return fail(FILE_MISSING);
  const xml = options.get('xml');
  if (xml !== undefined) {
    if (options.has('fo')) return misuse("Invalid syntax. '/FO' option is not allowed with '/XML'.");
    if (xml !== '' && xml.toLowerCase() !== 'one') return misuse(`Invalid argument/option - '${xml}'.`);
    return succeed(xmlOf(tasks, xml !== ''));
  }
  if (tasks.length === 0)
    return succeed('INFO: There are no scheduled tasks presently available at your access level.');
  const format = (options.get('fo') ?? 'TABLE').toUpperCase();
  const header = !options.has('nh');
  const verbose = options.has('v');
  const rows = tasks.flatMap((task) => {
    const cells = verboseCells(store, task, hostTimezone, hostname());
    const shown = verbose ? cells : cells.slice(0, 1).map((row) => [row[1]!, row[2]!, row[3]!]);
    return shown.map((row) => ({ folder: folderOf(task.path), cells: row }));
  });
  const columns = verbose ? VERBOSE_COLUMNS : VERBOSE_COLUMNS.slice(1, 4);
  if (format === 'CSV') return succeed(printCsv(rows, columns, header));
  if (format === 'TABLE') return succeed(printTable(rows, columns, header));
  if (format !== 'LIST') return misuse(`Invalid syntax. '${format}' value is not allowed for '/FO' option.`);
  return header
    ? succeed(printList(rows, columns))
    : misuse('Invalid syntax. \'/NH\' option is allowed only for "TABLE" and "CSV" formats.');
}
