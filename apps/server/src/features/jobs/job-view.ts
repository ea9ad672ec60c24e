import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { describeSchedule } from '@carillon/core/job/describe-schedule';
import type { JobSpec } from '@carillon/core/job/job-spec';
import { runSummaryView } from '../../shared/run-view.js';
import type { JobRow, JobVersionRow } from '../../store/job.store.js';
import type { RunSummaryRow } from '../../store/run.store.js';

type Summary = Response<typeof jobRoutes.list>['items'][number];
type Version = Response<typeof jobRoutes.version>;

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
    updatedAt: updatedAt.toISOString(),
  };
}

/** One version, which never changes. */
export function versionView({ version, createdAt, author, spec }: JobVersionRow): Version {
  return { version, createdAt: createdAt.toISOString(), author, spec: specView(spec) };
}

/** Stored as JSON and shown as it is. */
export function specView(spec: JobSpec): Version['spec'] {
  return spec as unknown as Version['spec'];
}
