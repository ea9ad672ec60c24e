import { canonicalJson, type Json } from '@carillon/core/desired/canonical-json';
import { readDocument } from '@carillon/core/document/read-document';
import { jobDocument } from '@carillon/core/job/job-document';
import type { JobSpec } from '@carillon/core/job/job-spec';
import { type Document, parseDocument } from 'yaml';

/** Aliases may stand for at most so many copies, else a small file could mean gigabytes. */
const maxAliasCount = 50;

/** Whether a job file means just this definition. Never throws: it may be any text. */
export function meansSpec(source: string, spec: JobSpec): boolean {
  try {
    const document = parse(source);
    const read = document.errors.length === 0 ? readDocument(document.toJS({ maxAliasCount })) : null;
    return read?.ok === true && read.value.kind === 'Job' && isSame(read.value.spec, spec);
  } catch {
    return false; // too deep, too many aliases
  }
}

/**
 * The file of a job for a definition that came without one, as when a host's edit is adopted or a job is switched off:
 * what the definitions differ in is written into the file before, the rest stays with its comments.
 * @returns null where that does not come out as the new definition
 */
export function carrySource(source: string, before: JobSpec, after: JobSpec): string | null {
  const [old, wanted] = [jobDocument(before), jobDocument(after)];
  try {
    const document = parse(source);
    for (const key of new Set([...Object.keys(old), ...Object.keys(wanted)])) {
      if (isSame(old[key], wanted[key])) continue;
      if (wanted[key] === undefined) document.delete(key);
      else document.set(key, document.createNode(wanted[key]));
    }
    const carried = document.toString({ lineWidth: 0 });
    return meansSpec(carried, after) ? carried : null;
  } catch {
    return null;
  }
}

/** Repeated keys are not looked for: that takes a time in the square of their number, and the meaning is compared. */
function parse(source: string): Document {
  return parseDocument(source, { prettyErrors: false, uniqueKeys: false }) as Document;
}

function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson((a ?? null) as Json) === canonicalJson((b ?? null) as Json);
}
