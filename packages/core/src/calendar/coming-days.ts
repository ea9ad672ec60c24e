import { dayFilter } from '@carillon/wintask/schedule/day-calendar';

const dayMs = 86_400_000;

/**
 * The days of a calendar from a date on, `2026-12-25`, in order.
 * @param days as a calendar says them; of days that cannot be read there are none
 * @param from the first date that may be one
 * @param span how many dates are looked at
 */
export function comingDays(days: readonly string[], from: string, span = 366): string[] {
  const read = dayFilter({ only: days });
  if (!read.ok) return [];
  const fromMs = Date.parse(`${from}T00:00Z`);
  return Array.from({ length: span }, (_, index) => new Date(fromMs + index * dayMs)).flatMap((date) =>
    read.filter.has(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())
      ? [date.toISOString().slice(0, 10)]
      : [],
  );
}
