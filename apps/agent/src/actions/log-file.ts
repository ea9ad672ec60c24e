import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type LogFacts,
  logSignature,
  type MetricsSpec,
  type RotationReason,
  rotatedName,
  rotationReason,
  timeOfRow,
} from '@carillon/core/action/metrics';
import { lockFolder } from '../lib/folder-lock.js';
import { retryWhileHeld } from '../lib/retry-while-held.js';
import { WrongDefinition } from './action-context.js';
import { reasonOf } from './action-report.js';
import { type FilePlace, inFolder } from './save-file.js';

type LogRules = Pick<MetricsSpec, 'format' | 'keep'>;

export interface NextRow {
  readonly header: string;
  readonly row: string;
  readonly nowMs: number;
}

/** What became of a log before a row was added. */
export interface Added {
  readonly rotated: RotationReason | null;
  /** Half a line of a run that was cut short; it is gone. */
  readonly mended: boolean;
  /** The newest row was written later than this one by the clock of this host. */
  readonly newestAtMs: number | undefined;
}

const openAlways = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
/** More than any line has. */
const edgeBytes = 512 * 1024;

/**
 * Adds a row to a log, whole or not at all, after the file was put aside where it is full or old. One run at a time.
 * @throws WrongDefinition when the file is none of this action's; Error saying why it could not be written
 */
export function addRow({ folder, name }: FilePlace, rules: LogRules, next: NextRow): Added {
  const unlock = hold(folder, name);
  try {
    let added: Added | undefined;
    inFolder(folder, name, (entry) => {
      added = addTo(entry, name, rules, next);
    });
    if (!added) throw new Error('nothing was written');
    return added;
  } catch (error) {
    if (error instanceof WrongDefinition) throw error;
    throw new Error(`${join(folder, name)}: ${reasonOf(error)}; no row was added`);
  } finally {
    unlock();
  }
}

/** What a killed run left of its lock counts for nothing. */
function hold(folder: string, name: string): () => void {
  const lock = join(folder, `.${name}.lock`);
  try {
    return lockFolder(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined)
      throw new Error(`${join(folder, name)}: another run adds to it now; no row was added`);
    // A full disk gives room for the file, not for what stands in it.
    rmSync(lock, { force: true });
    throw new Error(`${join(folder, name)}: ${reasonOf(error)}; no row was added`);
  }
}

function addTo(entry: string, name: string, rules: LogRules, next: NextRow): Added {
  let file = openSync(entry, openAlways, 0o640);
  try {
    const mended = mend(file, name, rules);
    const { newestAtMs, ...facts } = factsOf(file, rules);
    const { header, row, nowMs } = next;
    const reason = rotationReason(rules, facts, { header, rowBytes: Buffer.byteLength(row), nowMs });
    if (reason !== undefined) {
      closeSync(file);
      putAside(entry, name, rules.keep.files);
      file = openSync(entry, openAlways, 0o640);
    }
    append(file, reason !== undefined || facts.bytes === 0 ? header + row : row);
    return { rotated: reason ?? null, mended, newestAtMs };
  } finally {
    closeSync(file);
  }
}

/** Takes away what stands after the last line break. A file that does not begin as ours does is left as it is. */
function mend(file: number, name: string, { format }: LogRules): boolean {
  const stat = fstatSync(file);
  if (!stat.isFile()) throw new WrongDefinition(`log: ${name} is no file`);
  const begin = read(file, 0, logSignature[format].length);
  if (!logSignature[format].startsWith(begin))
    throw new WrongDefinition(`log: ${name} is there, and is no log of samples as ${format}`);
  const from = Math.max(0, stat.size - edgeBytes);
  const tail = readBytes(file, from, stat.size - from);
  const whole = from + tail.lastIndexOf(10) + 1;
  if (whole === from && from > 0) throw new WrongDefinition(`log: ${name} has lines that are none of samples`);
  if (whole === stat.size) return false;
  ftruncateSync(file, whole);
  return true;
}

function factsOf(file: number, { format }: LogRules): LogFacts & { newestAtMs: number | undefined } {
  const { size } = fstatSync(file);
  const head = linesOf(read(file, 0, Math.min(size, edgeBytes)));
  const tail = linesOf(read(file, Math.max(0, size - edgeBytes), Math.min(size, edgeBytes)));
  const firstRow = head[format === 'csv' ? 1 : 0] ?? '';
  return {
    bytes: size,
    firstLine: head[0] ?? '',
    firstAtMs: timeOfRow(format, firstRow),
    newestAtMs: timeOfRow(format, tail.at(-1) ?? ''),
  };
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n/g) ?? [];
}

function read(file: number, from: number, bytes: number): string {
  return readBytes(file, from, bytes).toString('utf8');
}

function readBytes(file: number, from: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  return buffer.subarray(0, bytes === 0 ? 0 : readSync(file, buffer, 0, bytes, from));
}

/** Each older file gets the next number, as far as there is none missing; the oldest goes. Cut short, it leaves a gap that is filled the next time. */
function putAside(entry: string, name: string, files: number): void {
  const at = (number: number) => join(dirname(entry), number === 0 ? name : rotatedName(name, number));
  let free = 1;
  while (free < files && existsSync(at(free))) free += 1;
  for (let number = free; number >= 1; number -= 1) retryWhileHeld(() => renameSync(at(number - 1), at(number)));
}

function append(file: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  const { size } = fstatSync(file);
  try {
    for (let written = 0; written < bytes.length; )
      written += writeSync(file, bytes, written, bytes.length - written, size + written);
    fsyncSync(file);
  } catch (error) {
    // Half a row must not stand before the next one.
    ftruncateSync(file, size);
    throw error;
  }
}
