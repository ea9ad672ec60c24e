import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type DataFolder, isAlive, type Running, readRunning } from './data-folder.js';

export type LockResult =
  | { readonly ok: true; readonly release: () => void }
  | { readonly ok: false; readonly pid: number; readonly running: Running | undefined };

/** Only one stack runs on a folder. A lock whose owner is dead is taken over. */
export function takeStartLock(folder: DataFolder): LockResult {
  const path = join(folder.root, 'start.lock');
  for (;;) {
    try {
      const file = openSync(path, 'wx', 0o644);
      writeSync(file, String(process.pid));
      closeSync(file);
      return { ok: true, release: () => rmSync(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const pid = ownerOf(path);
    if (pid !== undefined && pid !== process.pid && isAlive(pid))
      return { ok: false, pid, running: readRunning(folder) };
    rmSync(path, { force: true });
  }
}

function ownerOf(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined; // Released between our two looks.
  }
}
