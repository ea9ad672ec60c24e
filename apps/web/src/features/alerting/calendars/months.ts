/** A month of a picture of days. */
export interface Month {
  /** Its first day, `2026-12-01`. */
  readonly first: string;
  /** Cells before its first day in a week that begins on Monday, 0-6. */
  readonly offset: number;
  /** Its days, `2026-12-01`. */
  readonly days: readonly string[];
}

/** Twelve months, from that of a date on. */
export function monthsFrom(date: string): Month[] {
  const year = Number(date.slice(0, 4));
  const month = Number(date.slice(5, 7)) - 1;
  return Array.from({ length: 12 }, (_, index) => {
    const start = new Date(Date.UTC(year, month + index, 1));
    const count = new Date(Date.UTC(year, month + index + 1, 0)).getUTCDate();
    const iso = (day: number) => new Date(start.getTime() + (day - 1) * dayMs).toISOString().slice(0, 10);
    return {
      first: iso(1),
      offset: (start.getUTCDay() + 6) % 7,
      days: Array.from({ length: count }, (_, day) => iso(day + 1)),
    };
  });
}

const dayMs = 86_400_000;
