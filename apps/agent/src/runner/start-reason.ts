import type { Manifest } from '@carillon/core/job/job-spec';
import type { RunTrigger } from '@carillon/core/state/states';
import { isDue, previousOccurrence } from '@carillon/wintask/schedule/occurrences';

/** A start order that the agent left for the next start of a job. */
export interface StartTicket {
  readonly commandId: string;
  /** Id that the run gets, so that the command's answer can name it before the program starts. */
  readonly runId: string;
  /** A ticket that nobody claimed in time must not explain a later start. */
  readonly expiresAtMs: number;
}

export type StartReason =
  | {
      readonly run: true;
      readonly trigger: RunTrigger;
      readonly scheduledForMs: number | null;
      readonly ticket: StartTicket | null;
    }
  /** A fire of a superset trigger that the schedule does not mean; leaves no run. */
  | { readonly run: false; readonly reason: string };

export interface StartFacts {
  readonly nowMs: number;
  readonly hostTimezone: string;
  readonly ticket: StartTicket | undefined;
  /** Occurrence that the job's last scheduled run answered. */
  readonly answeredMs: number | null;
}

/** Task Scheduler starts within seconds; a loaded host may take minutes. Shorter than the shortest step times five. */
const toleranceMs = 4 * 60_000;
/** How long a missed start may be made up for. */
const lateMs = 24 * 3_600_000;

/** Why Task Scheduler has just started this job, and whether the start counts. Pure: the runner looks, this decides. */
export function explainStart(manifest: Pick<Manifest, 'schedule' | 'onMissed'>, facts: StartFacts): StartReason {
  const { nowMs, hostTimezone, ticket, answeredMs } = facts;
  if (ticket && ticket.expiresAtMs >= nowMs) return { run: true, trigger: 'command', scheduledForMs: null, ticket };

  const timed = manifest.schedule.filter(
    (entry) => entry.kind === 'cron' || entry.kind === 'every' || entry.kind === 'at',
  );
  if (timed.length > 0) {
    const due = isDue(timed, { atMs: nowMs, hostTimezone, toleranceMs });
    if (due.due && (answeredMs === null || due.scheduledForMs > answeredMs)) return scheduled(due.scheduledForMs);
    if (due.due && manifest.schedule.length === timed.length) return { run: false, reason: 'already_answered' };
    const missed =
      manifest.onMissed === 'run-once'
        ? previousOccurrence(timed, { atMs: nowMs, hostTimezone, withinMs: lateMs })
        : undefined;
    if (missed && (answeredMs === null || missed.atMs > answeredMs)) return scheduled(missed.atMs);
  }
  if (timed.length < manifest.schedule.length) return scheduled(null);
  return { run: false, reason: 'not_due' };
}

function scheduled(scheduledForMs: number | null): StartReason {
  return { run: true, trigger: 'schedule', scheduledForMs, ticket: null };
}
