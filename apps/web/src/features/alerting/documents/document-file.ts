import { type Document, isCollection, isScalar, isSeq, parseDocument, stringify, type YAMLSeq } from 'yaml';
import { readYaml, type YamlFault } from '../../../lib/yaml-file.js';
import { offsetOfPath } from '../../../lib/yaml-path.js';

/** Where a field stands in a file, `['escalate', 0, 'wait']`. */
export type FieldPath = readonly (string | number)[];

/** The same as the server says it, `escalate[0].wait`. */
export const pathText = (path: FieldPath): string =>
  path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');

/** A file as typed: what it says, or the first thing that is no YAML. */
export type ReadText =
  | { readonly ok: true; readonly raw: Record<string, unknown>; readonly lineOf: (path: string) => number }
  | YamlFault;

/** Reads the file of one document. Never throws: half-typed files are the normal case. */
export function readText(text: string): ReadText {
  const read = readYaml(text, { strict: false });
  if (!read.ok) return read;
  const { raw, document, lineAt } = read;
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    return { ok: false, line: 1, code: 'no_map', message: 'expected a map with kind, name, …' };
  return { ok: true, raw: raw as Record<string, unknown>, lineOf: (path) => lineAt(offsetOfPath(document, path)) };
}

/** A document as somebody would write it. */
export function writeText(written: Readonly<Record<string, unknown>>): string {
  const { kind, name, ...rest } = written;
  return stringify({ kind, name, ...rest }, { lineWidth: 0 });
}

/** What a field says; undefined where it is absent. */
export function valueAt(raw: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((at, key) => {
    if (typeof at !== 'object' || at === null || Array.isArray(at) !== (typeof key === 'number')) return undefined;
    if (!Object.hasOwn(at, key)) return undefined;
    return Reflect.get(at, key);
  }, raw);
}

/** The file with one field changed, undefined takes it out. Comments and everything else stay as they were written. */
export function withValue(text: string, path: FieldPath, value: unknown): string {
  const document = parseDocument(text);
  const parent = path.slice(0, -1);
  const around = parent.length > 0 ? document.getIn(parent, true) : undefined;
  // `missed:` without a value, or `when: true`: a map or list takes its place.
  if (around !== undefined && !isCollection(around)) document.deleteIn(parent);
  if (value === undefined || (Array.isArray(value) && value.length === 0)) {
    if (document.hasIn(path)) document.deleteIn(path);
    const left = parent.length > 0 ? document.getIn(parent, true) : undefined;
    if (isCollection(left) && left.items.length === 0 && parent.join('.') !== 'when') document.deleteIn(parent);
  } else {
    const node = document.getIn(path, true);
    if (isScalar(node) && typeof value !== 'object') node.value = value;
    else if (isSeq(node) && isTexts(value)) writeItems(document, node, value);
    else document.setIn(path, document.createNode(value));
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** The list with other items: those that stay keep their comments, one that is typed anew keeps its place. */
function writeItems(document: Document, list: YAMLSeq, values: readonly string[]): void {
  const before = [...list.items];
  const textOf = (item: unknown) => (isScalar(item) ? String(item.value) : undefined);
  const left = new Set(before.filter((item) => values.includes(textOf(item) ?? '')));
  list.items = values.map((value, index) => {
    const same = before.find((item) => left.has(item) && textOf(item) === value);
    if (same !== undefined) {
      left.delete(same);
      return same;
    }
    const there = before[index];
    if (!isScalar(there) || values.includes(textOf(there) ?? '')) return document.createNode(value);
    there.value = value;
    return there;
  });
}
