import type { TaskDefinition } from '@carillon/wintask/task/definition';
import type { Trigger } from '@carillon/wintask/task/trigger';
import { parseWallClock } from '@carillon/wintask/time/wall-clock';
import { offsetMs } from '@carillon/wintask/time/zone';
import { triggerOccurrences } from '@carillon/wintask/trigger/occurrences';
import { readState } from './task-state.js';
import { readTask, type TaskFile } from './task-store.js';

/** Column names of an English verbose listing; readers go by position. */
export const VERBOSE_COLUMNS: readonly string[] = [
  'HostName',
  'TaskName',
  'Next Run Time',
  'Status',
  'Logon Mode',
  'Last Run Time',
  'Last Result',
  'Author',
  'Task To Run',
  'Start In',
  'Comment',
  'Scheduled Task State',
  'Idle Time',
  'Power Management',
  'Run As User',
  'Delete Task If Not Rescheduled',
  'Stop Task If Runs X Hours and X Mins',
  'Schedule',
  'Schedule Type',
  'Start Time',
  'Start Date',
  'End Date',
  'Days',
  'Months',
  'Repeat: Every',
  'Repeat: Until: Time',
  'Repeat: Until: Duration',
  'Repeat: Stop If Still Running',
];

const NONE = 'N/A';

function dateTime(wallMs: number): { date: string; time: string } {
  const shown = new Date(wallMs);
  const hour = shown.getUTCHours();
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${hour % 12 || 12}:${two(shown.getUTCMinutes())}:${two(shown.getUTCSeconds())} ${hour < 12 ? 'AM' : 'PM'}`;
  return { date: `${shown.getUTCMonth() + 1}/${shown.getUTCDate()}/${shown.getUTCFullYear()}`, time };
}

function instant(atMs: number | undefined, zone: string): string {
  if (atMs === undefined) return NONE;
  const { date, time } = dateTime(atMs + offsetMs(zone, atMs));
  return `${date} ${time}`;
}

const TYPES: Record<string, string> = {
  time: 'One Time Only',
  boot: 'At system start up',
  logon: 'At logon time',
  idle: 'At idle time',
  event: 'When an event occurs',
};
const CALENDARS: Record<string, string> = {
  day: 'Daily ',
  week: 'Weekly',
  month: 'Monthly',
  'month-day-of-week': 'Monthly',
};

/** The columns from Schedule on, which differ by trigger. */
function triggerCells(trigger: Trigger | undefined): string[] {
  const none = Array.from({ length: 10 }, () => NONE);
  const head = 'Scheduling data is not available in this format.';
  if (!trigger || trigger.kind === 'raw') return [head, trigger ? 'Undefined' : 'On demand only', ...none.slice(1)];
  const type = trigger.kind === 'calendar' ? CALENDARS[trigger.schedule.kind]! : (TYPES[trigger.kind] ?? 'Undefined');
  const start = trigger.startBoundary === undefined ? undefined : parseWallClock(trigger.startBoundary);
  const { date, time } = start ? dateTime(start.wallMs) : { date: NONE, time: NONE };
  const { interval, duration } = trigger.repetition ?? {};
  const repeat = interval === undefined ? 'Disabled' : interval;
  return [
    head,
    type,
    time,
    date,
    NONE,
    NONE,
    NONE,
    repeat,
    interval === undefined ? 'Disabled' : 'None',
    duration ?? 'Disabled',
    'Disabled',
  ];
}

function statusOf(task: TaskDefinition, running: boolean): string {
  if (running) return 'Running';
  return task.settings.enabled === false ? 'Disabled' : 'Ready';
}

/** The 28 cells of a task, once for each of its triggers. */
export function verboseCells(store: string, { path }: TaskFile, zone: string, host: string): string[][] {
  const task = readTask(store, path);
  if (!task) return [];
  const state = readState(store, path);
  const enabled = task.settings.enabled !== false;
  const next = enabled
    ? triggerOccurrences(task.triggers, { fromMs: Date.now(), hostTimezone: zone }).next()
    : undefined;
  const nextRun = next && !next.done ? instant(next.value.atMs, zone) : NONE;
  const action = task.actions[0];
  const exec = action?.kind === 'exec' ? action : undefined;
  const principal = task.principals[0];
  const common = [
    host,
    path,
    nextRun,
    statusOf(task, state.instances.length > 0),
    'Interactive/Background',
    state.lastRunMs === undefined ? '11/30/1999 12:00:00 AM' : instant(state.lastRunMs, zone),
    String(state.lastResult | 0),
    task.registrationInfo?.author ?? NONE,
    exec ? `${exec.command} ${exec.arguments ?? ''}`.trimEnd() : 'COM handler',
    exec?.workingDirectory ?? NONE,
    task.registrationInfo?.description?.replace(/\s+/g, ' ') ?? NONE,
    enabled ? 'Enabled' : 'Disabled',
    'Disabled',
    '',
    principal?.userId ?? principal?.groupId ?? NONE,
    'Disabled',
    task.settings.executionTimeLimit ?? '72:00:00',
  ];
  const triggers = task.triggers.length > 0 ? task.triggers : [undefined];
  return triggers.map((trigger) => [...common, ...triggerCells(trigger)]);
}
