import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';

/** Given back at a time: room for a few small files, so that the reserve lasts for many. */
const stepBytes = 64 * 1024;

/**
 * Room that is taken ahead of need (`spool/room/reserve`): when a disk is full, results of runs are written in its place.
 * Agent and runners share it.
 */
export function fillReserve(path: string, bytes: number): void {
  const file = openSync(path, existsSync(path) ? 'r+' : 'w', 0o666);
  try {
    const { size } = fstatSync(file);
    // Random: a file system that packs its files would keep no room for zeroes.
    for (let at = size; at < bytes; at += stepBytes)
      writeSync(file, randomBytes(Math.min(stepBytes, bytes - at)), 0, undefined, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Bytes that are kept. */
export function reserveSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Gives a piece back to the disk. @returns false when nothing is left, or it cannot be touched */
export function releaseReserve(path: string): boolean {
  try {
    const file = openSync(path, 'r+');
    try {
      const { size } = fstatSync(file);
      if (size === 0) return false;
      ftruncateSync(file, Math.max(0, size - stepBytes));
      return true;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

/** No room: the disk's, or the account's share of it. */
export function isDiskFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/**
 * Does something that writes, and on a full disk does it again with room from the reserve.
 * @throws what `write` threw last when there is no room to give, or something else is wrong
 */
export function withReserve<T>(reserve: string, write: () => T): T {
  for (;;) {
    try {
      return write();
    } catch (error) {
      if (!isDiskFull(error) || !releaseReserve(reserve)) throw error;
    }
  }
}
