import type { AlertSeverity, RunState } from '../state/states.js';
import type { Period } from './report-period.js';

/** What is known of a job in a period. */
export interface JobFigures {
  readonly job: string;
  /** Runs that began in it. */
  readonly states: Readonly<Partial<Record<RunState, number>>>;
  /** Runs that were expected in it, by what became of them. */
  readonly verdicts: Readonly<Record<string, number>>;
  /** Of the newest runs that ended; null: none did. Milliseconds. */
  readonly averageMs: number | null;
  readonly p95Ms: number | null;
  readonly lastFailure: JobFailure | null;
}

export interface JobFailure {
  readonly runId: string;
  /** An ISO instant. */
  readonly at: string;
  readonly host: string;
  readonly state: RunState;
  /** Unsigned 32 bits; null: it had none. */
  readonly exitCode: number | null;
}

export interface ReportIncident {
  readonly number: number;
  readonly title: string;
  readonly severity: AlertSeverity;
  readonly openedAt: string;
}

/** What was read for a report. */
export interface ReportFacts {
  readonly period: Period;
  readonly jobs: readonly JobFigures[];
  /** Open now, the newest first, and how many there are. */
  readonly incidents: readonly ReportIncident[];
  readonly openIncidents: number;
  /** Names of hosts of these jobs that the centre cannot reach now, and how many there are. */
  readonly unreachable: readonly string[];
  readonly unreachableHosts: number;
}

/** Counts of runs; `unknown`: nobody knows how they went, or whether they were. */
export interface ReportCounts {
  readonly runs: number;
  readonly succeeded: number;
  readonly warnings: number;
  readonly failed: number;
  readonly skipped: number;
  readonly missed: number;
  readonly late: number;
  readonly unknown: number;
}

export interface ReportJob extends ReportCounts {
  readonly job: string;
  readonly averageMs: number | null;
  readonly p95Ms: number | null;
  readonly lastFailure: JobFailure | null;
}

/** What a report tells, in no language. It crosses wires as it is: fields are only ever added. */
export interface Report {
  readonly from: string;
  readonly to: string;
  readonly total: ReportCounts & { readonly jobs: number };
  /** Those with something wrong first, then by name. */
  readonly jobs: readonly ReportJob[];
  /** How many there are beside them. */
  readonly moreJobs: number;
  readonly incidents: readonly ReportIncident[];
  readonly openIncidents: number;
  readonly unreachable: readonly string[];
  readonly unreachableHosts: number;
}

/** A message is to be read: of more jobs the best-behaved are only counted. */
export const reportedJobs = 60;

/** Makes a report of what was read. */
export function composeReport(facts: ReportFacts): Report {
  const { period, incidents, openIncidents, unreachable, unreachableHosts } = facts;
  const jobs = facts.jobs.map(jobOf).sort((a, b) => troubleOf(b) - troubleOf(a) || (a.job < b.job ? -1 : 1));
  return {
    from: new Date(period.fromMs).toISOString(),
    to: new Date(period.toMs).toISOString(),
    total: { jobs: jobs.length, ...totalOf(jobs) },
    jobs: jobs.slice(0, reportedJobs),
    moreJobs: Math.max(0, jobs.length - reportedJobs),
    incidents,
    openIncidents,
    unreachable,
    unreachableHosts,
  };
}

/** Whether something is there that a person should look at. */
export function isTroubled(counts: ReportCounts): boolean {
  return troubleOf(counts) > 0;
}

function jobOf({ job, states, verdicts, averageMs, p95Ms, lastFailure }: JobFigures): ReportJob {
  const of = (...names: readonly RunState[]) => names.reduce((sum, name) => sum + (states[name] ?? 0), 0);
  const failed = of('failed', 'timed_out', 'killed');
  const counts = {
    succeeded: of('succeeded'),
    warnings: of('warning'),
    failed,
    skipped: of('skipped'),
    missed: verdicts.missed ?? 0,
    late: verdicts.ran_late ?? 0,
    unknown: of('indeterminate') + (verdicts.host_unknown ?? 0),
  };
  const runs = counts.succeeded + counts.warnings + failed + of('indeterminate', 'running', 'waiting');
  return { job, runs, ...counts, averageMs, p95Ms, lastFailure };
}

function totalOf(jobs: readonly ReportCounts[]): ReportCounts {
  const sum = (count: keyof ReportCounts) => jobs.reduce((all, job) => all + job[count], 0);
  return {
    runs: sum('runs'),
    succeeded: sum('succeeded'),
    warnings: sum('warnings'),
    failed: sum('failed'),
    skipped: sum('skipped'),
    missed: sum('missed'),
    late: sum('late'),
    unknown: sum('unknown'),
  };
}

/** A run that did not happen weighs as one that failed; what only needs a look, less than any of these. */
function troubleOf({ failed, missed, unknown, warnings, late }: ReportCounts): number {
  return failed + missed + (unknown + warnings + late > 0 ? 0.5 : 0);
}
