import { describeError, StateLog } from '../queue/state-log.js';
import { within } from './within.js';

export interface BatcherOptions<T, R> {
  readonly name: string;
  readonly maxWeight: number;
  readonly maxDelayMs: number;
  weigh(item: T): number;
  /** One result for each item, in order. May be called again with the same items after it failed. */
  flush(items: readonly T[]): Promise<readonly R[]>;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly weight: number;
  resolve(result: R): void;
  reject(error: unknown): void;
}

const firstRetryMs = 100;
const maxRetryMs = 5_000;
const lastWordMs = 100;

/**
 * Collects items of many sockets and stores them together. One flush at a time, so that items of one host are stored
 * in the order they came. A flush that fails is tried again until it works: the database being away is delay, and
 * sockets stop reading meanwhile.
 */
export class Batcher<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private weight = 0;
  private flushingWeight = 0;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;
  private failureCount = 0;
  private wake: (() => void) | undefined;
  private readonly state: StateLog;

  constructor(private readonly options: BatcherOptions<T, R>) {
    this.state = new StateLog(options.name);
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
      this.waiting.push({ item, weight, resolve, reject });
      this.weight += weight;
      if (this.weight >= this.options.maxWeight) this.begin();
      else this.timer ??= setTimeout(() => this.begin(), this.options.maxDelayMs);
    });
  }

  /** Stores what is waiting; after `limitMs` what is left is given up (its sender was never told it was stored). */
  async stop(limitMs: number): Promise<void> {
    await within(limitMs, this.empty());
    this.stopped = true;
    this.wake?.();
    // One that waits for its next try ends now; a flush that hangs is not waited for.
    await within(lastWordMs, this.running ?? Promise.resolve());
  }

  private async empty(): Promise<void> {
    while (!this.stopped && (this.waiting.length > 0 || this.running)) {
      this.begin();
      await this.running;
    }
  }

  private begin(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      // Came after the last look, before this line.
      if (this.waiting.length > 0) this.begin();
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.take();
      this.flushingWeight = batch.reduce((sum, entry) => sum + entry.weight, 0);
      await this.store(batch);
      this.flushingWeight = 0;
    }
  }

  private take(): Waiting<T, R>[] {
    let count = 0;
    let weight = 0;
    while (count < this.waiting.length && weight < this.options.maxWeight) {
      weight += this.waiting[count]?.weight ?? 0;
      count += 1;
    }
    this.weight -= weight;
    return this.waiting.splice(0, count);
  }

  private async store(batch: readonly Waiting<T, R>[]): Promise<void> {
    const items = batch.map((entry) => entry.item);
    for (let retryMs = firstRetryMs; ; retryMs = Math.min(maxRetryMs, retryMs * 2)) {
      try {
        const results = await this.options.flush(items);
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
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
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
