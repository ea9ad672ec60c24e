import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Trigger } from '../task/trigger.js';
import { compileSchedule } from './compile.js';
import type { Schedule } from './schedule.js';
import { checkFires, compiled as compile, cronSchedule as cron } from './testing/check-fires.js';

const compiled = (schedule: Schedule, hostTimezone = 'UTC') => compile(schedule, { hostTimezone });

/** Short form of a trigger: calendar, time of day, interval and duration. */
function shape(trigger: Trigger): string {
  if (trigger.kind === 'raw') return 'raw';
  const calendar = trigger.kind === 'calendar' ? trigger.schedule.kind : trigger.kind;
  const { interval, duration } = trigger.repetition ?? {};
  return [calendar, trigger.startBoundary?.slice(11), interval, duration].filter(Boolean).join(' ');
}

describe('shapes', () => {
  it.each([
    ['0 2 * * *', 'UTC', ['day 02:00:00']],
    ['0 2 * * *', 'Europe/Berlin', ['day 02:00:00']],
    ['0 2 * * 1-5', 'Europe/Berlin', ['week 02:00:00']],
    ['0 2 1,15 * *', 'UTC', ['month 02:00:00']],
    ['0 2 L 3 *', 'UTC', ['month 02:00:00']],
    ['0 2 * 3 *', 'UTC', ['month 02:00:00']],
    ['0 2 * 3 1', 'UTC', ['month-day-of-week 02:00:00']],
    ['0 2 * * 5#3', 'UTC', ['month-day-of-week 02:00:00']],
    ['0 2 * * 5L', 'UTC', ['month-day-of-week 02:00:00']],
    ['0 2 */2 * *', 'UTC', ['month 02:00:00']],
    ['0 6,18 * * *', 'UTC', ['day 06:00:00', 'day 18:00:00']],
    ['*/15 * * * *', 'UTC', ['time 00:00:00 PT15M']],
    ['*/15 * * * *', 'Europe/Berlin', ['time 00:00:00 PT15M']],
    ['*/15 8-18 * * 1-5', 'Europe/Berlin', ['week 08:00:00 PT15M PT10H45M']],
    ['*/15 * * * 1-5', 'Europe/Berlin', ['week 00:00:00 PT15M PT23H45M']],
    ['17 */5 * * *', 'Asia/Shanghai', ['day 00:17:00 PT5H PT20H']],
    ['0 */2 * * *', 'Asia/Shanghai', ['day 00:00:00 PT2H PT22H']],
    ['0 */2 * * *', 'Europe/Berlin', ['day 00:00:00', 'day 02:00:00', 'day 04:00:00 PT2H PT18H']],
    ['5 * * * *', 'Europe/Berlin', ['time 00:05:00 PT1H']],
    ['0 9 * * *', 'Europe/Berlin', ['day 09:00:00']],
  ])('%s in %s', (expression, zone, shapes) => {
    const result = compiled(cron(expression), zone);
    expect(result.triggers.map(shape)).toEqual(shapes);
    expect(result.exactness).toBe('exact');
  });

  it('needs nine triggers for */7', () => {
    expect(compiled(cron('*/7 * * * *')).triggers.map(shape)).toEqual(
      [0, 7, 14, 21, 28, 35, 42, 49, 56].map((minute) => `time 00:${String(minute).padStart(2, '0')}:00 PT1H`),
    );
  });

  it.each([
    ['0 9 * * 1-5', 'UTC', 'Asia/Shanghai', ['week 17:00:00']],
    ['0 9 * * *', 'Asia/Shanghai', 'Europe/Berlin', ['day 01:00:00Z']],
    ['0 3 * * *', 'Europe/Paris', 'Europe/Berlin', ['day 03:00:00']],
    ['*/20 * * * *', 'Europe/Paris', 'Asia/Kathmandu', ['time 00:00:00Z PT20M']],
  ])('%s of %s on a host in %s', (expression, timezone, host, shapes) => {
    const result = compiled(cron(expression, timezone), host);
    expect(result.triggers.map(shape)).toEqual(shapes);
    expect(result.exactness).toBe('exact');
  });

  it.each([
    ['0 0 13 * 5', /both restricted/],
    ['0 0 */2 * 5', /must both match/],
    ['0 0 15W * *', /nearest-weekday/],
    ['0 0 LW * *', /nearest-weekday/],
    ['0 0 L-3 * *', /counted-back/],
    ['0 0 * * 5#5', /fifth weekday/],
    ['0,1,4,9,16,25,36,49,59,13,28,45 0,1,3,4,9,10,12,13,21,22 * * *', /more than 48/],
  ])('%s needs the gate', (expression, reason) => {
    const result = compiled(cron(expression));
    expect(result.exactness).toBe('gated');
    expect(result.reasons.join()).toMatch(reason);
    expect(result.triggers.length).toBeLessThanOrEqual(48);
  });

  it('does not call a run that reaches beyond its day exact, even where it fits the only day with a clock change', () => {
    // The last of October is a firing day, and in some years the one with 25 hours.
    const schedule = cron('*/5 * L */3 *', 'Europe/Belgrade');
    expect(compiled(schedule, 'Europe/Belgrade').exactness).toBe('gated');
    checkFires(schedule, { hostTimezone: 'Europe/Belgrade' }, Date.UTC(2027, 9, 15), 30);
  });

  it('compiles signals and single times', () => {
    const schedule: Schedule = [
      { kind: 'startup' },
      { kind: 'logon' },
      { kind: 'cron', expression: '@reboot' },
      { kind: 'event', log: 'System', source: 'X & Y', eventId: 41 },
      { kind: 'at', local: '2026-12-31T23:00' },
      { kind: 'at', local: '2026-12-31T23:00', timezone: 'Asia/Shanghai' },
      { kind: 'every', intervalMs: 50 * 60_000 },
    ];
    const { triggers } = compiled(schedule, 'Europe/Berlin');
    expect(triggers.map(({ kind }) => kind)).toEqual(['boot', 'logon', 'boot', 'event', 'time', 'time', 'time']);
    expect(triggers[3]).toMatchObject({
      subscription: `<QueryList><Query Id="0" Path="System"><Select Path="System">*[System[Provider[@Name='X &amp; Y'] and EventID=41]]</Select></Query></QueryList>`,
    });
    expect(triggers.slice(4)).toMatchObject([
      { startBoundary: '2026-12-31T23:00:00' },
      { startBoundary: '2026-12-31T15:00:00Z' },
      { startBoundary: '2024-01-01T00:00:00Z', repetition: { interval: 'PT50M' } },
    ]);
  });

  it('starts at a wished date', () => {
    const result = compileSchedule(cron('0 2 * * *'), { hostTimezone: 'UTC', notBeforeLocal: '2027-05-03T10:00' });
    expect(result).toMatchObject({ triggers: [{ startBoundary: '2027-05-03T02:00:00' }] });
  });

  it.each([
    [cron('0 0 31 2 *'), 0, 'cron-never'],
    [[...cron('0 0 * * *'), ...cron('x')], 1, 'cron'],
    [[{ kind: 'every', intervalMs: 90_500 }], 0, 'every'],
    [[{ kind: 'at', local: 'tomorrow' }], 0, 'at'],
    [cron('0 0 * * *', 'Mars/Base'), 0, 'timezone'],
    [Array.from({ length: 49 }, () => ({ kind: 'startup' })), -1, 'too-many-triggers'],
  ] as [Schedule, number, string][])('refuses %j', (schedule, entry, code) => {
    expect(compileSchedule(schedule, { hostTimezone: 'UTC' })).toMatchObject({ ok: false, problem: { entry, code } });
  });

  it('reports entries that fire together', () => {
    expect(compiled([...cron('0 2 * * *'), ...cron('0 */2 * * *')]).exactness).toBe('gated');
    expect(compiled([...cron('0 2 * * *'), ...cron('30 2 * * *')]).exactness).toBe('exact');
  });
});

const minute = fc.oneof(fc.nat(59).map(String), fc.constantFrom('*/15', '*/7', '0,20,50', '*/30', '0,30'));
const hour = fc.oneof(fc.nat(23).map(String), fc.constantFrom('*', '*/2', '*/5', '8-18', '0-5', '1,2,3', '22,23'));
const day = fc.constantFrom('*', '*', '*', '1', '28-31', 'L', '15W', 'L-2', '8,25');
const month = fc.constantFrom('*', '*', '3,10', '11');
const weekday = fc.constantFrom('*', '*', '0', '1-5', '6', '5#5', '0L', '0#2');
const expression = fc.tuple(minute, hour, day, month, weekday).map((fields) => fields.join(' '));
const zone = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Shanghai',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Cairo',
  'America/Havana',
  'Africa/Casablanca',
);

describe('triggers and gate fire exactly at the schedule', () => {
  it('in the host zone, across clock changes', () => {
    fc.assert(
      fc.property(
        expression,
        zone,
        fc.constantFrom(2025, 2026, 2029),
        fc.constantFrom(1, 2, 8, 9),
        (text, host, year, monthIndex) => {
          checkFires(cron(text), { hostTimezone: host }, Date.UTC(year, monthIndex, 20), 45);
        },
      ),
      { numRuns: 150 },
    );
  }, 180_000);

  it('for schedules of another zone', () => {
    fc.assert(
      fc.property(expression, zone, zone, fc.constantFrom(2, 9), (text, timezone, host, monthIndex) => {
        checkFires(cron(text, timezone), { hostTimezone: host }, Date.UTC(2026, monthIndex, 1), 40);
      }),
      { numRuns: 100 },
    );
  }, 180_000);

  it('when a foreign zone skips its midnight', () => {
    checkFires(cron('1 */2 * * *', 'America/Havana'), { hostTimezone: 'UTC' }, Date.UTC(2026, 2, 1), 20);
  });

  it('for intervals', () => {
    const minutes = fc.constantFrom(1, 5, 20, 45, 60, 90, 120, 300, 480, 720, 1440, 50, 7, 2000);
    fc.assert(
      fc.property(minutes, zone, fc.constantFrom(2, 9), (every, host, monthIndex) => {
        const fromMs = Date.UTC(2026, monthIndex, 20);
        checkFires([{ kind: 'every', intervalMs: every * 60_000 }], { hostTimezone: host }, fromMs, 20);
      }),
      { numRuns: 60 },
    );
  }, 180_000);
});
