import type { XmlElement } from '../xml/parse-xml.js';
import { readSection, readValue, refuse, toRaw, type UnknownElements } from './field-values.js';
import { OPAQUE_TRIGGERS, TRIGGER_KINDS, TRIGGER_ROWS } from './task-fields.js';
import {
  type CalendarSchedule,
  MONTHS,
  type MonthName,
  type Trigger,
  type ValueQuery,
  WEEKDAYS,
  type Week,
  type Weekday,
} from './trigger.js';

const CALENDARS = ['ScheduleByDay', 'ScheduleByWeek', 'ScheduleByMonth', 'ScheduleByMonthDayOfWeek'];

function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

function flagNames<Name extends string>(element: XmlElement | undefined, names: readonly Name[]): Name[] {
  for (const child of element?.children ?? []) {
    if (!names.includes(child.name as Name)) {
      throw refuse(child, 'unexpected-node', names.join(', '), `${child.name} is not expected in ${element!.name}`);
    }
  }
  return names.filter((name) => element !== undefined && childOf(element, name) !== undefined);
}

function interval(element: XmlElement, name: string, max: number): number {
  const child = childOf(element, name);
  return child ? (readValue(child, { is: 'number', min: 1, max }) as number) : 1;
}

function daysOfWeek(element: XmlElement): Weekday[] {
  return flagNames(childOf(element, 'DaysOfWeek'), WEEKDAYS);
}

function months(element: XmlElement): { months?: MonthName[] } {
  const child = childOf(element, 'Months');
  return child === undefined ? {} : { months: flagNames(child, MONTHS) };
}

function daysOfMonth(element: XmlElement): (number | 'Last')[] {
  const days = childOf(element, 'DaysOfMonth')?.children ?? [];
  return days.map((day) => {
    if (day.text.trim().toLowerCase() === 'last') return 'Last';
    return readValue(day, { is: 'number', min: 1, max: 31 }) as number;
  });
}

function weeks(element: XmlElement): Week[] {
  const found = childOf(element, 'Weeks')?.children ?? [];
  return found.map((week) => {
    if (week.text.trim().toLowerCase() === 'last') return 'Last';
    return readValue(week, { is: 'number', min: 1, max: 4 }) as Week;
  });
}

function readCalendar(trigger: XmlElement): CalendarSchedule {
  const found = trigger.children.filter((child) => CALENDARS.includes(child.name));
  const element = found[0];
  if (!element) throw refuse(trigger, 'missing-node', CALENDARS.join(', '), 'a CalendarTrigger needs a schedule');
  if (found[1]) throw refuse(found[1], 'unexpected-node', 'one schedule', 'a CalendarTrigger has one schedule');
  switch (element.name) {
    case 'ScheduleByDay':
      return { kind: 'day', daysInterval: interval(element, 'DaysInterval', 365) };
    case 'ScheduleByWeek':
      return { kind: 'week', weeksInterval: interval(element, 'WeeksInterval', 52), daysOfWeek: daysOfWeek(element) };
    case 'ScheduleByMonth':
      return { kind: 'month', daysOfMonth: daysOfMonth(element), ...months(element) };
    default:
      return { kind: 'month-day-of-week', weeks: weeks(element), daysOfWeek: daysOfWeek(element), ...months(element) };
  }
}

function readQueries(element: XmlElement | undefined): { valueQueries?: ValueQuery[] } {
  if (!element) return {};
  const valueQueries = element.children.map((child) => ({
    name: child.attributes.get('name') ?? '',
    value: child.text,
  }));
  return { valueQueries };
}

/** Reads one child of Triggers. Kinds without a model are carried along as raw elements. Throws TaskXmlError. */
export function readTrigger(element: XmlElement, unknown: UnknownElements): Trigger {
  const known = TRIGGER_KINDS.find((candidate) => candidate.element === element.name);
  if (!known) {
    if (unknown === 'keep' || OPAQUE_TRIGGERS.has(element.name)) return { kind: 'raw', element: toRaw(element) };
    const names = TRIGGER_KINDS.map((candidate) => candidate.element).join(', ');
    throw refuse(element, 'unexpected-node', names, `${element.name} is not a kind of trigger`);
  }
  const others = known.kind === 'calendar' ? CALENDARS : known.kind === 'event' ? ['ValueQueries'] : [];
  const fields = readSection(element, [...TRIGGER_ROWS, ...known.rows], unknown, others);
  for (const name of known.required) {
    if (!childOf(element, name)) throw refuse(element, 'missing-node', name, `${element.name} needs ${name}`);
  }
  const repetition = childOf(element, 'Repetition');
  if (repetition && !childOf(repetition, 'Interval'))
    throw refuse(repetition, 'missing-node', 'Interval', 'Repetition needs Interval');
  const id = element.attributes.get('id');
  const parts: Record<string, unknown> = { kind: known.kind, ...(id === undefined ? {} : { id }), ...fields };
  if (known.kind === 'calendar') parts.schedule = readCalendar(element);
  if (known.kind === 'event') Object.assign(parts, readQueries(childOf(element, 'ValueQueries')));
  // The rows above are the properties of the union's member with this kind.
  return parts as unknown as Trigger;
}
