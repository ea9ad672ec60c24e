import { type Document, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { type FieldPath, maxAliasCount, type ReadYaml, readYaml } from '../../lib/yaml-file.js';

export type { FieldPath };
/** A job file as typed: what it says, or the first thing that is no YAML. */
export type ReadFile = ReadYaml;

/** Reads one job file. Never throws. */
export function readFile(text: string): ReadFile {
  return readYaml(text, { strict: true });
}

/** What stands at a path, comments and all; undefined where nothing does. */
export function nodeIn(document: Document, path: FieldPath): Node | undefined {
  return (document.getIn(path, true) ?? undefined) as Node | undefined;
}

/** The text of a field: '' where it is absent, null where the file says more than a form field can show. */
export function fieldText(document: Document, path: FieldPath): string | null {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : undefined;
  if (isScalar(parent) && parent.value !== null) return null;
  const node = document.getIn(path, true);
  if (node === undefined || node === null) return '';
  if (!isScalar(node)) return null;
  return node.value === null ? '' : String(node.value);
}

/** The file with one field changed; '' takes it out. Comments and everything else stay as they were written. */
export function withField(text: string, path: FieldPath, value: unknown): string {
  const document = parseDocument(text);
  const node = document.getIn(path, true);
  if (value === '') document.deleteIn(path);
  else if (isScalar(node) && typeof value !== 'object') node.value = value;
  else {
    // Into the deepest map that is there: what stands beside it stays.
    const depth = path.findLastIndex((_, at) => at === 0 || document.hasIn(path.slice(0, at)));
    document.setIn(path.slice(0, depth + 1), document.createNode(nested(path.slice(depth + 1), value)));
  }
  return document.toString({ lineWidth: 0 });
}

function nested(path: FieldPath, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

/** `role=db, env=prod` of the target's labels; null where targets are said in another way, or a label holds a blank or comma. */
export function labelsText(document: Document): string | null {
  const labels = (document.toJS({ maxAliasCount }) as { targets?: { labels?: unknown } } | null)?.targets?.labels;
  if (labels === undefined) return document.has('targets') ? null : '';
  if (typeof labels !== 'object' || labels === null) return null;
  const pairs = Object.entries(labels);
  return pairs.every(([key, value]) => typeof value === 'string' && !/[\s,]/.test(key + value) && !key.includes('='))
    ? pairs.map(([key, value]) => `${key}=${value}`).join(', ')
    : null;
}

/** `web-01, web-02` of a list; '' where there is none, null where it is said in another way. */
export function listText(document: Document, path: FieldPath): string | null {
  const node = nodeIn(document, path);
  if (node === undefined) return '';
  if (!isSeq(node) || !node.items.every((item) => isScalar(item))) return null;
  return node.items.map((item) => String((item as { value: unknown }).value)).join(', ');
}

/** The file with one way to say its targets changed, undefined to take it out; with none left there are no targets. */
export function withTarget(text: string, key: string, value: unknown): string {
  if (value !== undefined) return withField(text, ['targets', key], value);
  const document = parseDocument(text);
  document.deleteIn(['targets', key]);
  const left = Object.keys((document.toJS({ maxAliasCount }) as { targets?: object } | null)?.targets ?? {});
  if (left.length === 0) document.delete('targets');
  return document.toString({ lineWidth: 0 });
}

export const runKinds = ['program', 'powershell', 'batch'] as const;
export type RunKind = (typeof runKinds)[number];

/** What the job starts; null where the file says it in a way the form does not know. */
export function readRun(document: Document): { kind: RunKind; path: FieldPath } | null {
  const node = document.get('run', true);
  if (node === undefined || isScalar(node)) return { kind: 'program', path: ['run'] };
  const kind = runKinds.find((candidate) => document.hasIn(['run', candidate]));
  return kind ? { kind, path: ['run', kind] } : null;
}

/** The file with another way to run, the text kept. */
export function withRunKind(text: string, kind: RunKind): string {
  const document = parseDocument(text);
  const run = readRun(document as Document);
  const before = run ? (fieldText(document as Document, run.path) ?? '') : '';
  document.set('run', document.createNode({ [kind]: before }));
  return document.toString({ lineWidth: 0 });
}
