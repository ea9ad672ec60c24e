import { offsetMs, type Transition, transitions } from '../time/zone.js';

/** Clock changes are judged by the rules known for these years; a law that changes them means compiling again. */
const FROM_MS = Date.UTC(2024, 0, 1);
const UNTIL_MS = Date.UTC(2038, 0, 1);
const MINUTE = 60_000;

const known = new Map<string, Transition[]>();

/** The zone's clock changes in the judged years. */
export function clockChanges(zone: string): Transition[] {
  const found = known.get(zone) ?? transitions(zone, FROM_MS, UNTIL_MS);
  known.set(zone, found);
  return found;
}

/** Distinct sizes of the zone's clock changes in minutes. */
export function shiftMinutes(zone: string): number[] {
  return [...new Set(clockChanges(zone).map(({ beforeMs, afterMs }) => Math.abs(afterMs - beforeMs) / MINUTE))];
}

const knownSpans = new Map<string, readonly { from: number; to: number }[]>();

/** Spans of the local day, in minutes, that the zone's clocks skip or repeat on some day. */
export function changeSpans(zone: string): readonly { from: number; to: number }[] {
  const found = knownSpans.get(zone) ?? findSpans(zone);
  knownSpans.set(zone, found);
  return found;
}

function findSpans(zone: string): { from: number; to: number }[] {
  const spans = new Map<string, { from: number; to: number }>();
  for (const { atMs, beforeMs, afterMs } of clockChanges(zone)) {
    // Skipped: from the old clock's reading to the new one's. Repeated: the other way round.
    const low = atMs + Math.min(beforeMs, afterMs);
    const from = (((low / MINUTE) % 1440) + 1440) % 1440;
    const to = Math.min(1440, from + Math.abs(afterMs - beforeMs) / MINUTE);
    spans.set(`${from}-${to}`, { from, to });
  }
  return [...spans.values()].sort((a, b) => a.from - b.from);
}

/** True when two zones show the same clocks throughout the judged years. */
export function sameClocks(one: string, other: string): boolean {
  if (one === other) return true;
  if (offsetMs(one, FROM_MS) !== offsetMs(other, FROM_MS)) return false;
  const key = (zone: string) =>
    clockChanges(zone)
      .map(({ atMs, afterMs }) => `${atMs}:${afterMs}`)
      .join();
  return key(one) === key(other);
}

/** All differences, in minutes, by which the clocks of `host` run ahead of those of `zone` at some time. */
export function clockDifferences(zone: string, host: string): number[] {
  const instants = [
    FROM_MS,
    ...clockChanges(zone).map((change) => change.atMs),
    ...clockChanges(host).map((change) => change.atMs),
  ];
  return [...new Set(instants.map((at) => (offsetMs(host, at) - offsetMs(zone, at)) / MINUTE))];
}
