import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { jobDocument } from '@carillon/core/job/job-document';
import type { JobSpec } from '@carillon/core/job/job-spec';
import { stringify } from 'yaml';

type Version = Response<typeof jobRoutes.version>;

/** What a version says, as a parsed job file: what is as by default is left out. */
export function documentOf({ spec }: Pick<Version, 'spec'>): Readonly<Record<string, unknown>> {
  return jobDocument(spec as unknown as JobSpec);
}

/** The job file of a version: as it was written where that was kept, else as its definition is said in the fewest words. */
export function fileOf(version: Version): string {
  return stringify(documentOf(version), { lineWidth: 0 });
}

/** A value of a job file in one line; `–` where there is none. */
export function saidInLine(value: unknown): string {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'string') return value === '' ? '""' : value;
  return JSON.stringify(value);
}
