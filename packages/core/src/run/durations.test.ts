import { describe, expect, it } from 'vitest';
import { bucketDurations, summariseDurations } from './durations.js';

describe('durations', () => {
  it('have a middle and an end that were really there', () => {
    expect(summariseDurations([])).toBeNull();
    expect(summariseDurations([7])).toEqual({ minMs: 7, medianMs: 7, p95Ms: 7, maxMs: 7 });
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(summariseDurations(hundred)).toEqual({ minMs: 1, medianMs: 50, p95Ms: 95, maxMs: 100 });
  });

  it('of about the same size are counted in even steps', () => {
    const buckets = bucketDurations([60_000, 61_000, 62_500, 71_000]);
    const widths = new Set(buckets.map(({ fromMs, toMs }) => toMs - fromMs));
    expect(widths.size).toBe(1);
    expect(buckets.length).toBeGreaterThan(4);
  });

  it('of very different size are counted in steps that grow', () => {
    const buckets = bucketDurations([150, 900, 4_000, 40_000_000]);
    expect(buckets[0]).toEqual({ fromMs: 100, toMs: 200, runs: 1 });
    expect(buckets.at(-1)).toMatchObject({ runs: 1 });
  });

  it.each([
    [[0]],
    [[0, 1]],
    [[5, 5, 5]],
    [[1, 10_000_000_000]],
    [[999, 1_000, 1_001]],
    [[3_600_000, 3_599_999]],
    [[25_000, 199_999]],
  ])('%j are each in one bucket, none in two, without gaps', (durations) => {
    const buckets = bucketDurations(durations);
    expect(buckets.reduce((sum, { runs }) => sum + runs, 0)).toBe(durations.length);
    expect(buckets.length).toBeLessThanOrEqual(30);
    for (const [index, { fromMs }] of buckets.entries()) if (index > 0) expect(fromMs).toBe(buckets[index - 1]?.toMs);
  });
});
