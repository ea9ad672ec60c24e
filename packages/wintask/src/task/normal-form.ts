import { formatIsoDuration, parseIsoDuration } from '../time/duration.js';
import { formatWall, parseWallClock } from '../time/wall-clock.js';
import { SETTINGS_DEFAULTS } from './defaults.js';
import type { Principal, TaskDefinition, TaskSettings } from './definition.js';
import type { RawElement } from './raw-element.js';
import { MONTHS, type Trigger, WEEKDAYS } from './trigger.js';
import { accountKey, isServiceAccount } from './well-known-accounts.js';

/** A comparable value: plain data with one spelling for everything that means the same. */
export type NormalValue = string | number | boolean | null | NormalValue[] | { [key: string]: NormalValue };

/** A task reduced to what it does, in one spelling. Triggers are in a fixed order. */
export interface NormalTask {
  description: string;
  principal: NormalValue;
  triggers: NormalValue[];
  settings: NormalValue;
  actions: NormalValue[];
}

const DURATION_KEYS = new Set([
  'interval',
  'duration',
  'executionTimeLimit',
  'randomDelay',
  'delay',
  'periodOfOccurrence',
  'waitTimeout',
  'period',
  'deadline',
  'deleteExpiredTaskAfter',
]);
const BOUNDARY_KEYS = new Set(['startBoundary', 'endBoundary']);

function boundary(text: string): string {
  const read = parseWallClock(text);
  if (!read) return text;
  // An instant is the same however its offset is written.
  return read.offsetMs === undefined ? formatWall(read.wallMs) : `${formatWall(read.wallMs - read.offsetMs)}Z`;
}

function normalText(key: string, text: string): string {
  if (DURATION_KEYS.has(key)) {
    const ms = parseIsoDuration(text);
    return ms === undefined ? text : formatIsoDuration(ms);
  }
  if (BOUNDARY_KEYS.has(key)) return boundary(text);
  if (key === 'userId' || key === 'groupId') return accountKey(text);
  return text.replace(/\r\n?/g, '\n');
}

/** Copies plain data with normal texts, without absent properties and without empty `extra` lists. */
function normal(value: unknown, key = ''): NormalValue {
  if (typeof value === 'string') return normalText(key, value);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map((item) => normal(item, key));
  if (value === null || typeof value !== 'object') return null;
  const entries = Object.entries(value).filter(
    ([name, part]) => part !== undefined && !(name === 'extra' && Array.isArray(part) && part.length === 0),
  );
  return Object.fromEntries(entries.map(([name, part]) => [name, normal(part, name)]));
}

function normalRaw(element: RawElement): RawElement {
  return { ...element, text: element.text.trim(), children: element.children.map(normalRaw) };
}

function normalCalendar(trigger: Trigger & { kind: 'calendar' }): object {
  const { schedule } = trigger;
  const inOrder = <Name extends string>(all: readonly Name[], some: readonly Name[]) =>
    all.filter((name) => some.includes(name));
  switch (schedule.kind) {
    case 'day':
      return schedule;
    case 'week':
      return { ...schedule, daysOfWeek: inOrder(WEEKDAYS, schedule.daysOfWeek) };
    case 'month': {
      const daysOfMonth = [...new Set(schedule.daysOfMonth)].map(String).sort();
      return { ...schedule, daysOfMonth, months: inOrder(MONTHS, schedule.months ?? MONTHS) };
    }
    case 'month-day-of-week': {
      const weeks = [...new Set(schedule.weeks)].map(String).sort();
      const daysOfWeek = inOrder(WEEKDAYS, schedule.daysOfWeek);
      return { ...schedule, weeks, daysOfWeek, months: inOrder(MONTHS, schedule.months ?? MONTHS) };
    }
  }
}

/** One trigger in normal form: its id dropped, defaults written out. */
export function normalizeTrigger(trigger: Trigger): NormalValue {
  if (trigger.kind === 'raw') return normal({ kind: 'raw', element: normalRaw(trigger.element) });
  const { id: _id, ...rest } = trigger;
  const repetition = rest.repetition ? { stopAtDurationEnd: false, ...rest.repetition } : undefined;
  const calendar = trigger.kind === 'calendar' ? { schedule: normalCalendar(trigger) } : {};
  return normal({ enabled: true, ...rest, repetition, ...calendar });
}

function normalPrincipal(principal: Principal | undefined): NormalValue {
  const { id: _id, displayName: _name, logonType, ...rest } = principal ?? {};
  const account = rest.userId ?? '';
  // Windows leaves the logon type of service accounts out, or writes it, by version; it has no effect there.
  const logon = isServiceAccount(account) || logonType === undefined ? {} : { logonType };
  return normal({ runLevel: 'LeastPrivilege', ...rest, ...logon });
}

function normalSettings(settings: TaskSettings, idleMatters: boolean): NormalValue {
  // Idle settings are exported whether used or not; which engine runs a task changes nothing about it.
  const { idleSettings, useUnifiedSchedulingEngine: _engine, networkSettings, ...rest } = settings;
  const { stopOnIdleEnd = true, restartOnIdle = false } = idleSettings ?? {};
  const idle = idleMatters ? { idleSettings: { stopOnIdleEnd, restartOnIdle } } : {};
  const network = settings.runOnlyIfNetworkAvailable ? { networkSettings } : {};
  return normal({ ...SETTINGS_DEFAULTS, ...rest, ...idle, ...network });
}

/** A stable text of a normal value, for ordering and equality. */
export function keyOf(value: NormalValue): string {
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${keyOf(value[name]!)}`).join()}}`;
}

/**
 * Reduces a task to what it does. Dropped, because Windows rewrites them or they mean nothing: URI, author, dates,
 * source, security descriptor, version, ids, the order of triggers, settings that equal the default, spellings of
 * durations, boundaries and well-known accounts.
 */
export function normalizeTask(task: TaskDefinition): NormalTask {
  const principal = task.principals.find(({ id }) => id === task.actionsContext) ?? task.principals[0];
  const idleMatters = task.settings.runOnlyIfIdle === true || task.triggers.some(({ kind }) => kind === 'idle');
  const triggers = task.triggers.map(normalizeTrigger);
  return {
    description: (task.registrationInfo?.description ?? '').replace(/\r\n?/g, '\n').trim(),
    principal: normalPrincipal(principal),
    triggers: triggers.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    settings: normalSettings(task.settings, idleMatters),
    actions: task.actions.map((action) => {
      if (action.kind === 'raw') return normal({ kind: 'raw', element: normalRaw(action.element) });
      const { id: _id, ...rest } = action;
      return normal(rest);
    }),
  };
}
