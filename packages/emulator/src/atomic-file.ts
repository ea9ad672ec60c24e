import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { whileHeld } from './while-held.js';

let written = 0;

/** Writes a file so that readers see the old content or the new one, never a part. Makes the folders it needs. */
export function writeAtomic(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  // A leading dot: listings of tasks and requests skip unfinished files.
  const temporary = `${dirname(file)}/.${process.pid}-${written++}.tmp`;
  try {
    writeFileSync(temporary, content);
    whileHeld(() => renameSync(temporary, file));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
