import { readFileSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { StoppedBy } from '@carillon/core/run/outcome';
import { writeFileDurably } from '../state/files.js';

const pollMs = 1_000;

export function stopFileOf(folder: string, runId: string): string {
  return join(folder, runId);
}

/** Tells the runner of a run to end it. */
export function orderStop(folder: string, runId: string, by: Exclude<StoppedBy, 'host'> = 'command'): void {
  writeFileDurably(stopFileOf(folder, runId), by, 0o644);
}

/** Who ordered the run to stop; undefined when nobody did. */
function readOrder(folder: string, runId: string): StoppedBy | undefined {
  try {
    return readFileSync(stopFileOf(folder, runId), 'utf8') === 'replacement' ? 'replacement' : 'command';
  } catch {
    return undefined;
  }
}

/** Who aborted a `StopWatch`'s signal. */
export function stoppedBy(stop: AbortSignal): StoppedBy {
  return stop.reason as StoppedBy;
}

/**
 * Watches for a reason to stop a run: the agent's stop file, or a signal from the host (Task Scheduler's own end,
 * Ctrl-C, shutdown). The abort reason is a `StoppedBy`.
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
      const by = readOrder(folder, runId);
      if (by) this.controller.abort(by);
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
