import { describeTarget, type Target } from '../host/target.js';
import { describeDuration } from '../job/describe-schedule.js';
import { reportDefaults } from './action-limits.js';

/** What the centre is to tell of jobs, and to whom. The host only says when. */
export interface ReportSpec {
  /** Names of channels. */
  readonly to: readonly string[];
  /** Names of jobs, with `*` for any text; null: all that the report may tell of. */
  readonly jobs: readonly string[] | null;
  /** On which hosts; `this`: the one that the report runs on; null: on all. */
  readonly hosts: 'this' | Target | null;
  /** So long before the run; null: since the report before it, from the same host. */
  readonly periodMs: number | null;
}

/** The form of a job file. */
export function reportAsWritten({ to, jobs, hosts, periodMs }: ReportSpec): Readonly<Record<string, unknown>> {
  return {
    to: to.length === 1 ? to[0] : to,
    ...(jobs === null ? {} : { jobs: jobs.length === 1 ? jobs[0] : jobs }),
    ...(hosts === null ? {} : { hosts }),
    ...(periodMs === reportDefaults.periodMs
      ? {}
      : { period: periodMs === null ? 'since-last' : describeDuration(periodMs) }),
  };
}

/** In words, without a full stop: `Night* on this host over the last 1d, for ops-mail`. */
export function describeReport({ to, jobs, hosts, periodMs }: ReportSpec): string {
  const what = jobs === null ? 'all jobs' : jobs.join(', ');
  const where = hosts === null ? '' : ` on ${hosts === 'this' ? 'this host' : describeTarget(hosts)}`;
  const when = periodMs === null ? 'since the last report' : `over the last ${describeDuration(periodMs)}`;
  return `${what}${where} ${when}, for ${to.join(', ')}`;
}
