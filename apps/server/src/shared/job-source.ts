import { withNames } from '@carillon/core/calendar/named-days';
import { readDocument } from '@carillon/core/document/read-document';
import { jobDocument } from '@carillon/core/job/job-document';
import type { JobSpec } from '@carillon/core/job/job-spec';
import { carryText, fieldsOfText, isSame } from './document-source.js';

/** Whether a job file means just this definition, whatever days its calendars have. Never throws: it may be any text. */
export function meansSpec(source: string, spec: JobSpec): boolean {
  const read = readDocument(fieldsOfText(source));
  return read.ok && read.value.kind === 'Job' && isSame(withNames(read.value.spec), withNames(spec));
}

/**
 * The file of a job for a definition that came without one, as when a host's edit is adopted or a job is switched off:
 * what the definitions differ in is written into the file before, the rest stays with its comments.
 * @returns null where that does not come out as the new definition
 */
export function carrySource(source: string, before: JobSpec, after: JobSpec): string | null {
  return carryText(source, jobDocument(before), jobDocument(after), (text) => meansSpec(text, after));
}
