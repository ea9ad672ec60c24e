import { closeSync, constants, existsSync, openSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isSamePath, whereIs } from './real-folder.js';

/** What stands where a path should go on is not what was listed there. */
export class PathMoved extends Error {}

const asFolder = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const openFiles = '/proc/self/fd';

/**
 * Works in a folder below a root that cannot be exchanged for a link meanwhile. On Linux each step down is taken from the
 * open folder above and never through a link, and the work is done through the last one. On Windows a folder cannot be
 * renamed or removed while something below it is open: the entry itself is held open, then where it really is is compared.
 * @param root real path of a folder
 * @param path of an entry below it, parts joined by `/`
 * @param work gets the entry's path, good only meanwhile
 * @throws PathMoved; NodeJS.ErrnoException when something is not there, a link (ELOOP, ENOTDIR), or in use (EBUSY)
 */
export function inHeldFolder<T>(root: string, path: string, work: (entry: string) => T): T {
  if (process.platform !== 'win32' && existsSync(openFiles)) return throughOpenFolders(root, path, work);
  const entry = join(root, path);
  const held = openSync(entry, 'r');
  try {
    if (!isSamePath(whereIs(entry), entry)) throw new PathMoved(`${entry} leads elsewhere now`);
    return work(entry);
  } finally {
    closeSync(held);
  }
}

function throughOpenFolders<T>(root: string, path: string, work: (entry: string) => T): T {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  let held = openSync(root, asFolder);
  try {
    if (readlinkSync(`${openFiles}/${held}`) !== root) throw new PathMoved(`${root} leads elsewhere now`);
    for (const part of parts) {
      const next = openSync(`${openFiles}/${held}/${part}`, asFolder);
      closeSync(held);
      held = next;
    }
    return work(`${openFiles}/${held}/${name}`);
  } finally {
    closeSync(held);
  }
}
