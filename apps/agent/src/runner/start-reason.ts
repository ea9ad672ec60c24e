import type { Manifest } from '@carillon/core/job/job-spec';
import type { RunTrigger } from '@carillon/core/state/states';
import { compileSchedule } from '@carillon/wintask/schedule/compile';
import { dueAfter, isDue, previousOccurrence } from '@carillon/wintask/schedule/occurrences';
import { isTimed, type Schedule } from '@carillon/wintask/schedule/schedule';
import type { JobMemory } from './job-memory.js';

/** A start order that the agent left for the next start of a job. */
export interface StartTicket {
  /** Null when the agent itself starts the job, for something it watches. */
  readonly commandId: string | null;
  /** Id that the run gets, so that the command's answer can name it before the program starts. */
  readonly runId: string;
  /** A ticket that nobody claimed in time must not explain a later start. */
  readonly expiresAtMs: number;
  /** What the agent saw. */
  readonly cause?: string;
  /** The file that arrived, where it was one. */
  readonly file?: string;
}

export type StartReason =
  | {
      readonly run: true;
      readonly trigger: RunTrigger;
      readonly scheduledForMs: number | null;
      readonly ticket: StartTicket | null;
      /** The occurrence of the timetable that is answered from now on. */
      readonly answeredMs: number | null;
    }
  /** A fire of a superset trigger that the schedule does not mean; leaves no run. */
  | { readonly run: false; readonly reason: string };

export interface StartFacts extends JobMemory {
  readonly nowMs: number;
  /**
   * When Task Scheduler began this start. On a loaded host it is decided seconds later, by when the next occurrence may
   * be due: that one has a start of its own.
   */
  readonly startedMs: number;
  /** When the host started. */
  readonly bootedMs: number;
  readonly hostTimezone: string;
  /** Picks the host's offsets of jitter; the same as at registration. */
  readonly spreadKey?: string;
  readonly ticket: StartTicket | undefined;
  /** Whether another run of the job is under way. */
  readonly isRunning: boolean;
}

/** Task Scheduler starts within seconds; a loaded host may take minutes. Shorter than the shortest step times five. */
const toleranceMs = 4 * 60_000;
/** How long a missed start may be made up for. */
const lateMs = 24 * 3_600_000;
/** A boot trigger fires when the service is up; so long after the boot a start may still be its. */
const bootMs = 15 * 60_000;
/** Timers may fire a little early. */
const earlyMs = 1_000;

type StartedBy = Pick<Manifest, 'schedule' | 'onMissed'>;

/** Why Task Scheduler has just started this job, and whether the start counts. Pure: the runner looks, this decides. */
export function explainStart(manifest: StartedBy, facts: StartFacts): StartReason {
  const { nowMs, ticket, answeredMs } = facts;
  if (ticket && ticket.expiresAtMs >= nowMs)
    return {
      run: true,
      trigger: ticket.commandId === null ? 'watch' : 'command',
      scheduledForMs: null,
      ticket,
      answeredMs,
    };

  const { schedule } = manifest;
  const context = contextOf(facts);
  const timed = schedule.filter(isTimed);
  const due = isDue(timed, { atMs: facts.startedMs, toleranceMs, ...context });
  if (due.due && isUnanswered(due.scheduledForMs, facts)) return answering(due.scheduledForMs);
  if (isDelayOver(schedule, facts)) return scheduled(dueAfter(schedule, facts.lastEndMs) ?? null, answeredMs);
  if (due.due && schedule.length === timed.length) return { run: false, reason: 'already_answered' };
  const missed =
    manifest.onMissed === 'run-once' ? previousOccurrence(timed, { atMs: nowMs, withinMs: lateMs, ...context }) : null;
  if (missed && isUnanswered(missed.atMs, facts)) return answering(missed.atMs);
  if (isSignal(schedule, facts)) return scheduled(null, answeredMs);
  return { run: false, reason: due.due ? 'already_answered' : 'not_due' };
}

function contextOf({ hostTimezone, spreadKey }: StartFacts) {
  return { hostTimezone, ...(spreadKey === undefined ? {} : { spreadKey }) };
}

function isUnanswered(occurrenceMs: number, { answeredMs }: StartFacts): boolean {
  return answeredMs === null || occurrenceMs > answeredMs;
}

/** A fixed delay counts from the end of a run: while one is under way there is none to count from. */
function isDelayOver(schedule: Schedule, { nowMs, lastEndMs, isRunning }: StartFacts): boolean {
  const dueMs = dueAfter(schedule, lastEndMs);
  return dueMs !== undefined && !isRunning && (dueMs === null || nowMs >= dueMs - earlyMs);
}

/**
 * Whether a start that no time explains is a signal's. With exact triggers nothing else can be; with more starts than
 * the schedule means, only a start-up can stand beside (the compiler sees to it), and it is the first one after a boot.
 */
function isSignal(schedule: Schedule, facts: StartFacts): boolean {
  if (!schedule.some(({ kind }) => kind === 'startup' || kind === 'logon' || kind === 'event')) return false;
  const compiled = compileSchedule(schedule, contextOf(facts));
  if (compiled.ok && compiled.exactness === 'exact') return true;
  const { nowMs, bootedMs, lastStartMs } = facts;
  const jitterMs = Math.max(...schedule.map((entry) => (entry.kind === 'startup' ? (entry.jitterMs ?? 0) : 0)));
  return nowMs - bootedMs < bootMs + jitterMs && (lastStartMs === null || lastStartMs < bootedMs);
}

function scheduled(scheduledForMs: number | null, answeredMs: number | null): StartReason {
  return { run: true, trigger: 'schedule', scheduledForMs, ticket: null, answeredMs };
}

function answering(occurrenceMs: number): StartReason {
  return scheduled(occurrenceMs, occurrenceMs);
}
