import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { graceMs, type ProcessTree } from '../runner/process-tree.js';

/**
 * A tree as `taskkill /t` finds it, by parent ids [K]: the way when there is no job object. It misses what lost its parent,
 * and measures nothing.
 */
export function taskkillTree(child: ChildProcess): ProcessTree {
  const kill = (...force: string[]) =>
    spawn('taskkill', ['/pid', String(child.pid), '/t', ...force], { stdio: 'ignore', windowsHide: true });
  return {
    end: async () => {
      kill().once('error', () => undefined);
      if (child.exitCode === null && child.signalCode === null)
        await Promise.race([once(child, 'exit'), wait(graceMs, undefined, { ref: false })]);
      // Where it cannot end the tree, the program at least.
      kill('/f')
        .once('error', () => child.kill())
        .once('exit', (code) => code !== 0 && child.kill());
    },
    close: () => undefined,
  };
}
