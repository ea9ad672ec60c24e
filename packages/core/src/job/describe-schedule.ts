import type { DayCalendar, Schedule, ScheduleEntry } from '@carillon/wintask/schedule/schedule';
import { unreachable } from '../state/states.js';
import type { ScheduleText } from './schedule-texts.js';

/** A schedule in a few words, for lists: `0 2 * * *`, `every 2h`, `at start-up`. `readScheduleText` reads it back. */
export function describeSchedule(schedule: Schedule): string {
  return schedule.map(describeEntry).join('; ');
}

function describeEntry(entry: ScheduleEntry): string {
  const calendar = 'calendar' in entry && entry.calendar ? describeCalendar(entry.calendar) : [];
  const jitter = 'jitterMs' in entry && entry.jitterMs ? [spreadOver(entry.jitterMs)] : [];
  return [describeKind(entry), ...calendar, ...jitter].join(', ');
}

/** What stands beside the kind of an entry. */
function spreadOver(jitterMs: number): ScheduleText {
  return `spread over ${describeDuration(jitterMs)}`;
}

/** A crontab stands for itself; all else is one of the known texts. */
function describeKind(entry: ScheduleEntry): string {
  return entry.kind === 'cron' ? describeCron(entry) : describeWords(entry);
}

function describeCron({ timezone, expression }: Extract<ScheduleEntry, { kind: 'cron' }>): string {
  return timezone ? `${expression} (${timezone})` : expression;
}

function describeWords(entry: Exclude<ScheduleEntry, { kind: 'cron' }>): ScheduleText {
  switch (entry.kind) {
    case 'every':
      return `every ${describeDuration(entry.intervalMs)}`;
    case 'at':
      return entry.timezone ? `once at ${entry.local} (${entry.timezone})` : `once at ${entry.local}`;
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
      if (entry.outcome === 'any') return `after ${entry.job}`;
      return entry.outcome === 'success' ? `after ${entry.job} (success)` : `after ${entry.job} (failure)`;
    default:
      return unreachable(entry);
  }
}

/** `only on 12-25`, `except on 3 days or ranges`: a list is told by its length, it can have hundreds. */
function describeCalendar({ named, ...days }: DayCalendar): ScheduleText[] {
  const { only, except } = named ?? days;
  const texts: ScheduleText[] = [];
  if (only) texts.push(only.length === 1 ? `only on ${only[0] ?? ''}` : `only on ${only.length} days or ranges`);
  if (except)
    texts.push(except.length === 1 ? `except on ${except[0] ?? ''}` : `except on ${except.length} days or ranges`);
  return texts;
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
