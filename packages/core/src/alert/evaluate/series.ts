import type { RunState } from '../../state/states.js';
import { mostResults } from '../conditions/series-limits.js';

/** How a run of a job on a host ended. */
export interface Result {
  readonly runId: string;
  /** When it was due, or began where it was not due at any time. */
  readonly atMs: number;
  readonly state: RunState;
  readonly exitCode: number | null;
  readonly durationMs: number | null;
}

/** Oldest first, by when they were due and not by when we heard of them. */
export type Series = readonly Result[];

/** Nothing is known of these, or nothing was tried: they count neither for nor against a job. */
const silent: readonly RunState[] = ['waiting', 'running', 'skipped', 'indeterminate'];

export function counts({ state }: Result): boolean {
  return !silent.includes(state);
}

export function isBad({ state }: Result): boolean {
  return state === 'failed' || state === 'timed_out' || state === 'killed';
}

export function isGood(result: Result): boolean {
  return counts(result) && !isBad(result);
}

/**
 * Puts a result where its time says, in place of what was known of the same run. The same results give the same series in
 * whatever order and however often they come, as long as they fit; older ones than fit are forgotten.
 */
export function withResult(series: Series, result: Result): Series {
  const others = series.filter(({ runId }) => runId !== result.runId);
  if (!counts(result)) return others.length === series.length ? series : others;
  const at = others.findLastIndex((other) => before(other, result)) + 1;
  return [...others.slice(0, at), result, ...others.slice(at)].slice(-mostResults);
}

/** Run ids begin with the time of the start: they settle what was due at the same time. */
function before(one: Result, other: Result): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.runId < other.runId);
}

/** How many results at the end of the series are of a kind, without a break. */
export function streak(series: Series, is: (result: Result) => boolean): number {
  let count = 0;
  for (let index = series.length - 1; index >= 0 && is(series[index] as Result); index -= 1) count += 1;
  return count;
}

/** Good results in a row at the end, of those due after `sinceMs`. */
export function goodsSince(series: Series, sinceMs: number): number {
  return streak(series, (result) => isGood(result) && result.atMs > sinceMs);
}

/** Below so many nobody can say what is usual. */
const fewest = 5;

/** How long good runs take at most, but for one in twenty, in milliseconds; null while too few are known. */
export function usualDuration(series: Series): number | null {
  const known = series.filter(isGood).flatMap(({ durationMs }) => (durationMs === null ? [] : [durationMs]));
  if (known.length < fewest) return null;
  const sorted = known.sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? null;
}

/** Results that flap detection looks at, after Nagios: "Detection and Handling of State Flapping". */
export const flapResults = 21;
/** Newest changes weigh so much more than the oldest: from 0.8 to 1.2. */
const oldestWeight = 0.8;
const newestWeight = 1.2;
const enterShare = 0.5;
const leaveShare = 0.25;

/** Share of weighted changes between good and bad among the last results, from 0 to 1. */
export function changeShare(series: Series): number {
  const last = series.slice(-flapResults);
  const changes = last.length - 1;
  // Of few results each change would weigh too much: the others count as unchanged.
  const step = (newestWeight - oldestWeight) / (flapResults - 2);
  let share = 0;
  for (let index = 1; index <= changes; index += 1) {
    const changed = isBad(last[index] as Result) !== isBad(last[index - 1] as Result);
    if (changed) share += newestWeight - step * (changes - index);
  }
  return share / (flapResults - 1);
}

/** Above half it flaps; it goes on to flap until below a quarter. */
export function isFlapping(series: Series, already: boolean): boolean {
  const share = changeShare(series);
  return already ? share >= leaveShare : share >= enterShare;
}

/** A job's results on all hosts by the minute, for shares over all of them: `[minute, all, bad]`. */
export type Minutes = readonly (readonly [minute: number, all: number, bad: number])[];

const minuteMs = 60_000;

/** Moves the count of a minute; minutes older than `keepMs` are forgotten. */
export function withCount(minutes: Minutes, atMs: number, all: number, bad: number, keepMs: number): Minutes {
  const minute = Math.floor(atMs / minuteMs);
  const oldest = Math.max(minute, minutes.at(-1)?.[0] ?? 0) - Math.ceil(keepMs / minuteMs);
  const kept = minutes.filter(([at]) => at > oldest && at !== minute);
  const old = minutes.find(([at]) => at === minute) ?? [minute, 0, 0];
  if (minute > oldest) kept.push([minute, old[1] + all, old[2] + bad]);
  return kept.sort((a, b) => a[0] - b[0]);
}

/** Counts of the minutes that lie in the window before `nowMs`. */
export function countWithin(minutes: Minutes, windowMs: number, nowMs: number): { all: number; bad: number } {
  let all = 0;
  let bad = 0;
  for (const [minute, more, worse] of minutes) {
    if ((minute + 1) * minuteMs <= nowMs - windowMs) continue;
    all += more;
    bad += worse;
  }
  return { all, bad };
}
