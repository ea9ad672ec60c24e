import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Request } from '@carillon/contract/http/route';
import { ExportButton } from '../../components/export-button.js';
import { call } from '../../lib/api.js';
import type { CsvColumn } from '../../lib/table-csv.js';
import type { Job } from './job-shapes.js';

/** Next starts are reckoned for each job: a page of them takes its time. */
const limit = 200;

const columns: readonly CsvColumn<Job>[] = [
  ['name', (job) => job.name],
  ['version', (job) => job.version],
  ['enabled', (job) => job.enabled],
  ['health', (job) => job.health],
  ['owner', (job) => job.owner],
  ['schedule', (job) => job.schedule],
  ['description', (job) => job.description],
  ['last run', (job) => job.lastRun?.startedAt],
  ['last state', (job) => job.lastRun?.state],
  ['last exit code', (job) => job.lastRun?.exitCode],
  ['last host', (job) => job.lastRun?.host],
  ['next start', (job) => job.nextFireAt],
  ['hosts', (job) => job.assignments.total],
  ['hosts applied', (job) => job.assignments.applied],
  ['hosts pending', (job) => job.assignments.pending],
  ['hosts failed', (job) => job.assignments.failed],
  ['updated', (job) => job.updatedAt],
];

/** Every job that the filter lets through. */
export function ExportJobs({ filter }: { filter: Request<typeof jobRoutes.list> }) {
  return (
    <ExportButton
      name="jobs"
      columns={columns}
      read={(cursor, signal) => call(jobRoutes.list, { ...filter, nextFire: 'true', limit, cursor }, signal)}
    />
  );
}
