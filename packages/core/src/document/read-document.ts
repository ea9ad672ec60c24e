import { type AlertDocument, readAlertDocument } from '../alert/documents/alert-documents.js';
import type { HostGroup } from '../host/target.js';
import { hostGroupFileSchema, readJob } from '../job/job-file.js';
import type { JobSpec } from '../job/job-spec.js';
import { makeProblem, type Result } from '../problem.js';
import { type DocumentKind, documentKinds } from '../state/states.js';
import type { ExpectedText } from '../text/expected-texts.js';
import { parseDocument } from './parse-document.js';

/** One document of a file that `apply` accepts. */
export type Document =
  | { readonly kind: 'Job'; readonly spec: JobSpec }
  | { readonly kind: 'HostGroup'; readonly spec: HostGroup }
  | AlertDocument;

/** Reads one parsed YAML or JSON document. All problems of the document are reported together. */
export function readDocument(raw: unknown): Result<Document> {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) {
    return { ok: false, problems: [makeProblem('', 'wrong_type', 'a map with kind, name, …', raw)] };
  }
  const { kind } = raw as { kind?: unknown };
  const known = documentKinds.find((name) => name === kind);
  if (known) return readKind(known, raw);
  const hint = 'task' in raw ? ' (a file with `task:` is read by `carillon import`)' : '';
  const expected: ExpectedText = `one of ${documentKinds.join(', ')}${hint}`;
  return {
    ok: false,
    problems: [makeProblem('kind', kind === undefined ? 'missing' : 'wrong_value', expected, kind)],
  };
}

function readKind(kind: DocumentKind, raw: object): Result<Document> {
  if (kind === 'Job') return wrap(readJob(raw), (spec) => ({ kind, spec }));
  if (kind === 'HostGroup') return wrap(parseDocument(hostGroupFileSchema, raw), (spec) => ({ kind, spec }));
  return readAlertDocument(kind, raw);
}

function wrap<T>(result: Result<T>, make: (value: T) => Document): Result<Document> {
  return result.ok ? { ok: true, value: make(result.value) } : result;
}
