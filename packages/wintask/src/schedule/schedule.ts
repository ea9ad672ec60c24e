/**
 * One line of a job's schedule. Cron and `at` without a time zone mean the host's own zone.
 * `every` is in milliseconds: when it divides a day it is aligned to local midnight on the host, otherwise it is a fixed
 * rate counted from 2024-01-01T00:00:00Z, the same on all hosts.
 * `at` is `2026-12-31T23:00` with optional seconds, read in the time zone, or a fixed instant when it ends in `Z` or an offset.
 */
export type ScheduleEntry =
  | { kind: 'cron'; expression: string; timezone?: string }
  | { kind: 'every'; intervalMs: number }
  | { kind: 'at'; local: string; timezone?: string }
  | { kind: 'startup' }
  | { kind: 'logon' }
  | { kind: 'event'; log: string; source?: string; eventId?: number };

/** What starts a job: any of its entries. */
export type Schedule = readonly ScheduleEntry[];
