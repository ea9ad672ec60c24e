import { previousOccurrence } from '@carillon/wintask/schedule/occurrences';
import { isTimed, type Schedule } from '@carillon/wintask/schedule/schedule';
import type { MissedPolicy } from '../job/job-spec.js';
import type { RunDetail } from '../run/detail-texts.js';

/**
 * A time in which nothing starts by itself on a host, as its desired state says. It holds its own end, so that the host
 * goes on by itself when the centre cannot be reached. Instants in epoch milliseconds.
 */
export interface HostPause {
  readonly id: string;
  readonly fromMs: number;
  readonly untilMs: number;
  /** What becomes of starts that fell into it: each job that had any is started once, or they are left out. */
  readonly afterwards: MissedPolicy;
  readonly by: string;
  readonly reason: string;
}

/** What an agent must be able to do so that a pause means anything to it; one without it would go on starting jobs. */
export const pauseCapability = 'pause';

/** Reason of a start that was left out. */
export const pausedReason = 'paused';

/** Its beginning is when the host hears of it: two clocks need not agree. */
export function isPaused(pause: HostPause, nowMs: number): boolean {
  return nowMs < pause.untilMs;
}

/** `paused by Ann until 2026-11-28T18:00:00.000Z: new storage`. */
export function describePause({ by, untilMs, reason }: Pick<HostPause, 'by' | 'untilMs' | 'reason'>): RunDetail {
  const until = new Date(untilMs).toISOString();
  return reason ? `paused by ${by} until ${until}: ${reason}` : `paused by ${by} until ${until}`;
}

/** The part of the desired state's hash that a pause is. */
export function pauseLine({ id, untilMs, afterwards }: HostPause): string {
  return `pause:${id}:${untilMs}:${afterwards}\n`;
}

/** A pause that replaces one under way begins where that began: what fell into the first is not forgotten. */
export function continuePause(before: HostPause | undefined, now: HostPause): HostPause {
  return before && before.fromMs < now.fromMs ? { ...now, fromMs: before.fromMs } : now;
}

export interface MadeUpFacts {
  readonly pause: HostPause;
  /** When it ended: at its end, or when somebody ended it. */
  readonly endedMs: number;
  readonly hostTimezone: string;
  readonly spreadKey: string;
  /** When the job was last started on the host. */
  readonly lastStartMs: number | null;
}

/**
 * The last start of a timetable that fell into a pause and is to be made up for; null when there is none, or the job has
 * started since. Starts by events are not made up: what they told of is over.
 */
export function startToMakeUp(schedule: Schedule, facts: MadeUpFacts): number | null {
  const { pause, endedMs, hostTimezone, spreadKey, lastStartMs } = facts;
  if (pause.afterwards !== 'run-once' || endedMs <= pause.fromMs) return null;
  if (lastStartMs !== null && lastStartMs >= endedMs) return null;
  const range = { atMs: endedMs, withinMs: endedMs - pause.fromMs, hostTimezone, spreadKey };
  return previousOccurrence(schedule.filter(isTimed), range)?.atMs ?? null;
}
