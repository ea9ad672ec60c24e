import type { SentenceOf } from './sentence.js';

/** Why triggers of a task have no counterpart among the entries of a schedule, each under the name by which another language knows it. */
export const triggerProblemTexts = {
  boot_repeats: 'it repeats after start-up',
  burst: 'it repeats {{count}} times from {{start}} on, and then never again',
  days_interval: 'it starts every {{days}} days, whatever the month',
  differs: 'no schedule was found that fires at the same times',
  event_query: 'its event query says more than one log, one source and one id',
  event_repeats: 'it repeats after an event',
  idle: 'it starts when the computer is idle',
  logon_repeats: 'it repeats after logon',
  logon_user: 'it starts when {{user}} logs on, and only then',
  no_trigger: 'it has no trigger that will ever fire: it is only started by hand',
  over_midnight: 'it repeats beyond the end of its day (every {{interval}})',
  rate_phase: 'it repeats every {{minutes}} minutes from {{start}} on; a fixed rate of ours counts from another time',
  seconds_interval: 'it repeats every {{interval}}: expected whole minutes',
  session: 'it starts when a session changes ({{change}})',
  start_empty: 'its start "" is not a date and time',
  start_form: 'its start "{{start}}" is not a date and time',
  too_many_entries: 'its times need {{count}} entries, a schedule has at most {{limit}}',
  unknown_kind: '{{element}} has no counterpart',
  weeks_interval: 'it starts every {{weeks}} weeks',
} as const;
export type TriggerProblemText = SentenceOf<typeof triggerProblemTexts>;

/** What is not the same after the change, though the times are. */
export const triggerNoteTexts = {
  clock_changes: 'it counts elapsed time, so its times of day move when clocks change; those of the job stay',
  delay: 'its delay of {{delay}} is not kept',
  disabled: 'it is switched off',
  ended: 'it ended on {{end}}',
  no_such_day: 'it names a day that no month has',
  random_delay: 'its random delay of {{delay}} is not kept; see jitter',
  registration: 'it fires when the task is registered',
  seconds: 'it starts {{seconds}} s after the minute; the job on the minute',
  stop_at_end: 'it ends a run that lasts beyond the repetition; the job does not',
  time_limit: 'its own time limit of {{limit}} is not kept',
  time_over: 'its time, {{at}}, is over',
} as const;
export type TriggerNoteText = SentenceOf<typeof triggerNoteTexts>;
