import type { ScheduleEntry } from '../schedule/schedule.js';
import type { TriggerNoteText, TriggerProblemText } from '../words/trigger-texts.js';

/** Why a trigger has no counterpart among the entries of a schedule. */
export type TriggerProblemCode =
  | 'no_trigger'
  | 'days_interval'
  | 'weeks_interval'
  | 'rate_phase'
  | 'over_midnight'
  | 'burst'
  | 'too_many_entries'
  | 'seconds_interval'
  | 'boot_repeats'
  | 'logon_user'
  | 'event_query'
  | 'idle'
  | 'session'
  | 'unknown_kind'
  | 'unreadable'
  | 'differs';

/** What is not the same after the change, though the times are. */
export type TriggerNoteCode =
  | 'seconds'
  | 'random_delay'
  | 'delay'
  | 'expired'
  | 'disabled'
  | 'registration'
  | 'stop_at_end'
  | 'time_limit'
  | 'clock_changes';

export interface TriggerProblem {
  /** Place of the trigger in the task, -1 for all of them together. */
  trigger: number;
  code: TriggerProblemCode;
  message: TriggerProblemText;
}
export interface TriggerNote {
  trigger: number;
  code: TriggerNoteCode;
  message: TriggerNoteText;
}

/** One trigger as entries; none for one that never fires again. */
export type TriggerReading =
  | { ok: true; entries: ScheduleEntry[]; notes: Omit<TriggerNote, 'trigger'>[] }
  | { ok: false; code: TriggerProblemCode; message: TriggerProblemText };

export function refuseTrigger(code: TriggerProblemCode, message: TriggerProblemText): TriggerReading {
  return { ok: false, code, message };
}
