import { readFile, withField } from './job-yaml.js';
import { storedFile } from './stored-file.js';

/** The file of a stored job, switched on or off in it, and what it says then. */
export function switchedFile(
  job: { readonly source?: string | null | undefined; readonly spec: unknown },
  enabled: boolean,
): { document: unknown; text: string | null } {
  const text = withField(storedFile(job), ['enabled'], enabled ? '' : false);
  const read = readFile(text);
  return { document: read.ok ? read.raw : null, text: job.source == null ? null : text };
}
