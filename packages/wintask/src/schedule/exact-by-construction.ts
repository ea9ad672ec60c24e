import { clockChanges } from './clock-changes.js';
import type { GridRule } from './rule.js';
import type { TimeRun } from './time-runs.js';

const MINUTE = 60_000;
const MINUTES_A_DAY = 1_440;

/** Readings of the local day, in minutes, that some day's clocks skip or show twice: from `from` up to `to`. */
interface ChangedSpan {
  from: number;
  to: number;
  kind: 'skipped' | 'repeated';
}

const known = new Map<string, ChangedSpan[]>();

function changedSpans(zone: string): ChangedSpan[] {
  const found = known.get(zone);
  if (found) return found;
  const spans = new Map<string, ChangedSpan>();
  for (const { atMs, beforeMs, afterMs } of clockChanges(zone)) {
    const low = (atMs + Math.min(beforeMs, afterMs)) / MINUTE;
    const from = ((low % MINUTES_A_DAY) + MINUTES_A_DAY) % MINUTES_A_DAY;
    const to = from + Math.abs(afterMs - beforeMs) / MINUTE;
    const kind = afterMs > beforeMs ? 'skipped' : 'repeated';
    spans.set(`${from} ${to} ${kind}`, { from, to, kind });
  }
  const all = [...spans.values()];
  known.set(zone, all);
  return all;
}

function survives({ start, step, count }: TimeRun, { from, to, kind }: ChangedSpan): boolean {
  const end = start + step * (count - 1);
  if (count === 1 || end < from || start >= to) return true;
  // A repetition counts elapsed time: inside a repeated hour it stays in the first pass unless it goes beyond it.
  return kind === 'repeated' && end < to;
}

/**
 * True when runs of times fire exactly as their grid on the clocks of the same zone, which can be told without a
 * simulation: no run crosses the end of a repeated hour or any part of a skipped one, and no two times move to the same
 * instant. A single trigger and a grid give one time the same meaning: the first instant behind a gap, the first of two.
 */
export function runsSurviveChanges(runs: readonly TimeRun[], rule: GridRule): boolean {
  if (rule.everyPass) return false;
  return changedSpans(rule.zone).every((span) => {
    const { from, to, kind } = span;
    // Beyond midnight other days take part; rare enough to simulate.
    if (to >= MINUTES_A_DAY && rule.times.some((time) => time >= from || time <= to - MINUTES_A_DAY)) return false;
    if (kind === 'skipped' && rule.times.filter((time) => time >= from && time <= to).length > 1) return false;
    return runs.every((run) => survives(run, span));
  });
}
