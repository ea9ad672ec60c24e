import type { CronText } from '../words/cron-texts.js';
export type FieldName = 'minute' | 'hour' | 'day' | 'month' | 'weekday';

/** Why an expression was refused; `got` is the offending piece of text, `expected` what would be accepted. */
export interface CronProblem {
  field: FieldName | 'expression';
  got: string;
  expected: string;
  message: CronText;
}

/** One of the five fields: its place, its range and the names it accepts. */
export interface Field {
  name: FieldName;
  position: number;
  min: number;
  max: number;
  names: ReadonlyMap<string, number>;
}

const none: ReadonlyMap<string, number> = new Map();
const months = new Map(
  'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ').map((name, index) => [name, index + 1]),
);
const weekdays = new Map('sun mon tue wed thu fri sat'.split(' ').map((name, index) => [name, index]));

export const FIELDS: readonly Field[] = [
  { name: 'minute', position: 0, min: 0, max: 59, names: none },
  { name: 'hour', position: 1, min: 0, max: 23, names: none },
  { name: 'day', position: 2, min: 1, max: 31, names: none },
  { name: 'month', position: 3, min: 1, max: 12, names: months },
  { name: 'weekday', position: 4, min: 0, max: 7, names: weekdays },
];

/** The description of one field. */
export function fieldOf(name: FieldName): Field {
  return FIELDS.find((field) => field.name === name)!;
}

/** Macros as the five fields they stand for. Source: crontab(5). */
export const MACROS: ReadonlyMap<string, string> = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
]);
