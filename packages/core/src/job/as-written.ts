import type { DayCalendar, ScheduleEntry, WatchedEntry } from '@carillon/wintask/schedule/schedule';
import { isCalendarName } from '../calendar/named-days.js';
import { unreachable } from '../state/states.js';
import { describeDuration } from './describe-schedule.js';
import { type RunAs, readRunAs } from './run-as.js';

/** An account as a job file says it. */
export function accountAsWritten(runAs: RunAs): unknown {
  const parts = readRunAs(runAs);
  return parts === undefined || parts.kind === 'service' ? runAs : { [parts.kind]: parts.account };
}

/** `20GiB`, `256KiB`, `4097`: the largest unit of which it is a whole number. */
export function sizeAsWritten(bytes: number): number | string {
  const units = ['TiB', 'GiB', 'MiB', 'KiB'];
  const at = units.findIndex((_, index) => bytes > 0 && bytes % 1024 ** (units.length - index) === 0);
  return at < 0 ? bytes : `${bytes / 1024 ** (units.length - at)}${units[at]}`;
}

/** An entry of a schedule as a job file says it. */
export function entryAsWritten(entry: ScheduleEntry): Record<string, unknown> {
  return {
    ...startAsWritten(entry),
    ...('timezone' in entry && entry.timezone ? { timezone: entry.timezone } : {}),
    ...('calendar' in entry && entry.calendar ? { calendar: calendarAsWritten(entry.calendar) } : {}),
    ...('jitterMs' in entry && entry.jitterMs ? { jitter: describeDuration(entry.jitterMs) } : {}),
  };
}

/** `cn-holidays` and `-cn-holidays` where that is all. */
function calendarAsWritten({ named, ...days }: DayCalendar): unknown {
  const { only, except } = named ?? days;
  const [name = ''] = only ?? except ?? [];
  const isOne = isCalendarName(name) && (only?.length ?? 0) + (except?.length ?? 0) === 1;
  if (!isOne) return { ...(only ? { only } : {}), ...(except ? { except } : {}) };
  return only ? name : `-${name}`;
}

function startAsWritten(entry: ScheduleEntry): Record<string, unknown> {
  switch (entry.kind) {
    case 'cron':
      return { cron: entry.expression };
    case 'every':
      return { every: describeDuration(entry.intervalMs) };
    case 'at':
      return { at: entry.local };
    case 'after':
      return { after: describeDuration(entry.delayMs) };
    case 'startup':
    case 'logon':
      return { on: entry.kind };
    case 'event': {
      const { log, source, eventId } = entry;
      return {
        on: { event: { log, ...(source ? { source } : {}), ...(eventId === undefined ? {} : { id: eventId }) } },
      };
    }
    case 'file':
    case 'metric':
    case 'job':
      return { on: watchedAsWritten(entry) };
    default:
      return unreachable(entry);
  }
}

function watchedAsWritten(entry: WatchedEntry): Record<string, unknown> {
  switch (entry.kind) {
    case 'file':
      return { file: entry.pattern };
    case 'job':
      return { job: entry.job, outcome: entry.outcome };
    case 'metric':
      return {
        [`${entry.metric}Above`]: `${entry.abovePercent}%`,
        ...(entry.disk === undefined ? {} : { disk: entry.disk }),
        for: describeDuration(entry.forMs),
      };
    default:
      return unreachable(entry);
  }
}
