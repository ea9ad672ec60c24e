import { diffLines } from '@carillon/core/document/diff-lines';
import type { PlannedField } from '@carillon/core/plan/plan';
import { stringify } from 'yaml';
import { safeText } from '../lib/safe-text.js';

/** Lines around a change that are shown with it. */
const context = 3;

/** The two sides of a comparison, and the fields in which they differ. */
export interface Compared {
  readonly before: string;
  readonly after: string;
  readonly fields: readonly PlannedField[];
}

/** In unified form: a hunk for each field, its value as YAML. Empty when nothing differs. */
export function unifiedDiff({ before, after, fields }: Compared): string[] {
  if (fields.length === 0) return [];
  return [`--- ${before}`, `+++ ${after}`, ...fields.flatMap(hunk)].map(safeText);
}

function hunk({ path, before, after }: PlannedField): string[] {
  const lines = diffLines(yamlOf(path, before), yamlOf(path, after));
  const changed = lines.flatMap(({ kind }, index) => (kind === 'same' ? [] : [index]));
  const isShown = (index: number) => changed.some((at) => Math.abs(at - index) <= context);
  const marks = { same: ' ', removed: '-', added: '+' };
  const shown = lines.flatMap(({ kind, text }, index) => {
    if (isShown(index)) return [`${marks[kind]}${text}`];
    return index === 0 || isShown(index - 1) ? [' …'] : [];
  });
  return [`@@ ${path} @@`, ...shown];
}

/** The last name of the path with its value, as it stands in a file. */
function yamlOf(path: string, value: unknown): string {
  if (value === undefined) return '';
  return stringify({ [path.slice(path.lastIndexOf('.') + 1)]: value }, { lineWidth: 0 });
}
