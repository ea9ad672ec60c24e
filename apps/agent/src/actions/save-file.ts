import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { judgePaths } from '@carillon/core/policy/host-policy';
import { pathProblem } from '@carillon/core/policy/program-path';
import { retryWhileHeld } from '../lib/retry-while-held.js';
import { type ActionContext, WrongDefinition } from './action-context.js';
import { reasonOf } from './action-report.js';
import { inHeldFolder } from './held-folder.js';
import { ignoresCase, isSamePath, realFolder } from './real-folder.js';

/** Where a file is to stand: its folder as it really is, and its name. */
export interface FilePlace {
  readonly folder: string;
  readonly name: string;
}

/**
 * Looks whether a file may stand at a path of a definition: the folder is there, no link leads to it, and the host's owner
 * allows it.
 * @throws WrongDefinition; Error when the folder is not there
 */
export function placeOf(path: string, field: string, context: ActionContext): FilePlace {
  const why = pathProblem(path);
  if (why !== undefined) throw new WrongDefinition(`${field}: ${path}: ${why}`);
  const verdict = judgePaths(context.policy, [path], ignoresCase);
  if (!verdict.ok) throw new WrongDefinition(`${field}: ${verdict.message}`);
  const place = { folder: realFolder(dirname(path), field, { ...context, policy: {} }), name: basename(path) };
  const found = lstatSync(join(place.folder, place.name), { throwIfNoEntry: false });
  if (found && !found.isFile()) throw new WrongDefinition(`${field}: ${path} is there, and is no file`);
  return place;
}

/**
 * Puts a file in its place whole or not at all: written beside it, brought to the disk, then renamed. What an earlier run
 * left that was killed meanwhile is removed.
 * @throws Error saying why; what was there before is untouched then
 */
export function saveFile({ folder, name }: FilePlace, content: Uint8Array): void {
  removeLeft(folder, name);
  const temporary = partialName(name, process.pid);
  try {
    inFolder(folder, temporary, (entry) => write(entry, content));
    inFolder(folder, name, (entry) => {
      retryWhileHeld(() => renameSync(join(dirname(entry), temporary), entry));
    });
  } catch (error) {
    rmSync(join(folder, temporary), { force: true });
    throw new Error(`${join(folder, name)}: ${reasonOf(error)}`);
  }
}

function write(path: string, content: Uint8Array): void {
  const file = openSync(path, 'wx', 0o640);
  try {
    for (let written = 0; written < content.length; ) written += writeSync(file, content, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function partialName(name: string, pid: number): string {
  return `.${name}.${pid}.partial`;
}

/** Of processes that are no more. */
function removeLeft(folder: string, name: string): void {
  for (const entry of readdirSync(folder)) {
    const pid = entry.startsWith(`.${name}.`) ? /\.(\d{1,10})\.partial$/.exec(entry)?.[1] : undefined;
    if (pid === undefined || entry !== partialName(name, Number(pid))) continue;
    if (Number(pid) === process.pid || !isAlive(Number(pid))) rmSync(join(folder, entry), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** As `inHeldFolder`, for an entry that need not be there: on Windows the folder itself is held open. */
export function inFolder(folder: string, name: string, work: (entry: string) => void): void {
  if (process.platform !== 'win32') {
    inHeldFolder(folder, name, work);
    return;
  }
  const held = openSync(folder, 'r');
  try {
    if (!isSamePath(realpathSync.native(folder), folder)) throw new Error('its folder leads elsewhere now');
    work(join(folder, name));
  } finally {
    closeSync(held);
  }
}
