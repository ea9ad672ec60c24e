import type { XmlElement } from '../xml/parse-xml.js';
import { childrenOf, itemsOf, readSection, readValue, refuse, toRaw, type UnknownElements } from './field-values.js';
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

type Parts = ReadonlyMap<string, XmlElement>;

function flagNames<Name extends string>(element: XmlElement | undefined, names: readonly Name[]): Name[] {
  const flags = element && childrenOf(element, names);
  return names.filter((name) => flags?.has(name));
}

function interval(parts: Parts, name: string, max: number): number {
  const child = parts.get(name);
  return child ? (readValue(child, { is: 'number', min: 1, max }) as number) : 1;
}

function daysOfWeek(parts: Parts): Weekday[] {
  return flagNames(parts.get('DaysOfWeek'), WEEKDAYS);
}

function months(parts: Parts): { months?: MonthName[] } {
  const child = parts.get('Months');
  return child === undefined ? {} : { months: flagNames(child, MONTHS) };
}

function daysOfMonth(parts: Parts): (number | 'Last')[] {
  return itemsOf(parts.get('DaysOfMonth'), 'Day').map((day) => {
    if (day.text.trim().toLowerCase() === 'last') return 'Last';
    return readValue(day, { is: 'number', min: 1, max: 31 }) as number;
  });
}

function weeks(parts: Parts): Week[] {
  return itemsOf(parts.get('Weeks'), 'Week').map((week) => {
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
      return { kind: 'day', daysInterval: interval(childrenOf(element, ['DaysInterval']), 'DaysInterval', 365) };
    case 'ScheduleByWeek': {
      const parts = childrenOf(element, ['WeeksInterval', 'DaysOfWeek']);
      return { kind: 'week', weeksInterval: interval(parts, 'WeeksInterval', 52), daysOfWeek: daysOfWeek(parts) };
    }
    case 'ScheduleByMonth': {
      const parts = childrenOf(element, ['DaysOfMonth', 'Months']);
      return { kind: 'month', daysOfMonth: daysOfMonth(parts), ...months(parts) };
    }
    default: {
      const parts = childrenOf(element, ['Weeks', 'DaysOfWeek', 'Months']);
      return { kind: 'month-day-of-week', weeks: weeks(parts), daysOfWeek: daysOfWeek(parts), ...months(parts) };
    }
  }
}

function readQueries(element: XmlElement | undefined): { valueQueries?: ValueQuery[] } {
  if (!element) return {};
  const valueQueries = itemsOf(element, 'Value').map((child) => ({
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
