import type { DayCalendar, Schedule, ScheduleEntry } from '@carillon/wintask/schedule/schedule';
import { unreachable } from '../state/states.js';

/** A schedule in a few words, for lists: `0 2 * * *`, `every 2h`, `at start-up`. */
export function describeSchedule(schedule: Schedule): string {
  return schedule.map(describeEntry).join('; ');
}

function describeEntry(entry: ScheduleEntry): string {
  const calendar = 'calendar' in entry && entry.calendar ? describeCalendar(entry.calendar) : '';
  const jitter = 'jitterMs' in entry && entry.jitterMs ? `, spread over ${describeDuration(entry.jitterMs)}` : '';
  return `${describeKind(entry)}${calendar}${jitter}`;
}

function describeKind(entry: ScheduleEntry): string {
  switch (entry.kind) {
    case 'cron':
      return entry.timezone ? `${entry.expression} (${entry.timezone})` : entry.expression;
    case 'every':
      return `every ${describeDuration(entry.intervalMs)}`;
    case 'at':
      return `once at ${entry.local}${entry.timezone ? ` (${entry.timezone})` : ''}`;
    case 'after':
      return `${describeDuration(entry.delayMs)} after the end of the run before`;
    case 'startup':
      return 'at start-up';
    case 'logon':
      return 'at logon';
    case 'event':
      return `on event ${[entry.log, entry.source, entry.eventId].filter((part) => part !== undefined).join(' ')}`;
    case 'file':
      return `when ${entry.pattern} arrives`;
    case 'metric':
      return `when ${entry.disk ?? entry.metric} is above ${entry.abovePercent} % for ${describeDuration(entry.forMs)}`;
    case 'job':
      return `after ${entry.job}${entry.outcome === 'any' ? '' : ` (${entry.outcome})`}`;
    default:
      return unreachable(entry);
  }
}

/** `, only on 12-25`, `, except on 3 days`: a list is told by its length, it can have hundreds. */
function describeCalendar({ only, except }: DayCalendar): string {
  const days = (list: readonly string[]) => (list.length === 1 ? list[0] : `${list.length} days or ranges`);
  return [only && `, only on ${days(only)}`, except && `, except on ${days(except)}`].filter(Boolean).join('');
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** `5_400_000` -> `1h30m`. */
export function describeDuration(ms: number): string {
  let rest = ms;
  const parts = units.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? [`${count}${unit}`] : [];
  });
  return parts.join('') || '0s';
}
