import { previousOccurrence, scheduleOccurrences } from '@carillon/wintask/schedule/occurrences';
import { isTimed, type Schedule } from '@carillon/wintask/schedule/schedule';
import type { WhyReason } from '../state/states.js';

/** One version of a job, as far as fires depend on it. Instants in epoch milliseconds. */
export interface WhyVersion {
  readonly version: number;
  readonly createdMs: number;
  readonly schedule: Schedule;
  readonly enabled: boolean;
  readonly onMissed: 'run-once' | 'skip';
}

export interface DueFacts {
  readonly nowMs: number;
  /** The time that is asked about; null: the last fire there was. */
  readonly atMs: number | null;
  /** Newest first. */
  readonly versions: readonly WhyVersion[];
  readonly deletedMs: number | null;
  readonly hostTimezone: string;
  readonly spreadKey: string;
}

export type DueFire =
  | { readonly due: true; readonly atMs: number; readonly version: WhyVersion }
  | { readonly due: false; readonly reason: WhyReason; readonly atMs: number; readonly previousMs: number | null };

/** People name the minute, and look at clocks that are a little off. */
const beforeMs = 5 * 60_000;
const afterMs = 60_000;
const yearMs = 366 * 86_400_000;

/** The fire that is meant by a time, under the version of the job that counted then; or why there was none to expect. */
export function findDueFire(facts: DueFacts): DueFire {
  const { nowMs, versions, deletedMs } = facts;
  const atMs = facts.atMs ?? nowMs;
  const none = (reason: WhyReason, schedule: Schedule = []): DueFire => ({
    due: false,
    reason,
    atMs,
    previousMs: lastFire(schedule, { ...facts, atMs: Math.min(atMs, nowMs), withinMs: yearMs }),
  });
  if (deletedMs !== null && deletedMs <= atMs) return none('job_deleted');
  if (facts.atMs === null && versions[0] && !versions[0].enabled) return none('job_disabled');
  const sinceMs = facts.atMs === null ? nowMs - yearMs : facts.atMs - beforeMs;
  // The fire at or before the time named; one just after it only where there is none.
  for (const lateMs of facts.atMs === null ? [0] : [0, afterMs]) {
    const found = lastOf(versions, { ...facts, sinceMs, untilMs: Math.min(nowMs, atMs + lateMs) });
    if (found) return found;
  }
  const inEffect = versions.find(({ createdMs }) => createdMs <= atMs);
  if (!inEffect) return none('job_newer');
  if (!inEffect.enabled) return none('job_disabled');
  const { schedule } = inEffect;
  if (!schedule.some(isTimed)) return none('no_timetable');
  if (
    facts.atMs !== null &&
    nextFire(schedule, { ...facts, fromMs: Math.max(nowMs, sinceMs), untilMs: atMs + afterMs }) !== null
  )
    return none('not_yet');
  const whole = schedule.map(withoutCalendar);
  const reachMs = Math.min(atMs + afterMs, nowMs);
  if (lastFire(whole, { ...facts, atMs: reachMs, withinMs: reachMs - Math.max(sinceMs, inEffect.createdMs) }) !== null)
    return none('calendar', schedule);
  return none('not_due', schedule);
}

/** The last fire in a time; each version counts from its making to the making of the next. */
function lastOf(
  versions: readonly WhyVersion[],
  range: Clocks & { sinceMs: number; untilMs: number },
): Extract<DueFire, { due: true }> | null {
  let endMs = range.untilMs;
  for (const version of versions) {
    const fromMs = Math.max(version.createdMs, range.sinceMs);
    const { enabled, schedule } = version;
    const atMs =
      enabled && fromMs <= endMs ? lastFire(schedule, { ...range, atMs: endMs, withinMs: endMs - fromMs }) : null;
    if (atMs !== null) return { due: true, atMs, version };
    endMs = Math.min(endMs, version.createdMs);
  }
  return null;
}

interface Clocks {
  readonly hostTimezone: string;
  readonly spreadKey: string;
}

function lastFire(
  schedule: Schedule,
  { atMs, withinMs, hostTimezone, spreadKey }: Clocks & { atMs: number; withinMs: number },
): number | null {
  if (withinMs < 0) return null;
  const timed = schedule.filter(isTimed);
  return previousOccurrence(timed, { atMs, withinMs, hostTimezone, spreadKey })?.atMs ?? null;
}

/** The first fire after `fromMs`, at most `untilMs`. */
export function nextFire(
  schedule: Schedule,
  { fromMs, untilMs, hostTimezone, spreadKey }: Clocks & { fromMs: number; untilMs: number },
): number | null {
  const range = { fromMs, untilMs, hostTimezone, spreadKey };
  for (const { atMs } of scheduleOccurrences(schedule.filter(isTimed), range)) return atMs;
  return null;
}

function withoutCalendar(entry: Schedule[number]): Schedule[number] {
  if (!isTimed(entry)) return entry;
  const { calendar: _, ...rest } = entry;
  return rest;
}
