/**
 * Days on which an entry may fire, on the clocks of its own time zone: on the days of `only` (all days without it) that
 * are not in `except`. A day is `2026-12-25`, or `12-25` for every year; `from..to` is a range of either, both included.
 */
export interface DayCalendar {
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  /** The same as people wrote it, where they named calendars; fires go by the days above alone. */
  readonly named?: DayCalendar;
}

/** What narrows or spreads the fires of an entry. */
export interface EntryLimits {
  /** Carried whole by the entry, so that a host decides without asking anybody. */
  calendar?: DayCalendar;
  /**
   * Every fire comes later by the same time below this one, picked by the `spreadKey` of whoever asks: a host keeps its
   * offset, hosts differ. Never moves a fire into the next day.
   */
  jitterMs?: number;
}

/** Fires at times that are known ahead. */
export type TimedEntry = (
  | { kind: 'cron'; expression: string; timezone?: string }
  | { kind: 'every'; intervalMs: number }
  | { kind: 'at'; local: string; timezone?: string }
) &
  EntryLimits;

/** Fires when Windows says that something happened. */
export type SignalEntry = (
  | { kind: 'startup' }
  | { kind: 'logon' }
  | { kind: 'event'; log: string; source?: string; eventId?: number }
) &
  Pick<EntryLimits, 'jitterMs'>;

/** A fixed delay: so long after the end of the job's previous run, whatever started that; at once when there is none. */
export interface AfterEntry {
  kind: 'after';
  delayMs: number;
}

/** Fires on something no native trigger can see: the agent on the host watches and starts the task. */
export type WatchedEntry =
  /** A file that matches has come and stopped growing; `*` and `?` in the last part of the path. */
  | { kind: 'file'; pattern: string }
  /** A measure stays above a share of its whole, 0-100, for a time. `disk` is a drive such as `C:`. */
  | { kind: 'metric'; metric: 'cpu' | 'memory' | 'disk'; abovePercent: number; forMs: number; disk?: string }
  /** A run of another job on the same host has ended so. */
  | { kind: 'job'; job: string; outcome: 'success' | 'failure' | 'any' };

/**
 * One line of a job's schedule. Cron and `at` without a time zone mean the host's own zone.
 * `every` is in milliseconds: when it divides a day it is aligned to local midnight on the host, otherwise it is a fixed
 * rate counted from 2024-01-01T00:00:00Z, the same on all hosts.
 * `at` is `2026-12-31T23:00` with optional seconds, read in the time zone, or a fixed instant when it ends in `Z` or an offset.
 */
export type ScheduleEntry = TimedEntry | SignalEntry | AfterEntry | WatchedEntry;

/** What starts a job: any of its entries. */
export type Schedule = readonly ScheduleEntry[];

/** Whether the fires of an entry are known ahead. */
export function isTimed(entry: ScheduleEntry): entry is TimedEntry {
  return entry.kind === 'cron' || entry.kind === 'every' || entry.kind === 'at';
}

/** Whether an entry needs the agent to watch for it. */
export function isWatched(entry: ScheduleEntry): entry is WatchedEntry {
  return entry.kind === 'file' || entry.kind === 'metric' || entry.kind === 'job';
}
