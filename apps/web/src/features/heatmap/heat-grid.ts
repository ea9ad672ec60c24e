const hourMs = 3_600_000;

/** One hour of a day, by the reader's own clock. */
export interface HeatCell {
  readonly atMs: number;
  readonly starts: number;
  readonly bad: number;
}

export interface HeatDay {
  readonly atMs: number;
  /** By hour of the day; null where the day does not have it, or it lies outside. */
  readonly cells: readonly (HeatCell | null)[];
}

/** Midnight of the reader's clock, so many days from today. */
export function midnight(nowMs: number, days = 0): number {
  const now = new Date(nowMs);
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days).getTime();
}

/**
 * Days of 24 hours on the reader's clock. Where clocks change, an hour that comes twice is one cell with both, and one
 * that is left out is empty.
 */
export function heatDays(cells: readonly HeatCell[], fromMs: number, days: number): HeatDay[] {
  const byHour = new Map<string, HeatCell>();
  for (const cell of cells) {
    const key = keyOf(new Date(cell.atMs));
    const before = byHour.get(key);
    byHour.set(key, before ? { ...before, starts: before.starts + cell.starts, bad: before.bad + cell.bad } : cell);
  }
  return Array.from({ length: days }, (_, day) => {
    const atMs = midnight(fromMs, day);
    const date = new Date(atMs);
    return {
      atMs,
      cells: Array.from({ length: 24 }, (__, hour) => {
        const at = new Date(date.getFullYear(), date.getMonth(), date.getDate(), hour);
        return at.getHours() === hour ? (byHour.get(keyOf(at)) ?? { atMs: at.getTime(), starts: 0, bad: 0 }) : null;
      }),
    };
  });
}

/** Counts of hours one after the other as cells. */
export function cellsOf(fromMs: number, hours: readonly number[]): HeatCell[] {
  return hours.map((starts, hour) => ({ atMs: fromMs + hour * hourMs, starts, bad: 0 }));
}

/** The fullest of all; undefined where nothing starts. */
export function fullest(days: readonly HeatDay[]): HeatCell | undefined {
  let most: HeatCell | undefined;
  for (const cell of days.flatMap((day) => day.cells)) if (cell && cell.starts > (most?.starts ?? 0)) most = cell;
  return most;
}

/** How strongly a cell is coloured, 0 to 1: by the root, so that small numbers can be told apart beside a large one. */
export function heatOf(starts: number, most: number): number {
  return most === 0 ? 0 : Math.sqrt(starts / most);
}

/** `950`, `1.2k`, `34k`: short enough for a cell. Below ten with one digit after the point where there is one. */
export function shortCount(value: number): string {
  if (value < 10) return String(Math.round(value * 10) / 10);
  if (value < 1_000) return String(Math.round(value));
  const thousands = value / 1_000;
  return `${thousands < 10 ? Math.round(thousands * 10) / 10 : Math.round(thousands)}k`;
}

/** Numbers of minutes by five of them. */
export function byFive(minutes: readonly number[]): number[] {
  return Array.from({ length: Math.ceil(minutes.length / 5) }, (_, part) =>
    minutes.slice(part * 5, part * 5 + 5).reduce((sum, value) => sum + value, 0),
  );
}

function keyOf(at: Date): string {
  return `${at.getFullYear()}-${at.getMonth()}-${at.getDate()} ${at.getHours()}`;
}
