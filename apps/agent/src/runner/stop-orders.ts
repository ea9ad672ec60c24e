import { existsSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { writeFileDurably } from '../state/files.js';

const pollMs = 1_000;

export function stopFileOf(folder: string, runId: string): string {
  return join(folder, runId);
}

/** Tells the runner of a run to end it. */
export function orderStop(folder: string, runId: string): void {
  writeFileDurably(stopFileOf(folder, runId), '', 0o644);
}

/**
 * Watches for a reason to stop a run: the agent's stop file, or a signal from the host (Task Scheduler's own end,
 * Ctrl-C, shutdown). Abort reasons are `command` and `host`.
 */
export class StopWatch {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly watcher: ReturnType<typeof watch> | undefined;
  private readonly onSignal = () => this.controller.abort('host');

  constructor(
    private readonly folder: string,
    private readonly runId: string,
  ) {
    const look = () => {
      if (existsSync(stopFileOf(folder, runId))) this.controller.abort('command');
    };
    // The watcher is quick where it works (it does not on some network drives); the poll is sure.
    this.timer = setInterval(look, pollMs);
    try {
      this.watcher = watch(folder, { persistent: false }, look);
    } catch {
      this.watcher = undefined;
    }
    process.on('SIGTERM', this.onSignal).on('SIGINT', this.onSignal);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  close(): void {
    clearInterval(this.timer);
    this.watcher?.close();
    process.off('SIGTERM', this.onSignal).off('SIGINT', this.onSignal);
    rmSync(stopFileOf(this.folder, this.runId), { force: true });
  }
}
