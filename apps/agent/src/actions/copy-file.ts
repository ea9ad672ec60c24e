import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  futimesSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { type Found, isUnchanged } from './walk.js';

/** Of all copying, which is done one piece after the other. */
const buffer = Buffer.allocUnsafe(1024 * 1024);
const readOnly = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

/** The file was written to while it was read; what was read is of no moment. */
export class ChangedMeanwhile extends Error {
  constructor() {
    super('it changed while it was read');
  }
}

/**
 * Copies a listed file piece by piece, with its time. On any error nothing is left at the new place.
 * @param to must not be there yet
 * @param isDurable to the disk and not only to its cache, which takes milliseconds for each file
 * @returns SHA-256 of what was read, in hex
 * @throws ChangedMeanwhile; NodeJS.ErrnoException
 */
export function copyFile(from: string, to: string, found: Found, isDurable = true): string {
  const source = openSync(from, readOnly);
  try {
    if (!isUnchanged(found, fstatSync(source, { bigint: true }))) throw new ChangedMeanwhile();
    const target = openSync(to, 'wx', 0o600);
    try {
      const sha256 = pump(source, (chunk) => writeAll(target, chunk));
      if (!isUnchanged(found, fstatSync(source, { bigint: true }))) throw new ChangedMeanwhile();
      futimesSync(target, seconds(found.modifiedMs), seconds(found.modifiedMs));
      if (isDurable) fsyncSync(target);
      closeSync(target);
      return sha256;
    } catch (error) {
      closeSync(target);
      rmSync(to, { force: true });
      throw error;
    }
  } finally {
    closeSync(source);
  }
}

/** A time for `utimes`: as a number of seconds most are a little less than they should be, and would come back a millisecond younger. */
export function seconds(ms: number): number {
  return (ms + 0.000_5) / 1000;
}

/** SHA-256 of a file's bytes, in hex. */
export function hashFile(path: string): string {
  const file = openSync(path, readOnly);
  try {
    return pump(file, () => undefined);
  } finally {
    closeSync(file);
  }
}

function pump(source: number, take: (chunk: Uint8Array) => void): string {
  const hash = createHash('sha256');
  for (;;) {
    const count = readSync(source, buffer, 0, buffer.length, null);
    if (count === 0) return hash.digest('hex');
    const chunk = buffer.subarray(0, count);
    hash.update(chunk);
    take(chunk);
  }
}

function writeAll(target: number, chunk: Uint8Array): void {
  for (let written = 0; written < chunk.length; ) written += writeSync(target, chunk, written);
}
