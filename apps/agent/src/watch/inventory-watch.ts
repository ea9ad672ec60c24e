import { type FSWatcher, watch } from 'node:fs';
import type { Body } from '@carillon/contract/agent/catalog';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import type { Log } from '../lib/log.js';
import type { ListedTask } from '../scheduler/task-listing.js';

const everyMs = 6 * 3_600_000;
const settleMs = 60_000;
/** Room for the envelope. */
const pageBytes = 180 * 1024;

export interface InventoryPorts {
  readonly list: () => Promise<{ tasks: ListedTask[]; omitted: number }>;
  /** Machine-wide variables that definitions of tasks name. */
  readonly variables: Readonly<Record<string, string>>;
  /** Windows' own task store, watched for changes; undefined where there is none to watch. */
  readonly storeFolder?: string | undefined;
  readonly log: Log;
}

interface Known {
  readonly hash: string;
  readonly omitted: number;
  readonly tasks: ReadonlyMap<string, { readonly hash: string; readonly task: ListedTask }>;
}

/** Tells the centre which tasks the host has: what has changed, and everything when the centre asks for it. */
export class InventoryWatch {
  private send: ((body: Body<'inventory'>) => void) | undefined;
  private known: Known | undefined;
  private timer: NodeJS.Timeout | undefined;
  private soon: NodeJS.Timeout | undefined;
  private watcher: FSWatcher | undefined;
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly ports: InventoryPorts) {}

  start(): void {
    this.collect();
    this.timer = setInterval(() => this.collect(), everyMs);
    if (this.ports.storeFolder === undefined) return;
    try {
      // Gathered: listing costs a process, and installers change many tasks at once.
      const look = () => {
        this.soon ??= setTimeout(() => {
          this.soon = undefined;
          this.collect();
        }, settleMs);
      };
      this.watcher = watch(this.ports.storeFolder, { persistent: false, recursive: true }, look);
      this.watcher.on('error', () => this.watcher?.close());
    } catch {
      // Watching is quick, the interval is sure.
    }
  }

  stop(): Promise<void> {
    clearInterval(this.timer);
    clearTimeout(this.soon);
    this.watcher?.close();
    return this.work;
  }

  /** A session is open: says what there is by its hash alone; a centre that has something else asks. */
  attach(send: (body: Body<'inventory'>) => void): void {
    this.send = send;
    if (this.known) this.tell(this.known, [], [], this.known.hash);
  }

  detach(): void {
    this.send = undefined;
  }

  /** The centre has something else, or wants to know how things are now. */
  onGet(): void {
    this.collect(true);
  }

  private collect(whole = false): void {
    this.work = this.work
      .then(() => this.look(whole))
      .catch((error: unknown) => {
        this.ports.log.warn('the tasks of this host could not be listed', { error: String(error) });
      });
  }

  private async look(whole: boolean): Promise<void> {
    const before = this.known;
    const { tasks, omitted } = await this.ports.list();
    const now = knownOf(tasks, omitted);
    this.known = now;
    if (whole || !before) {
      // The first time the centre may well have it already.
      if (whole) this.tell(now, tasks, [], null);
      else this.tell(now, [], [], now.hash);
      return;
    }
    if (before.hash === now.hash) return;
    const changed = [...now.tasks].flatMap(([path, { hash, task }]) => {
      const old = before.tasks.get(path);
      if (old?.hash === hash) return [];
      return [old?.task.definitionHash === task.definitionHash ? { ...task, definition: null } : task];
    });
    const removed = [...before.tasks.values()].flatMap(({ task }) =>
      now.tasks.has(task.path.toLowerCase()) ? [] : [task.path],
    );
    this.tell(now, changed, removed, before.hash);
  }

  private tell({ hash, omitted }: Known, tasks: readonly ListedTask[], removed: string[], base: string | null): void {
    const pages = pagesOf(tasks);
    for (const [index, page] of pages.entries()) {
      this.send?.({
        hash,
        base,
        page: index + 1,
        pages: pages.length,
        tasks: page,
        removed: index === 0 ? removed : [],
        omitted,
        variables: this.ports.variables,
      });
    }
  }
}

function knownOf(tasks: readonly ListedTask[], omitted: number): Known {
  const entries = tasks.map(
    (task) => [task.path.toLowerCase(), { hash: sha256Hex(JSON.stringify(task)), task }] as const,
  );
  return {
    hash: sha256Hex(entries.map(([path, { hash }]) => `${path}:${hash}\n`).join('')),
    omitted,
    tasks: new Map(entries),
  };
}

function pagesOf(tasks: readonly ListedTask[]): ListedTask[][] {
  const pages: ListedTask[][] = [[]];
  let bytes = 0;
  for (const task of tasks) {
    const size = Buffer.byteLength(JSON.stringify(task));
    if (bytes + size > pageBytes && bytes > 0) {
      pages.push([]);
      bytes = 0;
    }
    pages.at(-1)!.push(task);
    bytes += size;
  }
  return pages;
}
