import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { isProcessAlive } from '../runner/process-tree.js';

/**
 * Makes sure that one agent works on a folder: two would number the same events.
 * @returns a function that gives the folder back
 * @throws Error naming the process that has it
 */
export function lockFolder(path: string): () => void {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const file = openSync(path, 'wx', 0o600);
      writeSync(file, String(process.pid));
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const pid = Number(readFileSync(path, 'utf8'));
      if (pid > 0 && pid !== process.pid && isProcessAlive(pid))
        throw new Error(`${path}: another agent works on this folder (process ${pid})`);
      rmSync(path, { force: true });
    }
  }
  throw new Error(`${path}: another agent has just taken this folder`);
}
