import { cpus } from 'node:os';

/** Rates of several rounds: their median, and how far the slowest and fastest are from it. */
export interface Rate {
  readonly perSecond: number;
  /** Slowest and fastest round as a part of the median, 0.95 and 1.04. */
  readonly spread: readonly [slowest: number, fastest: number];
}

/** What every figure depends on. */
export function thisMachine(): { node: string; cpu: string; cores: number } {
  return { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
}

const roundMs = 250;
const rounds = 5;

/**
 * How often per second of one core's time a piece of work is done: time that other programs had does not count, so that
 * a busy machine gives nearly the same figures. One round warms up; each measured round runs for a quarter of a second.
 * @param work does it once and returns how many units that was
 */
export function measure(work: () => number): Rate {
  round(work);
  const rates = Array.from({ length: rounds }, () => round(work)).sort((a, b) => a - b);
  const median = rates[Math.floor(rounds / 2)] ?? 0;
  return { perSecond: median, spread: [(rates[0] ?? 0) / median, (rates.at(-1) ?? 0) / median] };
}

function round(work: () => number): number {
  const startedMs = processorMs();
  let units = 0;
  let elapsedMs = 0;
  do {
    units += work();
    elapsedMs = processorMs() - startedMs;
  } while (elapsedMs < roundMs);
  return (units / elapsedMs) * 1_000;
}

/** Time on the processor so far, the collector's and the compiler's threads included. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
