import { type FSWatcher, mkdirSync, watch } from 'node:fs';
import type { DriftWatch } from './drift-watch.js';

const lookMs = 5 * 60_000;
/** Editors write a file several times. */
const settleMs = 2_000;

/**
 * Looks for changed tasks at the start, every five minutes, and soon after a file in Windows' own task store changes,
 * where that can be watched.
 */
export class DriftTimer {
  private interval: NodeJS.Timeout | undefined;
  private soon: NodeJS.Timeout | undefined;
  private watcher: FSWatcher | undefined;
  private looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly drift: Pick<DriftWatch, 'look'>,
    /** Folder that holds our tasks; undefined where there is none to watch. */
    private readonly storeFolder: string | undefined,
  ) {}

  start(): void {
    this.look();
    this.interval = setInterval(() => this.look(), lookMs);
    if (this.storeFolder === undefined) return;
    try {
      mkdirSync(this.storeFolder, { recursive: true });
      this.watcher = watch(this.storeFolder, { persistent: false, recursive: true }, () => this.lookSoon());
      this.watcher.on('error', () => this.watcher?.close());
    } catch {
      // Watching is quick, the interval is sure.
    }
  }

  /** Resolves when the look under way is over. */
  stop(): Promise<void> {
    clearInterval(this.interval);
    clearTimeout(this.soon);
    this.watcher?.close();
    return this.looking;
  }

  private lookSoon(): void {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.look(), settleMs);
  }

  private look(): void {
    this.looking = this.looking.then(() => this.drift.look());
  }
}
