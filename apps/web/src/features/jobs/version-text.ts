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

/**
 * The job files of two versions as they were written; where one of them was not kept, both as their definitions are said in
 * the fewest words, since else each line would differ in how it is written.
 */
export function filesOf(before: Version, after: Version): readonly [before: string, after: string] {
  if (before.source && after.source) return [before.source, after.source];
  return [written(before), written(after)];
}

const written = (version: Version) => stringify(documentOf(version), { lineWidth: 0 });

/** A value of a job file in one line; `–` where there is none. */
export function saidInLine(value: unknown): string {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'string') return value === '' ? '""' : value;
  return JSON.stringify(value);
}
