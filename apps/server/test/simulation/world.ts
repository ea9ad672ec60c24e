import { Random } from './random.js';

/** A program under way: what belongs to it dies with it. */
export interface Process {
  readonly name: string;
  readonly pid: number;
  alive: boolean;
  /** Its clock minus the true one. */
  clockAheadMs: () => number;
}

export interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly process: Process | undefined;
  readonly run: () => void;
  cancelled: boolean;
}

/** Time of every simulation's beginning. */
const firstMs = Date.UTC(2026, 0, 5, 8);

/**
 * Time and order. One step is one thing that happens to one process (a timer, a frame, an answer of the database) and
 * everything that follows from it at once; steps come in order of virtual time, so nothing runs beside anything else and
 * a seed always gives the same history.
 */
export class World {
  readonly random: Random;
  trueMs = firstMs;
  current: Process | undefined;
  steps = 0;
  onUncaught: (process: Process | undefined, error: unknown) => void = (_process, error) => {
    throw error;
  };
  private readonly heap: Entry[] = [];
  private order = 0;
  private pids = 1_000;
  private readonly processes = new Map<number, Process>();

  constructor(
    seed: number,
    /** Absent unless somebody reads it: most seeds have nothing to tell. */
    readonly trace?: (line: string) => void,
  ) {
    this.random = new Random(seed);
  }

  get elapsedMs(): number {
    return this.trueMs - firstMs;
  }

  /** What the clock of the running process shows. */
  get clockMs(): number {
    return Math.floor(this.trueMs + (this.current?.clockAheadMs() ?? 0));
  }

  tell(what: () => string): void {
    this.trace?.(
      `${(this.elapsedMs / 1_000).toFixed(3).padStart(9)} ${(this.current?.name ?? '-').padEnd(10)} ${what()}`,
    );
  }

  start(name: string, clockAheadMs: () => number = () => 0): Process {
    this.pids += 1;
    const process = { name, pid: this.pids, alive: true, clockAheadMs };
    this.processes.set(process.pid, process);
    return process;
  }

  kill(process: Process): void {
    process.alive = false;
    this.processes.delete(process.pid);
  }

  isAlive(pid: number): boolean {
    return this.processes.has(pid);
  }

  /** Does something as a process, now. */
  as<T>(process: Process | undefined, run: () => T): T {
    const before = this.current;
    this.current = process;
    try {
      return run();
    } finally {
      this.current = before;
    }
  }

  /** What a process does later; nothing when it is dead by then. */
  after(ms: number, process: Process | undefined, run: () => void): Entry {
    this.order += 1;
    const entry = { atMs: this.trueMs + Math.max(0, ms), order: this.order, process, run, cancelled: false };
    this.push(entry);
    return entry;
  }

  /** Lets the world go on for a while of virtual time. */
  async pass(ms: number): Promise<void> {
    const endMs = this.trueMs + ms;
    await undefined;
    for (let entry = this.heap[0]; entry && entry.atMs <= endMs; entry = this.heap[0]) {
      this.pop();
      if (entry.cancelled || entry.process?.alive === false) continue;
      this.trueMs = entry.atMs;
      await this.step(entry.process, entry.run);
    }
    this.trueMs = endMs;
  }

  async step(owner: Process | undefined, run: () => void): Promise<void> {
    this.steps += 1;
    this.current = owner;
    try {
      run();
    } catch (error) {
      // Whoever died in the middle of it does not care any more; whoever did not would die of it.
      if (owner?.alive !== false) this.onUncaught(owner, error);
    }
    // A tick asked for from within a promise's job comes when no job is left: all that follows from this step is over.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    this.current = undefined;
  }

  private push(entry: Entry): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up] as Entry;
      if (isBefore(parent, entry)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = entry;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= heap.length) break;
      if (down + 1 < heap.length && isBefore(heap[down + 1] as Entry, heap[down] as Entry)) down += 1;
      if (isBefore(last, heap[down] as Entry)) break;
      heap[at] = heap[down] as Entry;
      at = down;
    }
    heap[at] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

let running: World | undefined;

/** The simulation under way. @throws Error outside of one */
export function world(): World {
  if (!running) throw new Error('this belongs to a simulation, and none is under way');
  return running;
}

export function worldOrNone(): World | undefined {
  return running;
}

export function setWorld(next: World | undefined): void {
  running = next;
}
