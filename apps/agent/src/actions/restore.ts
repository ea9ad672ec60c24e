import { closeSync, lstatSync, mkdirSync, openSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { SetHeader } from '@carillon/core/action/backup';
import type { IndexFile, IndexLine } from '@carillon/core/action/backup-index';
import { matchesGlob } from '@carillon/core/action/glob';
import { retryWhileHeld } from '../lib/retry-while-held.js';
import type { ActionResult } from './action-context.js';
import { type ActionReport, describeBytes, reasonOf } from './action-report.js';
import { copyFile, hashFile, seconds } from './copy-file.js';
import { ignoresCase, whereIs } from './real-folder.js';
import { bytesOf, readIndex } from './set-folder.js';
import { foundAt } from './walk.js';

/** Reads every byte that a set can give back, and compares it with the index. What does not fit is named. */
export function verifySet(folder: string, header: SetHeader, report: ActionReport): ActionResult {
  let [files, bytes] = [0, 0];
  for (const line of linesOf(folder, header, report)) {
    if (!('set' in line)) continue;
    try {
      if (hashFile(bytesOf(folder, line)) !== line.sha256) throw new Error('its bytes are not those that were saved');
      files += 1;
      bytes += line.bytes;
    } catch (error) {
      report.problem(`${line.path} (in ${line.set}): ${reasonOf(error)}`);
    }
  }
  report.say(`${header.id}: ${files} of ${header.files} files are as they were saved (${describeBytes(bytes)})`);
  return { set: header.id, files, bytes };
}

export interface RestoreOptions {
  /** Folder below which everything goes, drive and all: `TO\D\data\a.txt`. It is made when it is not there. */
  readonly to: string;
  /** Glob against paths in the set; all of it without one. */
  readonly pattern?: string | undefined;
  /** Files that are there are written over; otherwise they are named and stay. */
  readonly overwrite: boolean;
  readonly isDryRun: boolean;
}

/** Gives files of a set back, byte for byte and with their times; a file stands under its name only when it is whole. */
export function restoreSet(
  folder: string,
  header: SetHeader,
  options: RestoreOptions,
  report: ActionReport,
): ActionResult {
  const { pattern, isDryRun } = options;
  if (!isDryRun) mkdirSync(options.to, { recursive: true });
  const to = isDryRun ? options.to : whereIs(options.to);
  let [files, bytes] = [0, 0];
  for (const line of linesOf(folder, header, report)) {
    if (pattern !== undefined && !matchesGlob(pattern, line.path, ignoresCase)) continue;
    const target = join(to, line.path);
    try {
      if ('unsaved' in line) throw new Error(`it was not saved: ${line.unsaved}`);
      if ('deleted' in line) continue;
      if (isDryRun) report.say(`would restore ${target}`);
      else if ('folder' in line) makeFolders(to, line.path);
      else restoreFile(folder, line, to, options.overwrite);
      if ('folder' in line) continue;
      files += 1;
      bytes += line.bytes;
    } catch (error) {
      report.problem(`${target}: ${reasonOf(error)}`);
    }
  }
  report.say(
    `${header.id}: ${isDryRun ? 'would restore' : 'restored'} ${files} files (${describeBytes(bytes)}) to ${to}`,
  );
  return { set: header.id, files, bytes };
}

function* linesOf(folder: string, header: SetHeader, report: ActionReport): Generator<IndexLine> {
  try {
    yield* readIndex(folder, header);
  } catch (error) {
    report.problem(reasonOf(error));
  }
}

function restoreFile(folder: string, line: IndexFile, to: string, overwrite: boolean): void {
  makeFolders(to, dirname(line.path));
  const target = join(to, line.path);
  const work = join(dirname(target), `.carillon-restore-${process.pid}-${basename(target).slice(0, 40)}`);
  const source = bytesOf(folder, line);
  // The name is taken first: whoever makes a file of this name meanwhile keeps it.
  if (!overwrite) closeSync(openSync(target, 'wx', 0o600));
  try {
    rmSync(work, { force: true });
    const sha256 = copyFile(source, work, foundAt(line.path, lstatSync(source, { bigint: true })));
    if (sha256 !== line.sha256) throw new Error('its bytes are not those that were saved');
    utimesSync(work, seconds(line.modifiedMs), seconds(line.modifiedMs));
    retryWhileHeld(() => renameSync(work, target));
  } catch (error) {
    rmSync(work, { force: true });
    if (!overwrite) rmSync(target, { force: true });
    throw error;
  }
}

/** Makes the folders down to a path, none of which may be a link that is there already. */
function makeFolders(to: string, path: string): void {
  let folder = to;
  for (const name of path.split('/').filter((part) => part !== '.')) {
    folder = join(folder, name);
    try {
      mkdirSync(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (!lstatSync(folder).isDirectory()) throw new Error(`${folder} is no folder of its own`);
  }
}
