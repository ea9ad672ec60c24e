import { escapeAttribute, escapeText } from '../xml/entities.js';
import type { Principal, TaskAction, TaskDefinition } from './definition.js';
import { pathsOf } from './extra-attributes.js';
import type { RawElement } from './raw-element.js';
import {
  EXEC_ROWS,
  type FieldRow,
  PRINCIPAL_ROWS,
  REGISTRATION_ROWS,
  SETTINGS_ROWS,
  TASK_NAMESPACE,
  TRIGGER_KINDS,
  TRIGGER_ROWS,
} from './task-fields.js';
import type { CalendarSchedule, EventTrigger, Trigger } from './trigger.js';

/** An element to write: nested elements, or text. */
type Node = { name: string; attributes?: Record<string, string | undefined>; content: Node[] | string };

function leaf(name: string, value: unknown): Node {
  return { name, content: String(value) };
}

function rawNode(raw: RawElement): Node {
  return {
    name: raw.name,
    attributes: raw.attributes,
    content: raw.children.length > 0 ? [...mixedText(raw), ...raw.children.map(rawNode)] : raw.text,
  };
}

/** Text beside elements, as `Data` may have it, is written before them. */
function mixedText({ text }: RawElement): Node[] {
  return text.trim() === '' ? [] : [{ name: '', content: text.trim() }];
}

function extraNodes(value: { extra?: RawElement[] }): Node[] {
  return (value.extra ?? []).map(rawNode);
}

/** Properties in the order of the rows; what is not there is not written. */
function section(value: object, rows: readonly FieldRow[]): Node[] {
  const found = value as Record<string, unknown>;
  return rows.flatMap(({ element, key, type }) => {
    const part = found[key];
    if (part === undefined) return [];
    if (type.is !== 'section') return [leaf(element, part)];
    const content = [...section(part as object, type.rows), ...extraNodes(part as { extra?: RawElement[] })];
    return [{ name: element, content }];
  });
}

const flags = (name: string, names: readonly string[]): Node => ({
  name,
  content: names.map((flag) => ({ name: flag, content: [] })),
});

function calendarNode(schedule: CalendarSchedule): Node {
  switch (schedule.kind) {
    case 'day':
      return { name: 'ScheduleByDay', content: [leaf('DaysInterval', schedule.daysInterval)] };
    case 'week': {
      const days = schedule.daysOfWeek.length > 0 ? [flags('DaysOfWeek', schedule.daysOfWeek)] : [];
      return { name: 'ScheduleByWeek', content: [...days, leaf('WeeksInterval', schedule.weeksInterval)] };
    }
    case 'month': {
      const days = { name: 'DaysOfMonth', content: schedule.daysOfMonth.map((day) => leaf('Day', day)) };
      return {
        name: 'ScheduleByMonth',
        content: [days, ...(schedule.months ? [flags('Months', schedule.months)] : [])],
      };
    }
    case 'month-day-of-week': {
      const weeks = { name: 'Weeks', content: schedule.weeks.map((week) => leaf('Week', week)) };
      const months = schedule.months ? [flags('Months', schedule.months)] : [];
      return {
        name: 'ScheduleByMonthDayOfWeek',
        content: [weeks, flags('DaysOfWeek', schedule.daysOfWeek), ...months],
      };
    }
  }
}

function queryNodes(trigger: EventTrigger): Node[] {
  if (!trigger.valueQueries) return [];
  const content = trigger.valueQueries.map(({ name, value }) => ({
    name: 'Value',
    attributes: { name },
    content: value,
  }));
  return [{ name: 'ValueQueries', content }];
}

function triggerNode(trigger: Trigger): Node {
  if (trigger.kind === 'raw') return rawNode(trigger.element);
  const { element, rows } = TRIGGER_KINDS.find((known) => known.kind === trigger.kind)!;
  const content = [
    ...section(trigger, [...TRIGGER_ROWS, ...rows]),
    ...(trigger.kind === 'calendar' ? [calendarNode(trigger.schedule)] : []),
    ...(trigger.kind === 'event' ? queryNodes(trigger) : []),
    ...extraNodes(trigger),
  ];
  return { name: element, attributes: { id: trigger.id }, content };
}

function principalNode(principal: Principal): Node {
  const privileges = principal.requiredPrivileges?.map((name) => leaf('Privilege', name));
  const content = [
    ...section(principal, PRINCIPAL_ROWS),
    ...(privileges ? [{ name: 'RequiredPrivileges', content: privileges }] : []),
    ...extraNodes(principal),
  ];
  return { name: 'Principal', attributes: { id: principal.id }, content };
}

function actionNode(action: TaskAction): Node {
  if (action.kind === 'raw') return rawNode(action.element);
  if (action.kind === 'exec')
    return {
      name: 'Exec',
      attributes: { id: action.id },
      content: [...section(action, EXEC_ROWS), ...extraNodes(action)],
    };
  const data = action.data ? [rawNode(action.data)] : [];
  return {
    name: 'ComHandler',
    attributes: { id: action.id },
    content: [leaf('ClassId', action.classId), ...data, ...extraNodes(action)],
  };
}

function taskNode(task: TaskDefinition): Node {
  const { registrationInfo, principals, settings } = task;
  const content: Node[] = [];
  if (registrationInfo) {
    content.push({
      name: 'RegistrationInfo',
      content: [...section(registrationInfo, REGISTRATION_ROWS), ...extraNodes(registrationInfo)],
    });
  }
  content.push({ name: 'Triggers', content: task.triggers.map(triggerNode) });
  if (principals.length > 0) content.push({ name: 'Principals', content: principals.map(principalNode) });
  content.push({ name: 'Settings', content: [...section(settings, SETTINGS_ROWS), ...extraNodes(settings)] });
  content.push({
    name: 'Actions',
    attributes: { Context: task.actionsContext },
    content: task.actions.map(actionNode),
  });
  if (task.data) content.push(rawNode(task.data));
  return { name: 'Task', attributes: { version: task.version, xmlns: TASK_NAMESPACE }, content };
}

/** Gives the nodes back the attributes that belong to their paths. */
function withExtraAttributes(node: Node, path: string, extra: NonNullable<TaskDefinition['extraAttributes']>): Node {
  const attributes = { ...node.attributes, ...extra[path] };
  if (typeof node.content === 'string') return { ...node, attributes };
  const content = pathsOf(path, node.content).map(([child, at]) => withExtraAttributes(child, at, extra));
  return { ...node, attributes, content };
}

function render(node: Node, indent: string, lines: string[]): void {
  if (node.name === '') {
    lines.push(`${indent}${escapeText(String(node.content)).replace(/\n/g, '\r\n')}`);
    return;
  }
  const attributes = Object.entries(node.attributes ?? {})
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join('');
  const open = `${indent}<${node.name}${attributes}`;
  if (node.content.length === 0) {
    lines.push(`${open} />`);
  } else if (typeof node.content === 'string') {
    lines.push(`${open}>${escapeText(node.content).replace(/\n/g, '\r\n')}</${node.name}>`);
  } else {
    lines.push(`${open}>`);
    for (const child of node.content) render(child, `${indent}  `, lines);
    lines.push(`${indent}</${node.name}>`);
  }
}

/**
 * Writes a task definition as Windows exports it: its element order, two blanks of indentation, CRLF, and a declaration
 * of UTF-16, which is only true after `encodeTaskXml`. Characters that XML forbids are dropped. Source: MS-TSCH 2.5.
 */
export function writeTaskXml(definition: TaskDefinition): string {
  const lines = ['<?xml version="1.0" encoding="UTF-16"?>'];
  const { extraAttributes } = definition;
  const root = taskNode(definition);
  render(extraAttributes ? withExtraAttributes(root, '', extraAttributes) : root, '', lines);
  return lines.join('\r\n');
}

/** Encodes task XML as UTF-16LE with a byte order mark, the one form that `schtasks /create /xml` reads without loss. */
export function encodeTaskXml(text: string): Uint8Array {
  const bytes = new Uint8Array(2 + text.length * 2);
  bytes[0] = 0xff;
  bytes[1] = 0xfe;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    bytes[2 + index * 2] = unit & 0xff;
    bytes[3 + index * 2] = unit >>> 8;
  }
  return bytes;
}
