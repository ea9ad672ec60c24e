import type { CronPieceText, CronText } from '../words/cron-texts.js';
import type { CronProblem, Field } from './fields.js';

/** Tells a refusal from a parsed value. */
export function isProblem(value: object): value is CronProblem {
  return 'message' in value && 'expected' in value;
}

/** Builds the refusal of one piece of a field. */
export function problemAt(field: Field, got: string, why: CronPieceText): CronProblem {
  const expected = `${field.min}-${field.max}, *, a-b, */n or a list of these`;
  const message: CronText = `${field.name} "${got}": ${why}`;
  return { field: field.name, got, expected, message };
}

function numberOf(text: string, field: Field): number | undefined {
  const named = field.names.get(text.toLowerCase());
  if (named !== undefined) return named;
  if (!/^\d{1,4}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= field.min && value <= field.max ? value : undefined;
}

function stepOf(text: string | undefined, piece: string, field: Field): number | CronProblem {
  if (text === undefined) return 1;
  const step = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (step < 1) return problemAt(field, piece, 'a step is a whole number from 1');
  const size = field.max - field.min + 1;
  // cron would quietly read */90 as "at minute 0", which is never what its author meant.
  if (step > size)
    return problemAt(field, piece, `a step of ${step} is longer than the field; use "every" for longer intervals`);
  return step;
}

function rangeOf(body: string, stepped: boolean, piece: string, field: Field): [number, number] | CronProblem {
  // Only weekdays have two numbers for one value (0 and 7); a star covers each value once.
  if (body === '*' || (body === '?' && (field.name === 'day' || field.name === 'weekday')))
    return [field.min, field.name === 'weekday' ? 6 : field.max];
  const ends = body.split('-');
  if (ends.length > 2) return problemAt(field, piece, 'a range has two ends');
  const low = numberOf(ends[0]!, field);
  if (low === undefined)
    return problemAt(field, piece, `"${ends[0] || piece}" is not a value from ${field.min} to ${field.max}`);
  // With two numbers for Sunday, libraries disagree on where such a range ends: nothing is guessed.
  if (ends.length === 1 && stepped && field.name === 'weekday')
    return problemAt(field, piece, `it could end on Saturday or on Sunday; write a range such as ${low}-6/2`);
  if (ends.length === 1) return [low, stepped ? field.max : low];
  let high = numberOf(ends[1]!, field);
  if (high === undefined)
    return problemAt(field, piece, `"${ends[1] || piece}" is not a value from ${field.min} to ${field.max}`);
  if (field.name === 'weekday' && high === 0 && low > 0) high = 7;
  if (high < low) return problemAt(field, piece, 'the range goes backwards; write two ranges in a list');
  return [low, high];
}

/** Reads one list item (`5`, `*`, `1-5`, a star with a step, `10-50/20`, `5/15`) into its values, unsorted. */
export function parsePiece(piece: string, field: Field): number[] | CronProblem {
  const [body, stepText, ...more] = piece.split('/');
  if (!body || more.length > 0) return problemAt(field, piece, 'not a value, range or step');
  const step = stepOf(stepText, piece, field);
  if (typeof step !== 'number') return step;
  const range = rangeOf(body, stepText !== undefined, piece, field);
  if (!Array.isArray(range)) return range;
  const values: number[] = [];
  for (let value = range[0]; value <= range[1]; value += step)
    values.push(field.name === 'weekday' ? value % 7 : value);
  return values;
}

/** Sorted values without repeats; of small whole numbers only, so that they need no sorting. */
export function sortedSet(values: Iterable<number>): number[] {
  const present: boolean[] = [];
  for (const value of values) present[value] = true;
  const sorted: number[] = [];
  for (let value = 0; value < present.length; value++) if (present[value]) sorted.push(value);
  return sorted;
}

/** Reads a whole field of numbers. */
export function parseNumbers(text: string, field: Field): number[] | CronProblem {
  const values: number[] = [];
  for (const piece of text.split(',')) {
    const parsed = parsePiece(piece, field);
    if (isProblem(parsed)) return parsed;
    values.push(...parsed);
  }
  return sortedSet(values);
}
