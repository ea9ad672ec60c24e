import type { ReportSpec } from '../action/report.js';
import { type HostGroup, matchesTarget, type TargetHost } from '../host/target.js';
import { fitsWildcard } from '../text/wildcard.js';

/** A job as the choice of a report looks at it. */
export interface ReportedJob {
  readonly id: string;
  readonly name: string;
  /** Its team; empty: nobody's. */
  readonly owner: string;
}

/**
 * Which jobs a report may tell of: those of its own team, and every one where it has none, which only somebody who sees
 * every job may write. Of these, the ones that it names.
 * @param owner of the job that reports
 */
export function jobsOfReport<J extends ReportedJob>(
  { jobs: patterns }: Pick<ReportSpec, 'jobs'>,
  owner: string,
  jobs: readonly J[],
): J[] {
  const team = owner.toLowerCase();
  return jobs.filter(
    (job) =>
      (team === '' || job.owner.toLowerCase() === team) &&
      (patterns === null || patterns.some((pattern) => fitsWildcard(pattern, job.name))),
  );
}

/** Ids of the hosts of which a report tells; null: of all. @param own id of the host that it runs on */
export function hostsOfReport(
  { hosts: wanted }: Pick<ReportSpec, 'hosts'>,
  own: string,
  hosts: readonly (TargetHost & { readonly id: string })[],
  groups: readonly HostGroup[],
): string[] | null {
  if (wanted === null || (wanted !== 'this' && wanted.all)) return null;
  if (wanted === 'this') return [own];
  return hosts.filter((host) => matchesTarget(wanted, host, groups)).map(({ id }) => id);
}
