import { cronTexts } from './cron-texts.js';
import type { SentenceOf } from './sentence.js';

/** What is wrong with a day of a calendar. */
export const calendarTexts = {
  day_first: '"{{text}}": expected the earlier day first',
  day_form: '"{{text}}": expected 2026-12-25, 12-25 or a range such as 2026-10-01..2026-10-07',
  day_most: '"{{text}}": expected at most {{limit}} days in all',
  day_years: '"{{text}}": expected the year at both ends of a range, or at none',
} as const;
export type CalendarText = SentenceOf<typeof calendarTexts>;

/** Why triggers start a task more often than its schedule says, so that a gate has to decide at each start. */
export const gateTexts = {
  gate_after:
    'a delay after the end of a run has no native trigger: it looks again and again and the gate decides whether the time has come',
  gate_both: 'day and weekday must both match: it starts on the weekday and the gate checks the day',
  gate_calendar: 'a calendar has no native trigger: it starts on its other days too and the gate decides',
  gate_change_day: 'on days when clocks change some starts are extra and the gate drops them',
  gate_dates: 'dates shift between the time zones: it starts every day and the gate decides',
  gate_either: 'day and weekday are both restricted: a day that matches both starts twice and the gate drops one',
  gate_entries: 'the entries need more than {{limit}} triggers together: it starts more often and the gate decides',
  gate_fifth: 'a fifth weekday has no native trigger: it starts on the last one and the gate decides',
  gate_nearest:
    'nearest-weekday and counted-back days have no native trigger: it starts on all days they can be and the gate decides',
  gate_same_minute: 'several entries fire at the same time: it starts once for each and the gate drops the others',
  gate_too_many: 'more than {{limit}} triggers would be needed: it starts more often and the gate decides',
  gate_zone: "the time zone is not the host's: it starts at all host times that can be meant and the gate decides",
} as const;
export type GateText = SentenceOf<typeof gateTexts>;

/** Why a schedule is none, or none that Task Scheduler can hold, each sentence under the name by which another language knows it. */
export const scheduleProblemTexts = {
  ...cronTexts,
  ...calendarTexts,
  after_minutes: 'after {{ms}} ms: expected whole minutes, at least 1',
  at_form: '"{{text}}": expected a date and time such as 2026-12-31T23:00',
  at_calendar: 'a calendar beside `at`: it names its day itself',
  calendar_never: 'the calendar leaves no day on which the entry could fire',
  cron_never: '"{{expression}}" names a day that no month has',
  event_log: 'an event needs the name of its log',
  every_days: 'every {{ms}} ms: expected at most 31 days',
  every_minutes: 'every {{ms}} ms: expected whole minutes, at least 1',
  file_path: 'a file needs its path',
  job_name: 'expected the name of the job it follows',
  metric_share: 'above {{percent}}: expected a percentage between 0 and 100',
  mixed: 'its start cannot be told from the extra starts that another entry needs; expected a job of its own ({{why}})',
  not_before: '"{{text}}" is not a date and time',
  too_many_triggers: '{{count}} triggers, a task has at most {{limit}}',
  zone_of_entry: '"{{zone}}" is not a known time zone; expected a name such as Europe/Berlin',
  zone_of_host: '"{{zone}}" is not a known time zone',
} as const;
export type ScheduleProblemText = SentenceOf<typeof scheduleProblemTexts>;
