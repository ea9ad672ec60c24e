import { randomInt } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { writeFileDurably } from './files.js';

const slots = 4_096;

/**
 * Counts results that found no room on the disk. The file is written ahead, so that a byte in it can be set when
 * nothing can be added to any file.
 */
export function prepareUnwritten(path: string): void {
  if (!existsSync(path)) writeFileDurably(path, Buffer.alloc(slots), 0o666);
}

/** @returns false when not even that could be noted */
export function noteUnwritten(path: string): boolean {
  try {
    const file = openSync(path, 'r+');
    try {
      // Several runners may write at once, so each looks for a place of its own.
      const used = readFileSync(path);
      let slot = randomInt(slots);
      for (let tries = 0; used[slot] && tries < slots; tries += 1) slot = (slot + 1) % slots;
      writeSync(file, Buffer.from([1]), 0, 1, slot);
      return true;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

/** Tells how many were noted, when any were, and forgets them once that is done. */
export function takeUnwritten(path: string, tell: (count: number) => void): void {
  if (!existsSync(path)) return;
  const file = readFileSync(path);
  if (!file.includes(1)) return;
  const noted = [...file].flatMap((byte, slot) => (byte ? [slot] : []));
  tell(noted.length);
  const handle = openSync(path, 'r+');
  try {
    for (const slot of noted) writeSync(handle, Buffer.from([0]), 0, 1, slot);
  } finally {
    closeSync(handle);
  }
}
