import { jobDocument } from '@carillon/core/job/job-document';
import type { JobSpec } from '@carillon/core/job/job-spec';
import { stringify } from 'yaml';

/** The file of a stored job: as it was written, else the shortest that says the same. */
export function storedFile({ source, spec }: { source?: string | null | undefined; spec: unknown }): string {
  return source ?? stringify(jobDocument(spec as JobSpec), { lineWidth: 0 });
}
