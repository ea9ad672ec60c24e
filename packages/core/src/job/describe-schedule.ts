import type { Schedule, ScheduleEntry } from '@carillon/wintask/schedule/schedule';
import { unreachable } from '../state/states.js';

/** A schedule in a few words, for lists: `0 2 * * *`, `every 2h`, `at start-up`. */
export function describeSchedule(schedule: Schedule): string {
  return schedule.map(describeEntry).join('; ');
}

function describeEntry(entry: ScheduleEntry): string {
  switch (entry.kind) {
    case 'cron':
      return entry.timezone ? `${entry.expression} (${entry.timezone})` : entry.expression;
    case 'every':
      return `every ${describeDuration(entry.intervalMs)}`;
    case 'at':
      return `once at ${entry.local}${entry.timezone ? ` (${entry.timezone})` : ''}`;
    case 'startup':
      return 'at start-up';
    case 'logon':
      return 'at logon';
    case 'event':
      return `on event ${[entry.log, entry.source, entry.eventId].filter((part) => part !== undefined).join(' ')}`;
    default:
      return unreachable(entry);
  }
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
