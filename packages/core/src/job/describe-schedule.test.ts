import type { ScheduleEntry } from '@carillon/wintask/schedule/schedule';
import { expect, it } from 'vitest';
import { describeSchedule } from './describe-schedule.js';
import { readScheduleText } from './schedule-texts.js';

it.each<[ScheduleEntry, string]>([
  [{ kind: 'cron', expression: '0 2 * * *', timezone: 'Asia/Shanghai' }, '0 2 * * * (Asia/Shanghai)'],
  [
    { kind: 'every', intervalMs: 5_400_000, calendar: { except: ['12-25'] }, jitterMs: 300_000 },
    'every 1h30m, except on 12-25, spread over 5m',
  ],
  [
    { kind: 'cron', expression: '0 2 * * *', calendar: { only: ['01-01', '05-01'], except: ['2027-05-01'] } },
    '0 2 * * *, only on 2 days or ranges, except on 2027-05-01',
  ],
  [{ kind: 'after', delayMs: 600_000 }, '10m after the end of the run before'],
  [{ kind: 'event', log: 'System', eventId: 41 }, 'on event System 41'],
  [{ kind: 'file', pattern: 'D:\\in\\*.csv' }, 'when D:\\in\\*.csv arrives'],
  [{ kind: 'metric', metric: 'cpu', abovePercent: 85, forMs: 300_000 }, 'when cpu is above 85 % for 5m'],
  [{ kind: 'job', job: 'extract', outcome: 'success' }, 'after extract (success)'],
])('%j is "%s"', (entry, words) => {
  expect(describeSchedule([entry])).toBe(words);
});

it('is read back by its parts, and what is in other words stands for itself', () => {
  expect(readScheduleText('10 */12 * * *, except on 2 days or ranges, spread over 8h; at logon')).toEqual([
    [
      '10 */12 * * *',
      { code: 'except_days', figures: { count: '2' } },
      { code: 'spread', figures: { duration: '8h' } },
    ],
    [{ code: 'at_logon' }],
  ]);
  expect(readScheduleText('after extract (success)')).toEqual([
    [{ code: 'after_job_success', figures: { job: 'extract' } }],
  ]);
  expect(readScheduleText('at full moon')).toEqual([['at full moon']]);
});
