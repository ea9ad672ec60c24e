import { type Document, isMap, parseDocument } from 'yaml';
import type { Word } from '../../i18n/index.js';
import { type FieldPath, nodeIn, withField } from './job-yaml.js';

/** A field of an action that the form shows, below `run`. */
export interface ActionField {
  readonly path: FieldPath;
  readonly label: Word;
  readonly isNumber?: true;
}

const fields: Readonly<Record<string, readonly ActionField[]>> = {
  cleanup: [
    { path: ['root'], label: 'action.root' },
    { path: ['patterns'], label: 'action.patterns' },
    { path: ['olderThan'], label: 'action.olderThanMs' },
    { path: ['largerThan'], label: 'action.largerThanBytes' },
    { path: ['keepNewest'], label: 'action.keepNewest', isNumber: true },
    { path: ['untilFree'], label: 'action.untilFreeBytes' },
    { path: ['archive'], label: 'action.archive' },
  ],
  backup: [
    { path: ['from'], label: 'action.from' },
    { path: ['to'], label: 'action.to' },
    { path: ['mode', 'full'], label: 'action.mode' },
    { path: ['exclude'], label: 'action.exclude' },
    { path: ['keep', 'count'], label: 'action.count', isNumber: true },
    { path: ['keep', 'days'], label: 'action.days', isNumber: true },
  ],
  http: [
    { path: ['url'], label: 'action.http.request' },
    { path: ['method'], label: 'action.http.method' },
    { path: ['expect', 'text'], label: 'action.http.text' },
    { path: ['expect', 'latencyBelow'], label: 'action.http.latency' },
    { path: ['saveTo'], label: 'action.http.saveTo' },
  ],
  metrics: [
    { path: ['log'], label: 'action.log' },
    { path: ['format'], label: 'action.format' },
    { path: ['keep', 'files'], label: 'action.files', isNumber: true },
    { path: ['keep', 'bytes'], label: 'action.bytes' },
    { path: ['keep', 'rotateAfter'], label: 'action.rotateAfterMs' },
  ],
  report: [
    { path: ['to'], label: 'action.to' },
    { path: ['jobs'], label: 'action.jobs' },
    { path: ['period'], label: 'action.periodMs' },
  ],
  healthCheck: [
    { path: ['url'], label: 'action.http.request' },
    { path: ['expect', 'text'], label: 'action.http.text' },
    { path: ['expect', 'latencyBelow'], label: 'action.http.latency' },
  ],
};

/** Fields of the action that the file names, by their paths in it; none where it starts a program. */
export function actionFields(document: Document): readonly ActionField[] {
  const kind = Object.keys(fields).find((name) => nodeIn(document, ['run', name]) !== undefined);
  if (kind === undefined) return [];
  return (fields[kind] ?? []).map((field) => ({ ...field, path: ['run', kind, ...field.path] }));
}

/** The file with one of them changed; numbers stay numbers, and a part of which nothing is left goes too. */
export function withActionField(text: string, { path, isNumber }: ActionField, value: string): string {
  const written = withField(text, path, isNumber && /^\d+$/.test(value) ? Number(value) : value);
  const part = path.slice(0, -1);
  const left = value === '' ? parseDocument(written).getIn(part, true) : undefined;
  return isMap(left) && left.items.length === 0 ? withField(written, part, '') : written;
}
