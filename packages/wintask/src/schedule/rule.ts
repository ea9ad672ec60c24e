import type { Cron } from '../cron/cron.js';
import type { DayFilter } from './day-calendar.js';
import type { SignalEntry, WatchedEntry } from './schedule.js';

/** Fixed rates are counted from here, so that every host and the server agree without exchanging anything. */
export const RATE_ANCHOR_MS = Date.UTC(2024, 0, 1);

/**
 * Times of day on matching days, read from the wall clock of a zone.
 * `everyPass` is the interval-like case (all hours of the day): such a grid follows elapsed time, so a doubled hour fires
 * twice and a skipped hour not at all. Other grids fire once per wall-clock time whatever the clocks do.
 */
export interface GridRule {
  kind: 'grid';
  zone: string;
  /** Minutes since midnight, sorted; those of the spread are in them. */
  times: readonly number[];
  /** Seconds by which every fire comes later than its minute, 0-59. */
  seconds: number;
  everyPass: boolean;
  cron?: Cron;
  /** Fires only on those of `daysOf` that it has. */
  calendar?: DayFilter;
  daysOf(year: number, month: number): readonly number[];
}
/** A fixed rate in elapsed time. */
export interface RateRule {
  kind: 'rate';
  zone: string;
  intervalMs: number;
  /** What the rate is counted from. */
  anchorMs: number;
  calendar?: DayFilter;
}
/** One date and time: `wallMs` are the digits read as UTC, `offsetMs` is present when they fix the instant. */
export interface OnceRule {
  kind: 'once';
  zone: string;
  wallMs: number;
  offsetMs?: number;
}
/** Started by something that Windows notices; `delayMs` later than it happened. */
export interface SignalRule {
  kind: 'signal';
  entry: SignalEntry;
  delayMs: number;
}
/** So long after the end of the previous run. */
export interface AfterRule {
  kind: 'after';
  delayMs: number;
}
/** Started by the agent, which watches for it. */
export interface WatchedRule {
  kind: 'watched';
  entry: WatchedEntry;
}
export type Rule = GridRule | RateRule | OnceRule | SignalRule | AfterRule | WatchedRule;
