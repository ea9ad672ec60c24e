import type { SentenceOf } from './sentence.js';

/** What is wrong with one piece of a field. */
export const cronPieceTexts = {
  cron_backwards: 'the range goes backwards; write two ranges in a list',
  cron_counted: 'n#k needs a weekday 0-7 and a week 1-5',
  cron_days_back: 'L-n counts at most 27 days back, so that every month has the day',
  cron_last: 'nL needs a weekday 0-7',
  cron_long_step: 'a step of {{step}} is longer than the field; use "every" for longer intervals',
  cron_no_piece: 'not a value, range or step',
  cron_step: 'a step is a whole number from 1',
  cron_sunday: 'it could end on Saturday or on Sunday; write a range such as {{low}}-6/2',
  cron_two_ends: 'a range has two ends',
  cron_value: '"{{got}}" is not a value from {{min}} to {{max}}',
  cron_workday: 'the day before W is 1-31',
} as const;
export type CronPieceText = SentenceOf<typeof cronPieceTexts>;

/** What is wrong with a crontab, each sentence under the name by which another language knows it. */
export const cronTexts = {
  cron_count: '{{count}} fields were given, a schedule has five fields: minute hour day month weekday',
  cron_every: '{{text}} is an interval; write it as "every" instead',
  cron_macro: 'unknown macro {{text}}',
  cron_reboot: '@reboot is a start-up trigger, not a time',
  cron_seconds: 'seconds are not supported: {{count}} fields were given, leave out the seconds field',
  cron_seconds_year: 'seconds are not supported: {{count}} fields were given, leave out the seconds and the year field',
  cron_in_day: 'day "{{piece}}": {{why}}',
  cron_in_hour: 'hour "{{piece}}": {{why}}',
  cron_in_minute: 'minute "{{piece}}": {{why}}',
  cron_in_month: 'month "{{piece}}": {{why}}',
  cron_in_weekday: 'weekday "{{piece}}": {{why}}',
} as const;
export type CronText = SentenceOf<typeof cronTexts>;

/** What a field, or the whole crontab, would have to be. */
export const cronValueTexts = {
  cron_five: 'five fields: minute hour day month weekday',
  cron_values: '{{from}}-{{to}}, *, a-b, */n or a list of these',
} as const;
