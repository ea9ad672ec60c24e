import type { XmlElement } from '../xml/parse-xml.js';
import type { TaskDefinition } from './definition.js';
import { refuse, type UnknownElements } from './field-values.js';
import {
  EXEC_ROWS,
  type FieldRow,
  PRINCIPAL_ROWS,
  REGISTRATION_ROWS,
  SETTINGS_ROWS,
  TRIGGER_KINDS,
  TRIGGER_ROWS,
} from './task-fields.js';

/** Attributes the model has a place for. */
const MODELLED: Readonly<Record<string, readonly string[]>> = {
  Task: ['version', 'xmlns'],
  Actions: ['Context'],
  Principal: ['id'],
  Exec: ['id'],
  ComHandler: ['id'],
  Value: ['name'],
  ...Object.fromEntries(TRIGGER_KINDS.map(({ element }) => [element, ['id']])),
};

const namesIn = (rows: readonly FieldRow[]): string[] =>
  rows.flatMap(({ element, type }) => (type.is === 'section' ? [element, ...namesIn(type.rows)] : [element]));

/** Elements whose content the model takes apart; all others are kept whole, with their attributes. */
const TAKEN_APART: ReadonlySet<string> = new Set([
  ...['Task', 'RegistrationInfo', 'Triggers', 'Principals', 'Principal', 'Settings', 'Actions', 'Exec', 'ComHandler'],
  ...['ScheduleByDay', 'ScheduleByWeek', 'ScheduleByMonth', 'ScheduleByMonthDayOfWeek', 'DaysInterval'],
  ...['WeeksInterval', 'DaysOfWeek', 'DaysOfMonth', 'Day', 'Weeks', 'Week', 'Months', 'ValueQueries', 'Value'],
  ...['RequiredPrivileges', 'Privilege', 'ClassId'],
  ...TRIGGER_KINDS.flatMap(({ element, rows }) => [element, ...namesIn(rows)]),
  ...[TRIGGER_ROWS, REGISTRATION_ROWS, PRINCIPAL_ROWS, SETTINGS_ROWS, EXEC_ROWS].flatMap(namesIn),
]);

/** Siblings with their paths: names joined by `/`, a number from 2 where a name comes again. */
export function pathsOf<Item extends { name: string }>(parent: string, items: readonly Item[]): [Item, string][] {
  const seen = new Map<string, number>();
  return items.map((item) => {
    const count = (seen.get(item.name) ?? 0) + 1;
    seen.set(item.name, count);
    return [item, `${parent === '' ? '' : `${parent}/`}${item.name}${count > 1 ? `[${count}]` : ''}`];
  });
}

/**
 * Collects the attributes the model has no place for, by the paths under which the same elements are written.
 * Namespace declarations and schema hints are nobody's fault; others are refused when asked to. Throws TaskXmlError.
 */
export function extraAttributes(
  root: XmlElement,
  unknown: UnknownElements,
): Pick<TaskDefinition, 'extraAttributes'> | Record<string, never> {
  const found: Record<string, Record<string, string>> = {};
  const visit = (element: XmlElement, path: string): void => {
    const modelled = MODELLED[element.name] ?? [];
    for (const [name, value] of element.attributes) {
      if (modelled.includes(name)) continue;
      if (unknown === 'refuse' && !/^(xmlns|xsi)\b/.test(name))
        throw refuse(
          element,
          'unexpected-node',
          modelled.join(', ') || 'no attributes',
          `${element.name} has an unexpected attribute ${name}`,
        );
      found[path] = { ...found[path], [name]: value };
    }
    const children = element.children.filter((child) => TAKEN_APART.has(child.name));
    for (const [child, at] of pathsOf(path, children)) visit(child, at);
  };
  visit(root, '');
  return Object.keys(found).length > 0 ? { extraAttributes: found } : {};
}
