import { isRunUnderWay, type RunState } from '../state/states.js';

/** What is known of a run whose output lies in the database. */
export interface HotRun {
  /** Null: its output came, and no word of the run itself. */
  readonly state: RunState | null;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
}

/** Why output stays where it is, or that it goes. */
export type ArchiveVerdict =
  | { readonly kind: 'move' }
  | { readonly kind: 'stay'; readonly reason: 'unknown_run' | 'under_way' | 'young' };

const dayMs = 86_400_000;

/**
 * Whether a run's output goes from the database to the archive: when the run ended at least `afterDays` ago. One that is
 * under way may write on for weeks, and stays.
 */
export function judgeArchive(run: HotRun, afterDays: number, nowMs: number): ArchiveVerdict {
  if (run.state === null) return { kind: 'stay', reason: 'unknown_run' };
  if (isRunUnderWay(run.state)) return { kind: 'stay', reason: 'under_way' };
  const endedMs = run.finishedAtMs ?? run.startedAtMs;
  return nowMs - endedMs >= afterDays * dayMs ? { kind: 'move' } : { kind: 'stay', reason: 'young' };
}

export interface ArchivedRun {
  readonly runId: string;
  readonly job: string;
  readonly startedAtMs: number;
}

const jobCharacters = 80;

/**
 * Where a run's output lies: `<prefix><day of its start, UTC>/<job>/<run>-<nonce>.gz`.
 * @param prefix ends with `/`, or is empty
 * @param nonce of this attempt: no object is written twice, so that whoever was slow spoils nothing
 */
export function archiveKey(prefix: string, { runId, job, startedAtMs }: ArchivedRun, nonce: string): string {
  const day = new Date(startedAtMs).toISOString().slice(0, 10);
  // Safe in any path, any listing and any shell, and never `.` or `..`; the run's id makes it unique.
  const folder = job.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, jobCharacters) || '-';
  return `${prefix}${day}/${folder}/${runId}-${nonce}.gz`;
}

/** A day of failures is told: below it a store that is being mended wakes nobody, and nothing is lost meanwhile. */
const patienceMs = dayMs;

/**
 * What is to be told of the archive.
 * @param failingSinceMs of the first failure since it last worked; null while it works
 * @param isTold whether an alert about it fires
 */
export function archiveNews(failingSinceMs: number | null, isTold: boolean, nowMs: number): 'fails' | 'works' | null {
  if (failingSinceMs === null) return isTold ? 'works' : null;
  return !isTold && nowMs - failingSinceMs >= patienceMs ? 'fails' : null;
}
