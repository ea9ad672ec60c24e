import { parseIsoDuration } from '../time/duration.js';
import { parseWallClock } from '../time/wall-clock.js';
import type { TaskXmlText } from '../words/task-xml-texts.js';
import type { XmlElement } from '../xml/parse-xml.js';
import type { RawElement } from './raw-element.js';
import { type FieldRow, type FieldType, TASK_NAMESPACE } from './task-fields.js';

/** Why a task definition was refused, with the element at fault and its position. */
export interface TaskXmlProblem {
  element: string;
  line: number;
  column: number;
  expected: string;
  message: TaskXmlText;
  /** What Task Scheduler calls this kind of problem. */
  kind: 'malformed' | 'namespace' | 'unexpected-node' | 'invalid-value' | 'missing-node' | 'too-many-nodes';
}

/** Carries a problem out of nested readers; never leaves `readTaskXml`. */
export class TaskXmlError extends Error {
  constructor(readonly problem: TaskXmlProblem) {
    super(problem.message);
  }
}

/** Builds the error for an element. */
export function refuse(
  at: XmlElement,
  kind: TaskXmlProblem['kind'],
  expected: string,
  message: TaskXmlText,
): TaskXmlError {
  return new TaskXmlError({ element: at.name, line: at.line, column: at.column, expected, message, kind });
}

/** What to do with elements that are not in the model: `keep` them for writing, or `refuse` as Task Scheduler does. */
export type UnknownElements = 'keep' | 'refuse';

/** Drops positions, so that the element can be compared and stored. */
export function toRaw(element: XmlElement): RawElement {
  const attributes: Record<string, string> = {};
  for (const [name, value] of element.attributes) {
    if (!(name === 'xmlns' && value === TASK_NAMESPACE)) attributes[name] = value;
  }
  // Layout blanks around elements are not kept: writing lays them out anew.
  const text = element.children.length > 0 ? element.text.trim() : element.text;
  return { name: element.name, attributes, children: element.children.map(toRaw), text };
}

const BOOLEANS: Record<string, boolean> = { true: true, '1': true, false: false, '0': false };

const EXPECTED: Record<Exclude<FieldType['is'], 'number' | 'choice'>, string> = {
  text: 'text',
  filled: 'text that is not blank',
  boolean: 'true or false',
  duration: 'a duration such as PT1H30M',
  boundary: 'a date and time such as 2026-03-01T02:30:00',
  date: 'a date and time such as 2026-03-01T02:30:00',
};

function typedValue(type: FieldType, text: string): string | number | boolean | undefined {
  const trimmed = text.trim();
  switch (type.is) {
    case 'text':
      return text;
    case 'filled':
      return trimmed === '' ? undefined : text;
    case 'boolean':
      return BOOLEANS[trimmed];
    case 'duration':
      // Months and years are legal in the schema and appear in stock maintenance settings.
      return parseIsoDuration(trimmed) !== undefined || /^P\d+[YM]$/.test(trimmed) ? trimmed : undefined;
    case 'boundary':
    case 'date':
      return parseWallClock(trimmed) === undefined ? undefined : trimmed;
    case 'number': {
      const number = /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : Number.NaN;
      return number >= type.min && number <= type.max ? number : undefined;
    }
    case 'choice':
      return type.of.includes(trimmed) ? trimmed : undefined;
  }
}

function expectedOf(type: FieldType): string {
  if (type.is === 'number') return `a whole number from ${type.min} to ${type.max}`;
  return type.is === 'choice' ? `one of ${type.of.join(', ')}` : EXPECTED[type.is];
}

/** Reads one leaf element by its type. Throws TaskXmlError. */
export function readValue(element: XmlElement, type: FieldType): string | number | boolean {
  if (element.children.length > 0)
    throw refuse(element.children[0]!, 'unexpected-node', 'no elements here', `${element.name} holds text only`);
  const value = typedValue(type, element.text);
  if (value !== undefined) return value;
  const expected = expectedOf(type);
  throw refuse(element, 'invalid-value', expected, `${element.name} "${element.text.trim()}": expected ${expected}`);
}

/** The children of an element of which only some names are expected, each at most once. Throws TaskXmlError. */
export function childrenOf(element: XmlElement, names: readonly string[]): Map<string, XmlElement> {
  const found = new Map<string, XmlElement>();
  for (const child of element.children) {
    if (!names.includes(child.name))
      throw refuse(child, 'unexpected-node', names.join(', '), `${child.name} is not expected in ${element.name}`);
    if (found.has(child.name))
      throw refuse(child, 'unexpected-node', `one ${child.name}`, `${child.name} is given twice`);
    found.set(child.name, child);
  }
  return found;
}

/** The children of a list, which all have the same name. Throws TaskXmlError. */
export function itemsOf(list: XmlElement | undefined, name: string): XmlElement[] {
  const other = list?.children.find((child) => child.name !== name);
  if (other) throw refuse(other, 'unexpected-node', name, `${other.name} is not expected in ${list?.name}`);
  return list?.children ?? [];
}

/**
 * Reads the children of an element by the rows of its section, in any order, each at most once. Children named in
 * `others` are left to the caller; unknown ones are kept in `extra` or refused. Throws TaskXmlError.
 */
export function readSection(
  element: XmlElement,
  rows: readonly FieldRow[],
  unknown: UnknownElements,
  others: readonly string[] = [],
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const extra: RawElement[] = [];
  for (const child of element.children) {
    if (others.includes(child.name)) continue;
    const row = rows.find((candidate) => candidate.element === child.name);
    if (!row) {
      if (unknown === 'refuse')
        throw refuse(
          child,
          'unexpected-node',
          rows.map((one) => one.element).join(', '),
          `${child.name} is not expected in ${element.name}`,
        );
      extra.push(toRaw(child));
      continue;
    }
    if (row.key in found) throw refuse(child, 'unexpected-node', `one ${child.name}`, `${child.name} is given twice`);
    found[row.key] =
      row.type.is === 'section' ? readSection(child, row.type.rows, unknown) : readValue(child, row.type);
  }
  if (extra.length > 0) found.extra = extra;
  return found;
}
