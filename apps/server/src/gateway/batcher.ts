import { describeError, StateLog } from '../queue/state-log.js';
import { within } from './within.js';

export interface BatcherOptions<T, R> {
  readonly name: string;
  /** With so much waiting, storing begins at once. */
  readonly maxWeight: number;
  /** Most that is stored together; grows from `maxWeight` to this when more waits. Default: `maxWeight`. */
  readonly mostWeight?: number;
  /** How long the first of a batch waits for others. */
  readonly maxDelayMs: number;
  /** The same while items come so fast that several can be expected meanwhile. Default: `maxDelayMs`. */
  readonly busyDelayMs?: number;
  weigh(item: T): number;
  /**
   * One result for each item, in order. May be called again with the same items after it failed.
   * @param lane number of this flush among those that run at the same time, from 0
   */
  flush(items: readonly T[], lane: number): Promise<readonly R[]>;
  /** How many flushes may run at once, the second and further only when `maxWeight` waits. Default: one. */
  readonly lanes?: number;
  /** Items of one key are stored in the order they came. Default: all have the same. */
  keyOf?(item: T): string;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly weight: number;
  readonly key: string;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/** A place for one flush at a time. */
interface Lane {
  readonly number: number;
  running: Promise<void> | undefined;
}

const firstRetryMs = 100;
const maxRetryMs = 5_000;
const lastWordMs = 100;
/** Worth waiting for: so many items at least within `busyDelayMs`, by what came of late. */
const worthwhileItems = 3;
const rateWindowMs = 50;

/**
 * Collects items of many sockets and stores them together, items of one key in the order they came: while some of them
 * are being stored, the others wait. Few items are stored by one flush at a time, so that little work costs little; many
 * by several. A flush that fails is tried again until it works: the database being away is delay, and sockets stop
 * reading meanwhile.
 */
export class Batcher<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private weight = 0;
  private flushingWeight = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly lanes: readonly Lane[];
  private readonly busyKeys = new Set<string>();
  private stopped = false;
  private failureCount = 0;
  /** Items since the window began, and a millisecond's share of the window before. */
  private readonly arrivals = { sinceMs: 0, count: 0, perMs: 0 };
  private readonly sleepers = new Set<() => void>();
  private readonly state: StateLog;

  constructor(private readonly options: BatcherOptions<T, R>) {
    this.state = new StateLog(options.name);
    this.lanes = Array.from({ length: options.lanes ?? 1 }, (_, number) => ({ number, running: undefined }));
  }

  /** Weight of what is not stored yet. */
  get pendingWeight(): number {
    return this.weight + this.flushingWeight;
  }

  /** Failed attempts to store since the start. */
  get failures(): number {
    return this.failureCount;
  }

  /** @returns the item's result once it is stored */
  add(item: T): Promise<R> {
    if (this.stopped) return Promise.reject(new Error(`${this.options.name}: stopped`));
    return new Promise<R>((resolve, reject) => {
      const weight = this.options.weigh(item);
      const key = this.options.keyOf?.(item) ?? '';
      this.waiting.push({ item, weight, key, resolve, reject });
      this.weight += weight;
      this.noteArrival(Date.now());
      if (this.weight >= this.options.maxWeight) this.begin();
      else if (!this.isBusy) this.wait(this.delayMs);
    });
  }

  /** Stores what is waiting; after `limitMs` what is left is given up (its sender was never told it was stored). */
  async stop(limitMs: number): Promise<void> {
    await within(limitMs, this.empty());
    this.stopped = true;
    for (const wake of this.sleepers) wake();
    // One that waits for its next try ends now; a flush that hangs is not waited for.
    await within(lastWordMs, this.settled());
  }

  private noteArrival(nowMs: number): void {
    const { arrivals } = this;
    const elapsedMs = nowMs - arrivals.sinceMs;
    // Clocks are set back, too.
    if (elapsedMs >= rateWindowMs || elapsedMs < 0) {
      arrivals.perMs = arrivals.count / Math.max(elapsedMs, rateWindowMs);
      arrivals.sinceMs = nowMs;
      arrivals.count = 0;
    }
    arrivals.count += 1;
  }

  /** How long a batch waits for company. */
  private get delayMs(): number {
    const { maxDelayMs, busyDelayMs = maxDelayMs } = this.options;
    return this.arrivals.perMs * busyDelayMs >= worthwhileItems ? busyDelayMs : maxDelayMs;
  }

  private wait(ms: number): void {
    this.timer ??= setTimeout(() => this.begin(), ms);
  }

  private get isBusy(): boolean {
    return this.lanes.some((lane) => lane.running);
  }

  private async empty(): Promise<void> {
    while (!this.stopped && (this.waiting.length > 0 || this.isBusy)) {
      this.begin();
      await Promise.race(this.lanes.flatMap((lane) => lane.running ?? []));
    }
  }

  private async settled(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.running));
  }

  /** Fills lanes: the first with whatever waits, each further one only when that is much. */
  private begin(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const lane of this.lanes) {
      if (lane.running) continue;
      if (this.waiting.length === 0 || (this.isBusy && this.weight < this.options.maxWeight)) return;
      const batch = this.take();
      if (batch.length === 0) return;
      lane.running = this.run(batch, lane.number).finally(() => {
        lane.running = undefined;
        this.goOn();
      });
    }
  }

  /** After a flush: what came meanwhile has waited already, unless it is little and more is coming. */
  private goOn(): void {
    const delayMs = this.delayMs;
    if (this.isBusy || this.weight >= this.options.maxWeight || delayMs === this.options.maxDelayMs) this.begin();
    else if (this.waiting.length > 0) this.wait(delayMs);
  }

  private async run(batch: readonly Waiting<T, R>[], lane: number): Promise<void> {
    const weight = batch.reduce((sum, entry) => sum + entry.weight, 0);
    const keys = new Set(batch.map((entry) => entry.key));
    for (const key of keys) this.busyKeys.add(key);
    this.flushingWeight += weight;
    await this.store(batch, lane);
    this.flushingWeight -= weight;
    for (const key of keys) this.busyKeys.delete(key);
  }

  /** The oldest items whose keys are not being stored; an item that stays keeps back all later ones of its key. */
  private take(): Waiting<T, R>[] {
    const most = this.options.mostWeight ?? this.options.maxWeight;
    const taken: Waiting<T, R>[] = [];
    const left: Waiting<T, R>[] = [];
    let weight = 0;
    for (const entry of this.waiting) {
      if (weight >= most || this.busyKeys.has(entry.key)) left.push(entry);
      else {
        weight += entry.weight;
        taken.push(entry);
      }
    }
    this.weight -= weight;
    this.waiting = left;
    return taken;
  }

  private async store(batch: readonly Waiting<T, R>[], lane: number): Promise<void> {
    const items = batch.map((entry) => entry.item);
    for (let retryMs = firstRetryMs; ; retryMs = Math.min(maxRetryMs, retryMs * 2)) {
      try {
        const results = await this.options.flush(items, lane);
        this.state.works();
        for (const [index, entry] of batch.entries()) entry.resolve(results[index] as R);
        return;
      } catch (error) {
        this.failureCount += 1;
        this.state.fails(error);
        if (!this.stopped) await this.pause(retryMs);
        if (!this.stopped) continue;
        for (const entry of batch) entry.reject(new Error(`not stored: ${describeError(error)}`));
        return;
      }
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.sleepers.add(wake);
    });
  }
}

/**
 * Stores items together; when one of them cannot be stored at all, halves of the batch are tried until it stands
 * alone, so that it cannot block the others.
 * @param isPoison does the error lie in an item?
 * @param alone what becomes of the one item
 */
export async function storeInHalves<T, R>(
  items: readonly T[],
  store: (items: readonly T[]) => Promise<readonly R[]>,
  isPoison: (error: unknown) => boolean,
  alone: (item: T, error: unknown) => Promise<R>,
): Promise<readonly R[]> {
  try {
    return await store(items);
  } catch (error) {
    if (!isPoison(error)) throw error;
    const [only] = items;
    if (items.length === 1 && only !== undefined) return [await alone(only, error)];
    const middle = Math.ceil(items.length / 2);
    const left = await storeInHalves(items.slice(0, middle), store, isPoison, alone);
    return [...left, ...(await storeInHalves(items.slice(middle), store, isPoison, alone))];
  }
}
