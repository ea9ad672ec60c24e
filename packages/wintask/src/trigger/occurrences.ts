import { mergeOrdered } from '../schedule/merge-ordered.js';
import type { CalendarTrigger, TimeTrigger, Trigger } from '../task/trigger.js';
import { parseIsoDuration } from '../time/duration.js';
import { parseWallClock } from '../time/wall-clock.js';
import { fromWall } from '../time/zone.js';
import { calendarDays } from './base-times.js';

/** One fire of a native trigger; `trigger` is its place in the list. */
export interface TriggerOccurrence {
  atMs: number;
  trigger: number;
}

const DAY = 86_400_000;

/** True for the kinds of trigger that fire by time. */
export function isTimed(trigger: Trigger): trigger is TimeTrigger | CalendarTrigger {
  return trigger.kind === 'time' || trigger.kind === 'calendar';
}

/** True when at least one enabled trigger fires by time. */
export function hasTimeTriggers(triggers: readonly Trigger[]): boolean {
  return triggers.some((trigger) => isTimed(trigger) && trigger.enabled !== false);
}

/**
 * The instant of a wall-clock reading on a host. Skipped times move to the first existing one (Task Scheduler docs, for
 * weekly and monthly triggers; assumed for daily and one-time ones); of doubled times the first counts (assumed).
 */
export function hostInstant(zone: string, wallMs: number): number {
  const meaning = fromWall(zone, wallMs);
  return meaning.kind === 'overlap' ? meaning.first : meaning.at;
}

/** The instant of a boundary's text, or undefined when it is absent or unreadable. */
export function boundaryInstant(text: string | undefined, zone: string): number | undefined {
  const read = text === undefined ? undefined : parseWallClock(text);
  if (!read) return undefined;
  return read.offsetMs === undefined ? hostInstant(zone, read.wallMs) : read.wallMs - read.offsetMs;
}

/** First fires, before repetition, not before the one that may still repeat at `fromMs`. */
function* baseInstants(
  trigger: TimeTrigger | CalendarTrigger,
  zone: string,
  fromMs: number,
  reach: number,
): Generator<number> {
  const start = trigger.startBoundary === undefined ? undefined : parseWallClock(trigger.startBoundary);
  if (!start) return;
  if (trigger.kind === 'time') {
    yield start.offsetMs === undefined ? hostInstant(zone, start.wallMs) : start.wallMs - start.offsetMs;
    return;
  }
  // A boundary with an offset follows UTC for ever: its calendar is counted in UTC days (assumed for week and month rules).
  const wallMs = start.offsetMs === undefined ? start.wallMs : start.wallMs - start.offsetMs;
  const startDay = Math.floor(wallMs / DAY) * DAY;
  const timeOfDay = wallMs - startDay;
  const fromDay = Math.floor((fromMs - reach) / DAY) * DAY - 2 * DAY;
  for (const dayWall of calendarDays(trigger.schedule, startDay, fromDay)) {
    const at = dayWall + timeOfDay;
    yield start.offsetMs === undefined ? hostInstant(zone, at) : at;
  }
}

/** How far back a fire can still be repeating. An endless calendar repetition lasts until the next fire of its calendar. */
function reachOf(trigger: TimeTrigger | CalendarTrigger, durationMs: number): number {
  if (durationMs !== Number.POSITIVE_INFINITY) return durationMs;
  if (trigger.kind === 'time') return 0;
  const { schedule } = trigger;
  if (schedule.kind === 'day') return schedule.daysInterval * DAY;
  if (schedule.kind === 'week') return schedule.weeksInterval * 7 * DAY;
  return 366 * 8 * DAY;
}

/**
 * Fires of one timed trigger in (fromMs, untilMs]. A repetition counts elapsed time from its fire, its duration is
 * inclusive (MS-TSCH 2.5.3.1), and the next fire of the calendar starts it anew (assumed).
 */
function* firesOf(
  trigger: TimeTrigger | CalendarTrigger,
  zone: string,
  fromMs: number,
  untilMs: number,
): Generator<number> {
  if (trigger.enabled === false) return;
  const interval = parseIsoDuration(trigger.repetition?.interval ?? '') ?? 0;
  const duration = trigger.repetition?.duration;
  const durationMs =
    interval <= 0 ? 0 : duration === undefined ? Number.POSITIVE_INFINITY : (parseIsoDuration(duration) ?? 0);
  const end = Math.min(untilMs, boundaryInstant(trigger.endBoundary, zone) ?? Number.POSITIVE_INFINITY);
  const bases = baseInstants(trigger, zone, fromMs, reachOf(trigger, durationMs));
  let base = bases.next();
  let last = fromMs;
  while (!base.done && base.value <= end) {
    const next = bases.next();
    const stop = Math.min(end, base.value + durationMs, next.done ? Number.POSITIVE_INFINITY : next.value - 1);
    const skipped = interval > 0 ? Math.max(0, Math.floor((last - base.value) / interval)) : 0;
    for (let at = base.value + skipped * interval; at <= stop || at === base.value; at += interval) {
      if (at > last) {
        last = at;
        yield at;
      }
      if (interval <= 0) break;
    }
    base = next;
  }
}

/**
 * Fire times of native time and calendar triggers on a host, strictly after `fromMs` up to and including `untilMs`
 * (default: without end), in order, lazily. Random delays and conditions are not applied. Two triggers that fire at
 * the same instant give two entries, as Task Scheduler makes two start attempts.
 */
export function triggerOccurrences(
  triggers: readonly Trigger[],
  range: { fromMs: number; untilMs?: number; hostTimezone: string },
): Generator<TriggerOccurrence> {
  const { fromMs, untilMs = Number.POSITIVE_INFINITY, hostTimezone } = range;
  function* numbered(trigger: TimeTrigger | CalendarTrigger, index: number): Generator<TriggerOccurrence> {
    for (const atMs of firesOf(trigger, hostTimezone, fromMs, untilMs)) yield { atMs, trigger: index };
  }
  const sources = triggers.flatMap((trigger, index) => (isTimed(trigger) ? [numbered(trigger, index)] : []));
  return mergeOrdered(sources, (found) => found.atMs);
}
