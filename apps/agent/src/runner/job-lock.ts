import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isDiskFull } from '../state/disk-reserve.js';
import { isProcessAlive } from './process-tree.js';

const retryMs = 20;
/** What is done under the lock takes milliseconds: a lock this old was left behind. */
const staleMs = 15_000;
/** Codes with which Windows says that a file is just being removed by somebody else [K]. */
const held = new Set(['EEXIST', 'EPERM', 'EACCES', 'EBUSY']);

/**
 * Does something while no other runner of the job does: several starts of a job may come in the same millisecond, and
 * which of them counts is decided by what the one before wrote down.
 */
export async function underJobLock<T>(folder: string, jobId: string, act: () => T): Promise<T> {
  const path = join(folder, `${jobId}.lock`);
  while (!take(path)) {
    if (isStale(path)) remove(path);
    else await wait(retryMs);
  }
  try {
    return act();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path: string): boolean {
  try {
    const file = openSync(path, 'wx', 0o644);
    try {
      writeSync(file, String(process.pid));
    } finally {
      closeSync(file);
    }
    return true;
  } catch (error) {
    // A full disk must not keep a program from running; the lock without a name in it is held all the same.
    if (isDiskFull(error)) return true;
    if (held.has((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

function isStale(path: string): boolean {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    // An empty one is just being written.
    return Date.now() - statSync(path).mtimeMs > staleMs || (pid > 0 && !isProcessAlive(pid));
  } catch {
    return false;
  }
}

/** Of several that find a lock stale, one takes it away. */
function remove(path: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    rmSync(aside, { force: true });
  } catch {
    // Another was faster.
  }
}
