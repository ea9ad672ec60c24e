import { readerOf, type SentenceOf, type Spoken } from '../text/sentences.js';

/** What an entry of a schedule is in words, and what may stand beside it, each under the name by which another language knows it. */
export const scheduleTexts = {
  after_end: '{{duration}} after the end of the run before',
  after_job: 'after {{job}}',
  after_job_failure: 'after {{job}} (failure)',
  after_job_success: 'after {{job}} (success)',
  at_logon: 'at logon',
  at_startup: 'at start-up',
  event: 'on event {{event}}',
  every: 'every {{duration}}',
  except_day: 'except on {{day}}',
  except_days: 'except on {{count}} days or ranges',
  file: 'when {{file}} arrives',
  metric: 'when {{metric}} is above {{percent}} % for {{duration}}',
  once: 'once at {{local}}',
  once_zone: 'once at {{local}} ({{timezone}})',
  only_day: 'only on {{day}}',
  only_days: 'only on {{count}} days or ranges',
  spread: 'spread over {{duration}}',
} as const;
export type ScheduleText = SentenceOf<typeof scheduleTexts>;
export type ScheduleTextCode = keyof typeof scheduleTexts;

const spoken = readerOf(scheduleTexts);

/**
 * A described schedule by its parts: of each entry what it is and what stands beside it. A part that is no known text is a
 * crontab, or in words of others; it stands for itself.
 */
export function readScheduleText(text: string): (Spoken<ScheduleTextCode> | string)[][] {
  return text.split('; ').map((entry) => entry.split(', ').map((part) => spoken(part) ?? part));
}
