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
  const untilMs = Math.min(nowMs, facts.atMs === null ? nowMs : facts.atMs + afterMs);
  const sinceMs = facts.atMs === null ? nowMs - yearMs : facts.atMs - beforeMs;
  // Each version counts from its making to the making of the next.
  let endMs = untilMs;
  for (const version of versions) {
    const fromMs = Math.max(version.createdMs, sinceMs);
    const found =
      version.enabled && fromMs <= endMs
        ? lastFire(version.schedule, { ...facts, atMs: endMs, withinMs: endMs - fromMs })
        : null;
    if (found !== null) return { due: true, atMs: found, version };
    endMs = Math.min(endMs, version.createdMs);
    if (facts.atMs === null && version === versions[0] && !version.enabled) return none('job_disabled');
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
  if (lastFire(whole, { ...facts, atMs: untilMs, withinMs: untilMs - Math.max(sinceMs, inEffect.createdMs) }) !== null)
    return none('calendar', schedule);
  return none('not_due', schedule);
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
