import type { Worker } from 'node:worker_threads';
import type { ActionNews, ActionOrder } from './action-order.js';

/** How an action came to its end, with what it wrote until then. */
export interface ActionEnd {
  readonly how: 'exited' | 'timed-out' | 'stopped';
  /** Null: it did not come to one. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ActionUnderWay {
  readonly end: Promise<ActionEnd>;
  /** Ends it before its time, also while it waits for its turn. */
  stop(): void;
}

interface Task {
  readonly order: ActionOrder;
  readonly timeoutMs: number | null;
  readonly since: number;
  readonly written: { stdout: string; stderr: string };
  readonly done: (end: ActionEnd) => void;
  timer?: NodeJS.Timeout | undefined;
}

export interface PoolRules {
  /** So many hosts work at one time; the others wait for their turn. */
  readonly atOnce: number;
  /** A thread that had nothing to do for so long ends. */
  readonly idleMs: number;
  /** Characters of a stream that are kept. */
  readonly keepCharacters: number;
}

/** Threads that carry out actions of many hosts, a bounded number at one time, one of a job on a host after the other. */
export class ActionPool {
  private readonly waiting: Task[] = [];
  private readonly busy = new Map<Worker, Task>();
  private readonly idle = new Map<Worker, NodeJS.Timeout>();

  constructor(
    private readonly start: () => Worker,
    private readonly rules: PoolRules,
  ) {}

  /** @param timeoutMs from when it is its turn; null: none */
  carryOut(order: ActionOrder, timeoutMs: number | null): ActionUnderWay {
    let task: Task | undefined;
    const end = new Promise<ActionEnd>((done) => {
      const written = { stdout: '', stderr: '' };
      task = { order, timeoutMs, since: performance.now(), written, done };
      this.waiting.push(task);
    });
    this.next();
    return { end, stop: () => task && this.stop(task, 'stopped') };
  }

  /** Whatever is under way is left where it is. */
  async close(): Promise<void> {
    this.waiting.length = 0;
    const workers = [...this.busy.keys(), ...this.idle.keys()];
    for (const { timer } of this.busy.values()) clearTimeout(timer);
    for (const timer of this.idle.values()) clearTimeout(timer);
    this.busy.clear();
    this.idle.clear();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  private next(): void {
    while (this.busy.size < this.rules.atOnce) {
      const at = this.waiting.findIndex((task) => ![...this.busy.values()].some((other) => isSameWork(task, other)));
      const [task] = at < 0 ? [] : this.waiting.splice(at, 1);
      if (!task) return;
      this.give(task);
    }
  }

  private give(task: Task): void {
    const [worker] = this.idle.keys();
    if (worker) clearTimeout(this.idle.get(worker));
    const taken = worker ?? this.hire();
    this.idle.delete(taken);
    this.busy.set(taken, task);
    const waitedMs = Math.round(performance.now() - task.since);
    if (waitedMs > 1_000)
      this.write(
        task,
        'stdout',
        `this is a demo: ${this.rules.atOnce} hosts work at one time, and it was the turn of ${task.order.host} after ${waitedMs} ms\n`,
      );
    if (task.timeoutMs !== null) task.timer = setTimeout(() => this.stop(task, 'timed-out'), task.timeoutMs);
    taken.postMessage(task.order);
  }

  private hire(): Worker {
    const worker = this.start();
    worker.on('message', (news: ActionNews) => {
      const task = this.busy.get(worker);
      if (!task) return;
      if (news.kind === 'wrote') this.write(task, news.stream, news.text);
      else {
        this.rest(worker);
        this.end(task, { how: 'exited', exitCode: news.exitCode });
      }
    });
    const lost = (why: string) => {
      const task = this.busy.get(worker);
      this.busy.delete(worker);
      clearTimeout(this.idle.get(worker));
      this.idle.delete(worker);
      if (!task) return;
      this.write(task, 'stderr', `${why}\n`);
      this.end(task, { how: 'exited', exitCode: 1 });
    };
    worker.on('error', (error) => lost(error instanceof Error ? error.message : String(error)));
    worker.on('exit', () => lost('the thread that carried it out has ended'));
    return worker;
  }

  private rest(worker: Worker): void {
    this.busy.delete(worker);
    const timer = setTimeout(() => {
      this.idle.delete(worker);
      void worker.terminate();
    }, this.rules.idleMs);
    this.idle.set(worker, timer.unref());
  }

  private stop(task: Task, how: 'timed-out' | 'stopped'): void {
    const [worker] = [...this.busy].find(([, other]) => other === task) ?? [];
    const at = this.waiting.indexOf(task);
    if (at >= 0) this.waiting.splice(at, 1);
    else if (!worker) return;
    if (worker) {
      // It does not look up from its work: its thread ends with it.
      this.busy.delete(worker);
      void worker.terminate();
    }
    this.end(task, { how, exitCode: null });
  }

  private end(task: Task, end: Pick<ActionEnd, 'how' | 'exitCode'>): void {
    clearTimeout(task.timer);
    task.done({ ...end, ...task.written });
    this.next();
  }

  private write({ written }: Task, stream: 'stdout' | 'stderr', text: string): void {
    const room = this.rules.keepCharacters - written[stream].length;
    // The last line is for machines, and stays.
    if (text.length <= room || text.startsWith('::result ')) written[stream] += text;
  }
}

function isSameWork({ order: a }: Task, { order: b }: Task): boolean {
  return a.host === b.host && a.job.jobId === b.job.jobId;
}
