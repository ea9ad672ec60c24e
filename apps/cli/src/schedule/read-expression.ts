import type { ScheduleEntry } from '@carillon/wintask/schedule/schedule';
import { parseShortDuration } from '@carillon/wintask/time/duration';
import { usageError } from '../lib/errors.js';

/** A schedule as typed on a command line: a crontab, `every 2h` or `at 2026-12-31T23:00`. @throws CliError (usage) */
export function readExpression(text: string, timezone: string | undefined): ScheduleEntry {
  const zone = timezone === undefined ? {} : { timezone };
  const [word = '', ...rest] = text.trim().split(/\s+/);
  if (word === 'at') return { kind: 'at', local: rest.join(' '), ...zone };
  if (word !== 'every' && word.toLowerCase() !== '@every') return { kind: 'cron', expression: text.trim(), ...zone };
  const intervalMs = parseShortDuration(rest.join(''));
  if (intervalMs === undefined)
    throw usageError(`every: expected a duration such as 5m, 2h or 1h30m, got ${JSON.stringify(rest.join(' '))}`);
  return { kind: 'every', intervalMs };
}
