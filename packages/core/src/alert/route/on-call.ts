import { parseWallClock } from '@carillon/wintask/time/wall-clock';
import { offsetMs } from '@carillon/wintask/time/zone';
import { instantOfWall } from '../documents/alert-parts.schema.js';
import type { OnCallLayer, OnCallSpec } from '../documents/on-call.schema.js';
import { type Span, weeklySpans } from '../quiet/weekly-spans.js';

/** Who is on duty, and why he is. */
export interface OnDuty {
  readonly person: string;
  /** `override`, or the name of the layer. */
  readonly by: string;
}

/** Who is on duty at an instant: the last override that holds, else the last layer that has somebody; null: nobody. */
export function onDutyAt(spec: OnCallSpec, nowMs: number): OnDuty | null {
  const override = spec.overrides.findLast(({ from, until }) => Date.parse(from) <= nowMs && nowMs < Date.parse(until));
  if (override) return { person: override.person, by: 'override' };
  for (const layer of spec.layers.toReversed()) {
    const person = personOf(layer, spec.timezone, nowMs);
    if (person !== null) return { person, by: layer.name };
  }
  return null;
}

function personOf(layer: OnCallLayer, zone: string, nowMs: number): string | null {
  const turn = turnAt(layer, zone, nowMs);
  if (turn < 0) return null;
  if (layer.only.length > 0 && weeklySpans(layer.only, zone, { fromMs: nowMs, untilMs: nowMs + 1 }).length === 0)
    return null;
  return layer.people[turn % layer.people.length] ?? null;
}

/** Number of the turn, negative before the first. Hand-overs are on the wall clock: 09:00 stays 09:00 all year. */
function turnAt({ start, turnMs }: OnCallLayer, zone: string, nowMs: number): number {
  const startWall = parseWallClock(start)?.wallMs ?? 0;
  const handOver = (turn: number) => instantOfWall(zone, startWall + turn * turnMs);
  let turn = Math.floor((nowMs + offsetMs(zone, nowMs) - startWall) / turnMs);
  // In a doubled or skipped hour the wall clock alone would hand over twice, or late.
  while (handOver(turn + 1) <= nowMs) turn += 1;
  while (handOver(turn) > nowMs) turn -= 1;
  return turn;
}

/** The next instant after one at which the answer may change; null: never. */
function nextChange(spec: OnCallSpec, nowMs: number): number | null {
  const { timezone: zone } = spec;
  const borders = spec.overrides.flatMap(({ from, until }) => [Date.parse(from), Date.parse(until)]);
  for (const layer of spec.layers) {
    const startWall = parseWallClock(layer.start)?.wallMs ?? 0;
    const turn = turnAt(layer, zone, nowMs);
    borders.push(instantOfWall(zone, startWall + Math.max(0, turn + 1) * layer.turnMs));
    for (const { fromMs, untilMs } of weeklySpans(layer.only, zone, { fromMs: nowMs, untilMs: nowMs + 8 * 86_400_000 }))
      borders.push(fromMs, untilMs);
  }
  const later = borders.filter((border) => border > nowMs);
  return later.length > 0 ? Math.min(...later) : null;
}

export interface DutySpan extends Span {
  /** Null: a gap. */
  readonly duty: OnDuty | null;
}

/** Who is on duty over a time, gaps included, in order. At most a thousand changes are followed. */
export function dutySpans(spec: OnCallSpec, { fromMs, untilMs }: Span): DutySpan[] {
  const found: DutySpan[] = [];
  let at = fromMs;
  for (let steps = 0; at < untilMs && steps < 1_000; steps++) {
    const next = Math.min(nextChange(spec, at) ?? untilMs, untilMs);
    const duty = onDutyAt(spec, at);
    const last = found.at(-1);
    if (last && last.duty?.person === duty?.person && last.duty?.by === duty?.by)
      found[found.length - 1] = { ...last, untilMs: next };
    else found.push({ fromMs: at, untilMs: next, duty });
    at = next;
  }
  return found;
}

/** Times at which nobody would be told. */
export function dutyGaps(spec: OnCallSpec, range: Span): Span[] {
  return dutySpans(spec, range).flatMap(({ fromMs, untilMs, duty }) => (duty ? [] : [{ fromMs, untilMs }]));
}
