/** Times of day in equal steps; all in minutes. A single time has `count` 1 and `step` 0. */
export interface TimeRun {
  start: number;
  step: number;
  count: number;
}

// Two times are clearer to a reader of the task as two triggers than as one that repeats once.
const SHORTEST_RUN = 3;

/** Greatest common divisor; 0 is neutral. */
export function gcd(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : gcd(b, a % b);
}

function longestRun(first: number, rest: Set<number>, sorted: readonly number[]): TimeRun {
  let best: TimeRun = { start: first, step: 0, count: 1 };
  for (const second of sorted) {
    if (second <= first || !rest.has(second)) continue;
    const step = second - first;
    let count = 2;
    while (rest.has(first + count * step)) count++;
    if (count > best.count) best = { start: first, step, count };
    if (count === rest.size) break;
  }
  return best;
}

function greedyRuns(times: readonly number[]): TimeRun[] {
  const rest = new Set(times);
  const runs: TimeRun[] = [];
  for (const first of times) {
    if (rest.size === 0) break;
    if (!rest.has(first)) continue;
    const found = longestRun(first, rest, times);
    const run = found.count >= SHORTEST_RUN ? found : { start: first, step: 0, count: 1 };
    for (let index = 0; index < run.count; index++) rest.delete(first + index * run.step);
    runs.push(run);
  }
  return runs;
}

function grouped(times: readonly number[], key: (time: number) => number): TimeRun[] {
  const groups = new Map<number, number[]>();
  for (const time of times) {
    const group = groups.get(key(time));
    if (group) group.push(time);
    else groups.set(key(time), [time]);
  }
  return [...groups.values()].flatMap(greedyRuns);
}

/**
 * Splits sorted times of day into few runs: as a whole, by minute of the hour, or by hour, whichever needs fewest.
 * Finding the fewest for any set is a hard problem; real expressions are products of regular fields, where this is it.
 */
export function timeRuns(times: readonly number[]): TimeRun[] {
  const whole = greedyRuns(times);
  if (whole.length <= 1) return whole;
  const ways = [whole, grouped(times, (time) => time % 60), grouped(times, (time) => Math.floor(time / 60))];
  return ways.reduce((best, way) => (way.length < best.length ? way : best));
}

/** Like `timeRuns`, with no run crossing the spans [from, to) in which clocks may change; times inside them stand alone. */
export function timeRunsAround(times: readonly number[], spans: readonly { from: number; to: number }[]): TimeRun[] {
  const cuts = [...new Set(spans.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const inside = (time: number) => spans.some(({ from, to }) => time >= from && time < to);
  const segments = new Map<number, number[]>();
  const single: TimeRun[] = [];
  for (const time of times) {
    if (inside(time)) {
      single.push({ start: time, step: 0, count: 1 });
      continue;
    }
    const segment = cuts.filter((cut) => cut <= time).length;
    segments.set(segment, [...(segments.get(segment) ?? []), time]);
  }
  const runs = [...single, ...[...segments.values()].flatMap(timeRuns)];
  return runs.sort((a, b) => a.start - b.start);
}

/** Splits minutes of the hour into cycles `phase, phase + step, …` whose step divides the hour, longest first. */
export function hourCycles(minutes: readonly number[]): { phase: number; step: number }[] {
  const rest = new Set(minutes);
  const cycles: { phase: number; step: number }[] = [];
  for (let step = 1; step <= 60; step++) {
    if (60 % step !== 0) continue;
    for (let phase = 0; phase < step; phase++) {
      if (!cycleIn(rest, phase, step)) continue;
      for (let minute = phase; minute < 60; minute += step) rest.delete(minute);
      cycles.push({ phase, step });
    }
    if (rest.size === 0) break;
  }
  return cycles;
}

function cycleIn(minutes: ReadonlySet<number>, phase: number, step: number): boolean {
  for (let minute = phase; minute < 60; minute += step) if (!minutes.has(minute)) return false;
  return true;
}
