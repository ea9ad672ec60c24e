import { setTimeout as wait } from 'node:timers/promises';
import { type FolderHolder, folderHolder } from '../lib/folder-lock.js';

const lookMs = 100;
const politeMs = 20_000;
const hardMs = 5_000;

/**
 * Ends the agent that works on a folder, if there is one: first politely, then not. On Windows ending is always at once;
 * an agent loses nothing by it.
 * @returns whether one was running
 * @throws Error when it does not end
 */
export async function stopAgent(lock: string): Promise<boolean> {
  const holder = folderHolder(lock);
  if (!holder) return false;
  for (const [signal, patienceMs] of [
    ['SIGTERM', politeMs],
    ['SIGKILL', hardMs],
  ] as const) {
    try {
      process.kill(holder.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    if (await isSoon(() => folderHolder(lock)?.pid !== holder.pid, patienceMs)) return true;
  }
  throw new Error(`the agent (process ${holder.pid}) does not end; end it by hand and try again`);
}

/** Waits for an agent to take a folder. @returns it, or undefined when none did in time */
export async function agentStarted(lock: string, patienceMs: number): Promise<FolderHolder | undefined> {
  await isSoon(() => folderHolder(lock) !== undefined, patienceMs);
  return folderHolder(lock);
}

async function isSoon(look: () => boolean, patienceMs: number): Promise<boolean> {
  const untilMs = performance.now() + patienceMs;
  while (!look()) {
    if (performance.now() >= untilMs) return false;
    await wait(lookMs);
  }
  return true;
}
