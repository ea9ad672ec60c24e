import type { CronText } from '../words/cron-texts.js';
import { type CronProblem, FIELDS, fieldOf, MACROS } from './fields.js';
import { isProblem, parseNumbers } from './numbers.js';
import { type DayField, parseDays, parseWeekdays, type WeekdayField } from './special-days.js';

export type { CronProblem } from './fields.js';

/** A parsed five-field expression: sorted sets of values, with the days kept as rules because they depend on the month. */
export interface Cron {
  expression: string;
  minutes: readonly number[];
  hours: readonly number[];
  months: readonly number[];
  days: DayField;
  weekdays: WeekdayField;
}

export type CronResult = { ok: true; cron: Cron } | { ok: false; problem: CronProblem };

function refuse(field: CronProblem['field'], got: string, expected: string, message: CronText): CronResult {
  return { ok: false, problem: { field, got, expected, message } };
}

/** True for `@reboot`, which is a start-up trigger and not a time. */
export function isRebootMacro(expression: string): boolean {
  return expression.trim().toLowerCase() === '@reboot';
}

const FIVE = 'five fields: minute hour day month weekday';

function refuseFieldCount(expression: string, count: number): CronResult {
  if (count === 6 || count === 7) {
    const message: CronText =
      count === 7
        ? `seconds are not supported: ${count} fields were given, leave out the seconds and the year field`
        : `seconds are not supported: ${count} fields were given, leave out the seconds field`;
    return refuse('expression', expression, FIVE, message);
  }
  return refuse('expression', expression, FIVE, `${count} fields were given, a schedule has ${FIVE}`);
}

/**
 * Parses a crontab expression: five fields with lists, ranges, steps and names, 7 as Sunday, the macros `@hourly` to
 * `@annually`, and the extensions `L`, `L-n`, `LW`, `nW` for days and `nL`, `n#k` for weekdays (0 = Sunday).
 * A day or weekday field that starts with `*` does not count as restricted; when both are restricted, either may match,
 * otherwise both must. Source: crontab(5).
 */
export function parseCron(expression: string): CronResult {
  const text = expression.trim();
  if (text.startsWith('@')) {
    const macro = MACROS.get(text.toLowerCase());
    if (macro !== undefined) return parseCron(macro);
    if (isRebootMacro(text)) return refuse('expression', text, FIVE, '@reboot is a start-up trigger, not a time');
    if (/^@every\b/i.test(text))
      return refuse('expression', text, FIVE, `${text} is an interval; write it as "every" instead`);
    return refuse('expression', text, [...MACROS.keys()].join(', '), `unknown macro ${text}`);
  }
  const parts = text === '' ? [] : text.split(/\s+/);
  if (parts.length !== 5) return refuseFieldCount(text, parts.length);
  const values: Record<string, number[]> = {};
  for (const field of FIELDS) {
    if (field.name === 'day' || field.name === 'weekday') continue;
    const numbers = parseNumbers(parts[field.position]!, field);
    if (isProblem(numbers)) return { ok: false, problem: numbers };
    values[field.name] = numbers;
  }
  const days = parseDays(parts[2]!, fieldOf('day'));
  if (isProblem(days)) return { ok: false, problem: days };
  const weekdays = parseWeekdays(parts[4]!, fieldOf('weekday'));
  if (isProblem(weekdays)) return { ok: false, problem: weekdays };
  const { minute, hour, month } = values as { minute: number[]; hour: number[]; month: number[] };
  return { ok: true, cron: { expression: text, minutes: minute, hours: hour, months: month, days, weekdays } };
}
