import { describe, expect, it } from 'vitest';
import type { CalendarSchedule, Trigger } from '../task/trigger.js';
import { hasTimeTriggers, triggerOccurrences } from './occurrences.js';

function fires(trigger: Trigger | Trigger[], from: string, until: string, hostTimezone = 'UTC'): string[] {
  const triggers = Array.isArray(trigger) ? trigger : [trigger];
  const range = { fromMs: Date.parse(`${from}Z`), untilMs: Date.parse(`${until}Z`), hostTimezone };
  return [...triggerOccurrences(triggers, range)].map(({ atMs }) => new Date(atMs).toISOString().slice(0, 16));
}

const calendar = (schedule: CalendarSchedule, startBoundary = '2026-01-01T02:00:00'): Trigger => ({
  kind: 'calendar',
  startBoundary,
  schedule,
});

describe('calendars', () => {
  it.each<[string, CalendarSchedule, string[]]>([
    ['every third day', { kind: 'day', daysInterval: 3 }, ['2026-01-01T02:00', '2026-01-04T02:00', '2026-01-07T02:00']],
    // 1 January 2026 is a Thursday: its week is the first one.
    [
      'every second week',
      { kind: 'week', weeksInterval: 2, daysOfWeek: ['Monday', 'Friday'] },
      ['2026-01-02T02:00', '2026-01-12T02:00', '2026-01-16T02:00'],
    ],
    [
      'days of months',
      { kind: 'month', daysOfMonth: [31, 'Last'], months: ['January', 'February'] },
      ['2026-01-31T02:00', '2026-02-28T02:00', '2027-01-31T02:00'],
    ],
    [
      'weeks of months',
      { kind: 'month-day-of-week', weeks: [1, 'Last'], daysOfWeek: ['Friday'], months: ['February'] },
      ['2026-02-06T02:00', '2026-02-27T02:00', '2027-02-05T02:00'],
    ],
  ])('%s', (_, schedule, wanted) =>
    expect(fires(calendar(schedule), '2025-01-01T00:00:00', '2029-01-01T00:00:00').slice(0, 3)).toEqual(wanted),
  );

  it('never loops on a day that no month has', () => {
    expect(
      fires(
        calendar({ kind: 'month', daysOfMonth: [31], months: ['February'] }),
        '2026-01-01T00:00:00',
        '2030-01-01T00:00:00',
      ),
    ).toEqual([]);
  });

  it('moves a skipped time and takes the first of a doubled one', () => {
    const daily = calendar({ kind: 'day', daysInterval: 1 }, '2026-01-01T02:30:00');
    expect(fires(daily, '2026-03-28T12:00:00', '2026-03-29T12:00:00', 'Europe/Berlin')).toEqual(['2026-03-29T01:00']);
    expect(fires(daily, '2026-10-24T12:00:00', '2026-10-25T12:00:00', 'Europe/Berlin')).toEqual(['2026-10-25T00:30']);
  });

  it('follows UTC for a boundary with an offset', () => {
    const daily = calendar({ kind: 'day', daysInterval: 1 }, '2026-01-01T02:30:00+01:00');
    expect(fires(daily, '2026-03-28T12:00:00', '2026-03-30T12:00:00', 'Europe/Berlin')).toEqual([
      '2026-03-29T01:30',
      '2026-03-30T01:30',
    ]);
  });
});

describe('repetition', () => {
  const repeat = (interval: string, duration?: string) => ({
    repetition: { interval, ...(duration ? { duration } : {}) },
  });

  it('includes the end of its duration', () => {
    const trigger: Trigger = { kind: 'time', startBoundary: '2026-01-01T00:00:00', ...repeat('PT1M', 'PT4M') };
    expect(fires(trigger, '2025-12-31T00:00:00', '2026-02-01T00:00:00')).toHaveLength(5);
  });

  it('counts elapsed time over a clock change and starts anew the next day', () => {
    const trigger: Trigger = {
      ...calendar({ kind: 'day', daysInterval: 1 }, '2026-01-01T00:00:00'),
      ...repeat('PT2H', 'PT22H'),
    } as Trigger;
    const found = fires(trigger, '2026-03-28T22:59:00', '2026-03-29T03:00:00', 'Europe/Berlin');
    expect(found).toEqual(['2026-03-28T23:00', '2026-03-29T01:00', '2026-03-29T03:00']);
  });

  it('goes on for ever without a duration, found from far away', () => {
    const trigger: Trigger = { kind: 'time', startBoundary: '2020-01-01T00:05:00', ...repeat('PT1H') };
    expect(fires(trigger, '2026-01-01T00:00:00', '2026-01-01T02:30:00')).toEqual([
      '2026-01-01T00:05',
      '2026-01-01T01:05',
      '2026-01-01T02:05',
    ]);
  });

  it('does not fire twice when a repetition meets the next day', () => {
    const trigger = {
      ...calendar({ kind: 'day', daysInterval: 1 }, '2026-01-01T00:00:00'),
      ...repeat('PT12H', 'P1D'),
    } as Trigger;
    expect(fires(trigger, '2026-01-01T12:00:00', '2026-01-02T12:00:00')).toEqual([
      '2026-01-02T00:00',
      '2026-01-02T12:00',
    ]);
  });
});

describe('bounds', () => {
  it('ends, is disabled, and fires once for each trigger', () => {
    const daily = calendar({ kind: 'day', daysInterval: 1 });
    expect(
      fires({ ...daily, endBoundary: '2026-01-02T02:00:00' } as Trigger, '2025-12-31T00:00:00', '2026-02-01T00:00:00'),
    ).toHaveLength(2);
    expect(fires({ ...daily, enabled: false } as Trigger, '2025-12-31T00:00:00', '2026-02-01T00:00:00')).toEqual([]);
    expect(fires([daily, daily], '2026-01-01T00:00:00', '2026-01-01T12:00:00')).toEqual([
      '2026-01-01T02:00',
      '2026-01-01T02:00',
    ]);
  });

  it('knows which triggers have times', () => {
    expect(hasTimeTriggers([{ kind: 'boot' }])).toBe(false);
    expect(hasTimeTriggers([{ kind: 'boot' }, calendar({ kind: 'day', daysInterval: 1 })])).toBe(true);
  });
});
