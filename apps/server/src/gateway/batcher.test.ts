import { Logger } from '@nestjs/common';
import { describe, expect, it, vi } from 'vitest';
import { Batcher, storeInHalves } from './batcher.js';

Logger.overrideLogger(false);

/** A store whose flushes wait until the test lets them go. */
function gatedStore(maxWeight = 3) {
  const flushes: { items: readonly number[]; succeed(): void; fail(): void }[] = [];
  const batcher = new Batcher<number, number>({
    name: 'Test',
    maxWeight,
    maxDelayMs: 1,
    weigh: () => 1,
    flush: (items) =>
      new Promise((resolve, reject) => {
        flushes.push({
          items,
          succeed: () => resolve(items.map((item) => item * 10)),
          fail: () => reject(new Error('no database')),
        });
      }),
  });
  const flush = async (index: number) => vi.waitFor(() => flushes[index] ?? Promise.reject(new Error('not yet')));
  return { batcher, flushes, flush };
}

describe('a batcher', () => {
  it('stores what is there together, one flush at a time, and answers each item with its own result', async () => {
    const { batcher, flushes, flush } = gatedStore();
    const results = Promise.all([1, 2, 3, 4, 5].map((item) => batcher.add(item)));
    expect((await flush(0)).items).toEqual([1, 2, 3]);
    expect(flushes).toHaveLength(1);
    expect(batcher.pendingWeight).toBe(5);
    flushes[0]?.succeed();
    expect((await flush(1)).items).toEqual([4, 5]);
    flushes[1]?.succeed();
    expect(await results).toEqual([10, 20, 30, 40, 50]);
    expect(batcher.pendingWeight).toBe(0);
  });

  it('tries again with the same items, and answers nobody before it worked', async () => {
    const { batcher, flush } = gatedStore();
    const answered = vi.fn();
    const result = batcher.add(7).then(answered);
    (await flush(0)).fail();
    const second = await flush(1);
    expect(second.items).toEqual([7]);
    expect(answered).not.toHaveBeenCalled();
    expect(batcher.failures).toBe(1);
    second.succeed();
    await result;
    expect(answered).toHaveBeenCalledWith(70);
  });

  it('takes up what comes at the very end of a flush', async () => {
    const batcher = new Batcher<number, number>({
      name: 'Test',
      maxWeight: 1,
      maxDelayMs: 1,
      weigh: () => 1,
      flush: async (items) => items,
    });
    for (let turns = 0; turns < 12; turns += 1) {
      let later: Promise<number> = batcher.add(turns);
      for (let hop = 0; hop < turns; hop += 1) later = later.then((value) => value);
      expect(await later.then((value) => batcher.add(value))).toBe(turns);
    }
  });

  it('waits longer for company while much comes, and not when little does', async () => {
    vi.useFakeTimers();
    try {
      const flushed: number[] = [];
      const flush = async (items: readonly number[]) => {
        flushed.push(items.length);
        return items;
      };
      const limits = { maxWeight: 100, maxDelayMs: 2, busyDelayMs: 10 };
      const batcher = new Batcher<number, number>({ name: 'Test', ...limits, weigh: () => 1, flush });
      const come = async (count: number, everyMs: number) => {
        flushed.length = 0;
        for (let item = 0; item < count; item += 1) {
          void batcher.add(item);
          await vi.advanceTimersByTimeAsync(everyMs);
        }
        return flushed.length;
      };
      expect(await come(20, 20)).toBe(20);
      await come(100, 1);
      expect(await come(100, 1)).toBeLessThanOrEqual(10);
      await come(5, 20);
      expect(await come(20, 20)).toBe(20);
    } finally {
      vi.useRealTimers();
    }
  });

  it('stores what is waiting when it stops, and takes no more', async () => {
    const { batcher, flush } = gatedStore();
    const result = batcher.add(1);
    const stopped = batcher.stop(60_000);
    (await flush(0)).succeed();
    await stopped;
    expect(await result).toBe(10);
    await expect(batcher.add(2)).rejects.toThrow('stopped');
  });

  it('gives up after the limit when the database stays away, and says so to whoever waits', async () => {
    const batcher = new Batcher<number, number>({
      name: 'Test',
      maxWeight: 1,
      maxDelayMs: 1,
      weigh: () => 1,
      flush: () => Promise.reject(new Error('no database')),
    });
    const refused = expect(batcher.add(1)).rejects.toThrow('not stored: no database');
    await batcher.stop(5);
    await refused;
  });

  it('does not wait for a flush that hangs', async () => {
    const { batcher, flush } = gatedStore();
    batcher.add(1).catch(() => undefined);
    await flush(0);
    await batcher.stop(5);
  });
});

describe('storing in halves', () => {
  const isPoison = (error: unknown) => error instanceof RangeError;

  it('stores everything but the items that cannot be stored', async () => {
    const stored: number[] = [];
    const store = async (items: readonly number[]) => {
      if (items.some((item) => item % 5 === 0)) throw new RangeError('poison');
      stored.push(...items);
      return items.map(() => 'stored');
    };
    const items = Array.from({ length: 23 }, (_, index) => index);
    const results = await storeInHalves(items, store, isPoison, () => Promise.resolve('given up'));
    expect(results).toEqual(items.map((item) => (item % 5 === 0 ? 'given up' : 'stored')));
    expect(stored).toEqual(items.filter((item) => item % 5 !== 0));
  });

  it('gives up nothing when the error is not in the data', async () => {
    const alone = vi.fn();
    const failing = storeInHalves([1, 2], () => Promise.reject(new Error('away')), isPoison, alone);
    await expect(failing).rejects.toThrow('away');
    expect(alone).not.toHaveBeenCalled();
  });
});
