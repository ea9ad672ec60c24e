import { offsetMs } from '@carillon/wintask/time/zone';
import { instantOfWall, type WeeklySpan } from '../documents/alert-parts.schema.js';

export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;

/**
 * The pieces of a week that touch [fromMs, untilMs), in order of their beginnings. Both ends are read on the wall clock,
 * so a night is an hour shorter or longer when clocks change; a time that clocks jump over is the end of the jump.
 */
export function weeklySpans(spans: readonly WeeklySpan[], zone: string, range: Span): Span[] {
  const midnight = (ms: number) => Math.floor((ms + offsetMs(zone, ms)) / dayMs) * dayMs;
  const found: Span[] = [];
  // A span may have begun the day before, and a change of clocks moves midnight.
  for (let day = midnight(range.fromMs) - 2 * dayMs; day <= midnight(range.untilMs) + dayMs; day += dayMs) {
    const weekday = new Date(day).getUTCDay();
    for (const { days, fromMinute, toMinute } of spans) {
      if (!days.includes(weekday)) continue;
      const next = toMinute <= fromMinute ? dayMs : 0;
      const fromMs = instantOfWall(zone, day + fromMinute * minuteMs);
      const untilMs = instantOfWall(zone, day + next + toMinute * minuteMs);
      if (fromMs < range.untilMs && untilMs > range.fromMs && fromMs < untilMs) found.push({ fromMs, untilMs });
    }
  }
  return found.sort((a, b) => a.fromMs - b.fromMs || a.untilMs - b.untilMs);
}
