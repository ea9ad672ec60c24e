import { textOf } from '../text/decode-console-output.js';
import type { QueryOptions, QuerySource, TaskRow } from './query-output.js';

// Places of the fields after the task's name; labels are in the host's language and are not read. Source: recorded output.
const NEXT_RUN = 1;
const STATUS = 2;
const LOGON_MODE = 3;
const LAST_RUN = 4;
const LAST_RESULT = 5;
const AUTHOR = 6;
const COMMAND = 7;
const START_IN = 8;
const COMMENT = 9;
/** From the end, since texts of several lines stand before it. */
const RUN_AS_FROM_END = 14;
/** Fields with the task's name up to the account; fewer mean that the list was short or cut. */
const VERBOSE_FIELDS = 14;
/** Fields with the task's name; fewer mean that lines were left out, so that places further down are not sure. */
const ALL_FIELDS = 27;

/**
 * Reads `schtasks /query /fo LIST`, short or with `/v`, in any language: by the order of lines, with the task's path as
 * the anchor, since only it begins with a backslash. A value that goes over several lines is put together again.
 */
export function readQueryList(source: QuerySource, options: QueryOptions = {}): TaskRow[] {
  return joined(blocksOf(textOf(source, options))).flatMap((values) => {
    // A folder's line stands above its first task and begins with a backslash too; a task's line follows the host's.
    const isFolder = values[0]?.startsWith('\\') === true && values.slice(1, 3).some((value) => value.startsWith('\\'));
    const fields = isFolder ? values.slice(1) : values;
    const at = fields.findIndex((value) => value.startsWith('\\'));
    // An empty folder is a path with a notice; a task has a next run and a status.
    return at < 0 || at > 1 || fields.length - at <= STATUS ? [] : [rowOf(fields, at)];
  });
}

function rowOf(fields: readonly string[], at: number): TaskRow {
  const field = (place: number) => fields[at + place];
  const row: TaskRow = { path: field(0) ?? '', nextRun: field(NEXT_RUN) ?? '', status: field(STATUS) ?? '' };
  if (at === 1) row.host = fields[0] ?? '';
  if (fields.length - at < VERBOSE_FIELDS) return row;
  const result = field(LAST_RESULT) ?? '';
  return {
    ...row,
    logonMode: field(LOGON_MODE) ?? '',
    lastRun: field(LAST_RUN) ?? '',
    ...(/^-?\d+$/.test(result) ? { lastResult: Number(result) } : {}),
    author: field(AUTHOR) ?? '',
    command: field(COMMAND) ?? '',
    startIn: field(START_IN) ?? '',
    comment: field(COMMENT) ?? '',
    ...(fields.length - at < ALL_FIELDS ? {} : { runAs: fields[fields.length - RUN_AS_FROM_END] ?? '' }),
  };
}

/** Puts a task together again that an empty line within a value has cut: its second part has no path at its head. */
function joined(blocks: readonly string[][]): string[][] {
  const tasks: string[][] = [];
  for (const block of blocks) {
    const whole = tasks.at(-1);
    const isRest = !block.slice(0, 3).some((value) => value.startsWith('\\'));
    if (isRest && whole && whole.length > STATUS && whole.length < ALL_FIELDS) whole.push(...block);
    else tasks.push([...block]);
  }
  return tasks;
}

/** The values of each block of lines; blocks are parted by empty lines. */
function blocksOf(text: string): string[][] {
  const blocks: string[][] = [];
  let block: string[] | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') {
      block = undefined;
      continue;
    }
    const value = /^[^\s:：][^:：]*[:：](?:\s+(.*))?$/.exec(line);
    if (!block) {
      block = [];
      blocks.push(block);
    }
    if (value) block.push((value[1] ?? '').trim());
    else if (block.length > 0) block[block.length - 1] += `\n${line.trim()}`;
  }
  return blocks;
}
