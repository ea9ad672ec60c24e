import type { CronProblem, Field } from './fields.js';
import { isProblem, parsePiece, problemAt, sortedSet } from './numbers.js';

/** The day-of-month field. `lastOffsets` holds 0 for `L` and n for `L-n`; `nearest` holds n for `nW`. */
export interface DayField {
  restricted: boolean;
  days: readonly number[];
  lastOffsets: readonly number[];
  nearest: readonly number[];
  lastWeekday: boolean;
}

/** The weekday field, 0 = Sunday. `nth` holds `n#k`, `last` holds n for `nL`. */
export interface WeekdayField {
  restricted: boolean;
  days: readonly number[];
  nth: readonly { weekday: number; week: number }[];
  last: readonly number[];
}

// crontab(5): only a field that does not start with a star takes part in the "either day" rule.
const isRestricted = (text: string) => !/^[*?]/.test(text);

/** Reads the day-of-month field with `L`, `L-n`, `LW` and `nW`. */
export function parseDays(text: string, field: Field): DayField | CronProblem {
  const days: number[] = [];
  const lastOffsets: number[] = [];
  const nearest: number[] = [];
  let lastWeekday = false;
  for (const piece of text.split(',')) {
    const upper = piece.toUpperCase();
    const offset = /^L(?:-(\d{1,2}))?$/.exec(upper);
    const near = /^(\d{1,2})W$/.exec(upper);
    if (upper === 'LW') lastWeekday = true;
    else if (offset) {
      const back = Number(offset[1] ?? 0);
      if (back > 27) return problemAt(field, piece, 'L-n counts at most 27 days back, so that every month has the day');
      lastOffsets.push(back);
    } else if (near) {
      const day = Number(near[1]);
      if (day < 1 || day > 31) return problemAt(field, piece, 'the day before W is 1-31');
      nearest.push(day);
    } else {
      const values = parsePiece(piece, field);
      if (isProblem(values)) return values;
      days.push(...values);
    }
  }
  return {
    restricted: isRestricted(text),
    days: sortedSet(days),
    lastOffsets: sortedSet(lastOffsets),
    nearest: sortedSet(nearest),
    lastWeekday,
  };
}

function weekdayNumber(text: string, field: Field): number | undefined {
  const named = field.names.get(text.toLowerCase());
  if (named !== undefined) return named;
  return /^[0-7]$/.test(text) ? Number(text) % 7 : undefined;
}

/** Reads the weekday field with `nL` (last in the month) and `n#k` (k-th in the month). */
export function parseWeekdays(text: string, field: Field): WeekdayField | CronProblem {
  const days: number[] = [];
  const nth: { weekday: number; week: number }[] = [];
  const last: number[] = [];
  for (const piece of text.split(',')) {
    const counted = /^([a-z0-9]+)#(\d+)$/i.exec(piece);
    const final = /^([a-z0-9]+)L$/i.exec(piece);
    if (counted) {
      const weekday = weekdayNumber(counted[1]!, field);
      const week = Number(counted[2]);
      if (weekday === undefined || week < 1 || week > 5)
        return problemAt(field, piece, 'n#k needs a weekday 0-7 and a week 1-5');
      nth.push({ weekday, week });
    } else if (final) {
      const weekday = weekdayNumber(final[1]!, field);
      if (weekday === undefined) return problemAt(field, piece, 'nL needs a weekday 0-7');
      last.push(weekday);
    } else {
      const values = parsePiece(piece, field);
      if (isProblem(values)) return values;
      days.push(...values);
    }
  }
  return { restricted: isRestricted(text), days: sortedSet(days), nth, last: sortedSet(last) };
}
