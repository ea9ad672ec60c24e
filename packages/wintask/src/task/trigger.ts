import type { RawElement } from './raw-element.js';

/** Repeats a trigger's fire. Durations are ISO text as in the XML; an absent duration means for ever. Source: MS-TSCH 2.5.3. */
export interface Repetition {
  interval: string;
  duration?: string;
  stopAtDurationEnd?: boolean;
}

/** What every trigger has. Boundaries are local (`2026-03-01T02:30:00`) unless they end in `Z` or an offset. */
export interface TriggerCommon {
  id?: string;
  enabled?: boolean;
  startBoundary?: string;
  endBoundary?: string;
  executionTimeLimit?: string;
  repetition?: Repetition;
  /** Elements this code does not model, kept so that writing loses nothing. */
  extra?: RawElement[];
}

export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
export type MonthName = (typeof MONTHS)[number];

export type Week = 1 | 2 | 3 | 4 | 'Last';

/** The calendar part of a CalendarTrigger. An absent list of months means every month. */
export type CalendarSchedule =
  | { kind: 'day'; daysInterval: number }
  | { kind: 'week'; weeksInterval: number; daysOfWeek: Weekday[] }
  | { kind: 'month'; daysOfMonth: (number | 'Last')[]; months?: MonthName[] }
  | { kind: 'month-day-of-week'; weeks: Week[]; daysOfWeek: Weekday[]; months?: MonthName[] };

export const SESSION_CHANGES = [
  'ConsoleConnect',
  'ConsoleDisconnect',
  'RemoteConnect',
  'RemoteDisconnect',
  'SessionLock',
  'SessionUnlock',
] as const;
export type SessionChange = (typeof SESSION_CHANGES)[number];

export interface ValueQuery {
  name: string;
  value: string;
}

export type TimeTrigger = TriggerCommon & { kind: 'time'; randomDelay?: string };
export type CalendarTrigger = TriggerCommon & { kind: 'calendar'; schedule: CalendarSchedule; randomDelay?: string };
export type BootTrigger = TriggerCommon & { kind: 'boot'; delay?: string };
export type RegistrationTrigger = TriggerCommon & { kind: 'registration'; delay?: string };
export type LogonTrigger = TriggerCommon & { kind: 'logon'; userId?: string; delay?: string };
export type IdleTrigger = TriggerCommon & { kind: 'idle' };
export type EventTrigger = TriggerCommon & {
  kind: 'event';
  subscription: string;
  delay?: string;
  periodOfOccurrence?: string;
  numberOfOccurrences?: number;
  matchingElement?: string;
  valueQueries?: ValueQuery[];
};
export type SessionTrigger = TriggerCommon & {
  kind: 'session-state-change';
  stateChange: SessionChange;
  userId?: string;
  delay?: string;
};
/** A trigger kind without a model here, such as Windows' own WnfStateChangeTrigger. */
export type RawTrigger = { kind: 'raw'; element: RawElement };

export type Trigger =
  | TimeTrigger
  | CalendarTrigger
  | BootTrigger
  | RegistrationTrigger
  | LogonTrigger
  | IdleTrigger
  | EventTrigger
  | SessionTrigger
  | RawTrigger;
