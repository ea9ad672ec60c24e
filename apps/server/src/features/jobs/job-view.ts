import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { describeSchedule } from '@carillon/core/job/describe-schedule';
import type { JobSpec } from '@carillon/core/job/job-spec';
import { bucketDurations, summariseDurations } from '@carillon/core/run/durations';
import { jobHealthOf } from '@carillon/core/state/states';
import { exitWords } from '../../shared/exit-words.js';
import { runSummaryView } from '../../shared/run-view.js';
import type { JobRow, JobVersionRow, RunMarkRow } from '../../store/job.store.js';
import type { RunSummaryRow } from '../../store/run.store.js';
import type { DayDurationsRow, EndedRunRow } from '../../store/run-comparison.store.js';

/** Exit codes told apart. */
const shownCodes = 30;

type Summary = Response<typeof jobRoutes.list>['items'][number];
type Version = Response<typeof jobRoutes.version>;
type Statistics = Response<typeof jobRoutes.statistics>;

/** A job as lists show it. */
export function summaryOf(row: JobRow, lastRun: RunSummaryRow | undefined): Summary {
  const { id, name, version, spec, assignments, updatedAt } = row;
  return {
    id,
    name,
    version,
    description: spec.description,
    owner: spec.owner,
    enabled: spec.enabled,
    schedule: describeSchedule(spec.schedule),
    assignments,
    lastRun: lastRun ? runSummaryView(lastRun) : null,
    health: jobHealthOf({
      enabled: spec.enabled,
      lastRun: lastRun?.state ?? null,
      failedHosts: assignments.failed,
    }),
    updatedAt: updatedAt.toISOString(),
  };
}

export function newestRunView(row: RunSummaryRow | undefined): Summary['lastRun'] {
  return row ? runSummaryView(row) : null;
}

export function runMarkView({ id, state, startedAt, durationMs }: RunMarkRow): NonNullable<Summary['recent']>[number] {
  return { id, state, startedAt: startedAt.toISOString(), durationMs };
}

/** One version, which never changes. */
export function versionView({ version, createdAt, author, reason, spec, source }: JobVersionRow): Version {
  const text = source === undefined ? {} : { source };
  return { version, createdAt: createdAt.toISOString(), author, reason, spec: specView(spec), ...text };
}

/** Stored as JSON and shown as it is. */
export function specView(spec: JobSpec): Version['spec'] {
  return spec as unknown as Version['spec'];
}

/** Runs that ended, newest first, in figures, and what was usual day by day. */
export function statisticsView(runs: readonly EndedRunRow[], days: readonly DayDurationsRow[]): Statistics {
  const durations = runs.map(({ durationMs }) => durationMs);
  const codes = new Map<number | null, number>();
  const states: NonNullable<Statistics['states']> = {};
  for (const { exitCode, state } of runs) {
    codes.set(exitCode, (codes.get(exitCode) ?? 0) + 1);
    states[state] = (states[state] ?? 0) + 1;
  }
  return {
    runs: runs.length,
    since: runs.at(-1)?.startedAt.toISOString() ?? null,
    durations: summariseDurations(durations),
    buckets: bucketDurations(durations),
    exitCodes: [...codes]
      .sort(([, a], [, b]) => b - a)
      .slice(0, shownCodes)
      .map(([code, count]) => ({ exit: exitWords(code), runs: count })),
    states,
    days: days.map(({ day, ...usual }) => ({ day: day.toISOString(), ...usual })),
  };
}
