import { setTimeout as wait } from 'node:timers/promises';
import type { AgentFolder } from '../state/agent-folder.js';
import { isDiskFull, withReserve } from '../state/disk-reserve.js';
import { noteUnwritten } from '../state/unwritten.js';

type Folder = Pick<AgentFolder, 'reserve' | 'unwritten'>;

/** A full disk is often full for a moment only: a program cleans up its temporary files. */
const patienceMs = 120_000;
const retryMs = 1_000;

/**
 * Writes what a run should leave but can do without: a full disk must not keep the program from running.
 * @returns whether it is on the disk
 * @throws what else goes wrong
 */
export function writeIfRoom(folder: Folder, write: () => void): boolean {
  try {
    withReserve(folder.reserve, write);
    return true;
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    return false;
  }
}

/**
 * Writes a run's outcome: now, from the reserve, or as soon as there is room; else notes that one was lost.
 * @returns whether it is on the disk
 */
export async function writeOutcome(folder: Folder, write: () => void, patience = patienceMs): Promise<boolean> {
  for (let waitedMs = 0; ; waitedMs += retryMs) {
    if (writeIfRoom(folder, write)) return true;
    if (waitedMs >= patience) break;
    await wait(retryMs);
  }
  noteUnwritten(folder.unwritten);
  return false;
}
