const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** Borders people think in, for durations of very different size; in milliseconds. */
const borders = [
  ...[0, 100, 200, 500],
  ...[1, 2, 5, 10, 30].map((seconds) => seconds * secondMs),
  ...[1, 2, 5, 10, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 4, 8, 24, 72, 240, 1_000].map((hours) => hours * hourMs),
];
/** Steps of a scale for durations of about the same size. */
const steps = borders.slice(1).flatMap((border) => [border / 10, border / 4, border / 2, border]);
const most = 12;

export interface DurationSummary {
  readonly minMs: number;
  readonly medianMs: number;
  /** 95 of 100 took no longer. */
  readonly p95Ms: number;
  readonly maxMs: number;
}

export interface DurationBucket {
  readonly fromMs: number;
  readonly toMs: number;
  readonly runs: number;
}

/** @param durations in milliseconds, in any order @returns null for none */
export function summariseDurations(durations: readonly number[]): DurationSummary | null {
  const sorted = [...durations].sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return null;
  return { minMs: min, medianMs: quantile(sorted, 0.5), p95Ms: quantile(sorted, 0.95), maxMs: max };
}

/** How often which duration came: even steps where all are of about the same size, growing ones else. Without gaps. */
export function bucketDurations(durations: readonly number[]): DurationBucket[] {
  const summary = summariseDurations(durations);
  if (!summary) return [];
  const edges = edgesFor(summary);
  return edges.slice(0, -1).map((fromMs, index) => {
    const toMs = edges[index + 1] ?? Number.POSITIVE_INFINITY;
    return { fromMs, toMs, runs: durations.filter((ms) => ms >= fromMs && ms < toMs).length };
  });
}

function edgesFor({ minMs, maxMs }: DurationSummary): number[] {
  if (maxMs >= minMs * 8) {
    const first = borders.findLastIndex((border) => border <= minMs);
    const last = borders.findIndex((border) => border > maxMs);
    return last === -1 ? [...borders.slice(first), maxMs + 1] : borders.slice(first, last + 1);
  }
  const step =
    steps.find((candidate) => (maxMs - minMs) / candidate < most - 1) ?? Math.ceil((maxMs - minMs + 1) / most);
  const from = Math.floor(minMs / step) * step;
  const count = Math.floor((maxMs - from) / step) + 1;
  return Array.from({ length: count + 1 }, (_, index) => from + index * step);
}

/** The nearest-rank quantile, a duration that was really there. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
