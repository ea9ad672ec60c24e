import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { isSameProcess, processIdentity } from './process-identity.js';

/** The process that works on a folder. */
export interface FolderHolder {
  readonly pid: number;
  /** See `processIdentity`; empty where the system does not tell. */
  readonly identity: string;
  readonly since: string;
}

/**
 * Windows' share mode 0 through libuv (UV_FS_O_EXLOCK): nobody else can open the file until its holder is gone, however
 * that ended, and no process number can be mistaken for another's.
 */
const exclusively = 0x1000_0000;
const readWriteCreate = 0x102;

/**
 * Makes sure that one agent works on a folder: two would number the same events. An agent that was killed does not
 * block its folder, also when its process number belongs to another program by now.
 * @param platform for tests
 * @returns a function that gives the folder back
 * @throws Error naming the process that has it
 */
export function lockFolder(path: string, platform: NodeJS.Platform = process.platform): () => void {
  const guard = platform === 'win32' ? holdExclusively(path) : undefined;
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const file = openSync(path, 'wx', 0o600);
      const self = { pid: process.pid, identity: processIdentity(process.pid), since: new Date().toISOString() };
      writeSync(file, JSON.stringify(self));
      closeSync(file);
      return () => {
        rmSync(path, { force: true });
        if (guard !== undefined) giveBack(path, guard);
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = guard === undefined ? folderHolder(path, platform) : undefined;
      if (holder && holder.pid !== process.pid) throw takenBy(path, holder.pid);
      rmSync(path, { force: true });
    }
  }
  throw new Error(`${path}: another agent has just taken this folder`);
}

/** Who works on a folder now, or undefined: what a dead process left counts for nothing. */
export function folderHolder(path: string, platform: NodeJS.Platform = process.platform): FolderHolder | undefined {
  const holder = readHolder(path);
  if (!holder) return undefined;
  const alive = platform === 'win32' ? isHeld(guardOf(path)) : isSameProcess(holder.pid, holder.identity);
  return alive ? holder : undefined;
}

/** Agents before this one wrote the bare process number. */
function readHolder(path: string): FolderHolder | undefined {
  try {
    const said = JSON.parse(readFileSync(path, 'utf8')) as number | FolderHolder;
    return typeof said === 'number' ? { pid: said, identity: '', since: '' } : said;
  } catch {
    return undefined;
  }
}

function guardOf(path: string): string {
  return `${path}.held`;
}

function holdExclusively(path: string): number {
  try {
    return openSync(guardOf(path), readWriteCreate | exclusively, 0o600);
  } catch (error) {
    if (!isSharingViolation(error)) throw error;
    throw takenBy(path, readHolder(path)?.pid);
  }
}

/** Leaves no file behind, unless the next one holds it already. */
function giveBack(path: string, guard: number): void {
  closeSync(guard);
  try {
    rmSync(guardOf(path), { force: true });
  } catch {
    // Nobody can remove what the next one has open; an empty file that stays harms nobody.
  }
}

function isHeld(guard: string): boolean {
  if (!existsSync(guard)) return false;
  try {
    closeSync(openSync(guard, 'r+'));
    return false;
  } catch (error) {
    return isSharingViolation(error);
  }
}

function isSharingViolation(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EBUSY';
}

function takenBy(path: string, pid: number | undefined): Error {
  return new Error(`${path}: another agent works on this folder${pid === undefined ? '' : ` (process ${pid})`}`);
}
