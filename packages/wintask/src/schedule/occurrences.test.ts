import { Cron as Croner } from 'croner';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { transitions } from '../time/zone.js';
import { compileSchedule } from './compile.js';
import { isDue, previousOccurrence, scheduleInstants, scheduleOccurrences } from './occurrences.js';
import type { Schedule } from './schedule.js';

const DAY = 86_400_000;
const cron = (expression: string, timezone?: string): Schedule => [
  { kind: 'cron', expression, ...(timezone ? { timezone } : {}) },
];

function times(schedule: Schedule, from: string, until: string, hostTimezone = 'UTC'): string[] {
  const range = { fromMs: Date.parse(from), untilMs: Date.parse(until), hostTimezone };
  return [...scheduleOccurrences(schedule, range)].map(({ local, mark }) => (mark ? `${local} ${mark}` : local));
}

const minute = fc.oneof(fc.nat(59).map(String), fc.constantFrom('*/5', '*/7', '*/15', '0,20,50', '10-14', '30-59/10'));
const hour = fc.oneof(fc.nat(23).map(String), fc.constantFrom('*', '*/2', '*/5', '8-18', '0,6,23'));
const day = fc.oneof(
  fc.constant('*'),
  fc.integer({ min: 1, max: 31 }).map(String),
  fc.constantFrom('L', '1-7', '15W', 'LW', '10,20,30'),
);
const month = fc.constantFrom('*', '*', '2', '1-6', '*/3');
const weekday = fc.constantFrom('*', '*', '1-5', '0', '6,7', '5L', '2#2', '1#5');
const expression = fc.tuple(minute, hour, day, month, weekday).map((fields) => fields.join(' '));
const zone = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Shanghai',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
);

describe('against an independent library', () => {
  it('agrees away from clock changes', () => {
    fc.assert(
      fc.property(expression, zone, fc.integer({ min: 0, max: 365 * 4 }), (text, timezone, startDay) => {
        // A day no month has is refused here and endless there.
        fc.pre(compileSchedule(cron(text), { hostTimezone: 'UTC' }).ok);
        const fromMs = Date.UTC(2025, 0, 1) + startDay * DAY;
        const untilMs = fromMs + 40 * DAY;
        // What happens on the day of a change differs between libraries by design; the tables below say what is ours.
        const changes = transitions(timezone, fromMs - 2 * DAY, untilMs + 2 * DAY);
        const calm = (ms: number) => changes.every(({ atMs }) => Math.abs(ms - atMs) > 1.5 * DAY);
        const ours = [...scheduleOccurrences(cron(text, timezone), { fromMs, untilMs, hostTimezone: 'UTC' })]
          .map(({ atMs }) => atMs)
          .filter(calm)
          .slice(0, 400);
        const theirs: number[] = [];
        const other = new Croner(text, { timezone });
        for (
          let next = other.nextRun(new Date(fromMs));
          next && next.getTime() <= untilMs;
          next = other.nextRun(next)
        ) {
          if (calm(next.getTime())) theirs.push(next.getTime());
          if (theirs.length >= ours.length + 1 && theirs.length > 400) break;
        }
        expect(ours).toEqual(theirs.slice(0, Math.max(ours.length, Math.min(theirs.length, 400))));
      }),
      { numRuns: 300 },
    );
  }, 120_000);
});

describe('clock changes', () => {
  const spring = ['2026-03-28T23:00:00Z', '2026-03-29T03:00:00Z'] as const;
  const autumn = ['2026-10-24T22:30:00Z', '2026-10-25T02:30:00Z'] as const;
  it.each([
    ['30 2 * * *', spring, ['2026-03-29T03:00:00 after-gap']],
    ['0,30 2 * * *', spring, ['2026-03-29T03:00:00 after-gap']],
    ['0 2,3 * * *', spring, ['2026-03-29T03:00:00']],
    [
      '30 * * * *',
      spring,
      ['2026-03-29T00:30:00', '2026-03-29T01:30:00', '2026-03-29T03:30:00', '2026-03-29T04:30:00'],
    ],
    ['30 2 * * *', autumn, ['2026-10-25T02:30:00']],
    ['*/30 2 * * *', autumn, ['2026-10-25T02:00:00', '2026-10-25T02:30:00']],
    [
      '30 * * * *',
      autumn,
      ['2026-10-25T01:30:00', '2026-10-25T02:30:00', '2026-10-25T02:30:00 repeated-hour', '2026-10-25T03:30:00'],
    ],
  ])('%s in Berlin', (text, [from, until], wanted) => {
    expect(times(cron(text), from, until, 'Europe/Berlin')).toEqual(wanted);
  });

  it('keeps the order of both passes', () => {
    const found = [
      ...scheduleOccurrences(cron('*/15 * * * *'), {
        fromMs: Date.parse(autumn[0]),
        untilMs: Date.parse(autumn[1]),
        hostTimezone: 'Europe/Berlin',
      }),
    ];
    expect(found.map(({ atMs }) => atMs)).toEqual(
      Array.from({ length: 16 }, (_, index) => Date.parse(autumn[0]) + (index + 1) * 900_000),
    );
  });
});

describe('other entries', () => {
  it('aligns intervals that divide a day to local midnight', () => {
    const every: Schedule = [{ kind: 'every', intervalMs: 8 * 3_600_000 }];
    expect(times(every, '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', 'Asia/Shanghai')).toEqual([
      '2026-01-01T16:00:00',
      '2026-01-02T00:00:00',
      '2026-01-02T08:00:00',
    ]);
  });

  it('counts other intervals from a fixed instant on every host', () => {
    const every: Schedule = [{ kind: 'every', intervalMs: 7 * 3_600_000 }];
    const range = { fromMs: Date.UTC(2026, 0, 1), untilMs: Date.UTC(2026, 0, 2) };
    const inOne = [...scheduleOccurrences(every, { ...range, hostTimezone: 'UTC' })].map(({ atMs }) => atMs);
    const inOther = [...scheduleOccurrences(every, { ...range, hostTimezone: 'America/New_York' })].map(
      ({ atMs }) => atMs,
    );
    expect(inOne).toEqual(inOther);
    expect(inOne.every((ms) => (ms - Date.UTC(2024, 0, 1)) % (7 * 3_600_000) === 0)).toBe(true);
  });

  it('reads a single time in its zone, or as an instant', () => {
    const schedule: Schedule = [
      { kind: 'at', local: '2026-12-31T23:00', timezone: 'Asia/Shanghai' },
      { kind: 'at', local: '2026-12-31T23:00:00Z' },
    ];
    const found = [...scheduleOccurrences(schedule, { fromMs: 0, untilMs: Date.UTC(2030, 0), hostTimezone: 'UTC' })];
    expect(found.map(({ atMs }) => new Date(atMs).toISOString())).toEqual([
      '2026-12-31T15:00:00.000Z',
      '2026-12-31T23:00:00.000Z',
    ]);
  });

  it('merges entries, each instant once', () => {
    const schedule: Schedule = [...cron('0 */6 * * *'), ...cron('0 12 * * *'), { kind: 'startup' }, { kind: 'logon' }];
    expect(times(schedule, '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z')).toHaveLength(4);
  });

  it('has the same instants without their clocks', () => {
    const schedule: Schedule = [
      ...cron('15 2,12 * * *'),
      { kind: 'every', intervalMs: 45 * 60_000 },
      { kind: 'logon' },
    ];
    const range = { fromMs: Date.UTC(2026, 9, 24), untilMs: Date.UTC(2026, 9, 27), hostTimezone: 'Europe/Berlin' };
    for (const each of [schedule, schedule.slice(0, 1), []])
      expect([...scheduleInstants(each, range)]).toEqual([...scheduleOccurrences(each, range)].map(({ atMs }) => atMs));
  });

  it('finds 29 February from far away', () => {
    expect(times(cron('0 0 29 2 *'), '2025-01-01T00:00:00Z', '2029-01-01T00:00:00Z')).toEqual(['2028-02-29T00:00:00']);
  });

  it('says which entry is wrong', () => {
    expect(() => [...scheduleOccurrences(cron('0 0 31 2 *'), { fromMs: 0, hostTimezone: 'UTC' })]).toThrow(
      /entry 0.*no month/,
    );
  });
});

describe('gate', () => {
  const hostTimezone = 'UTC';
  const at = (text: string) => Date.parse(text);

  it('accepts a start that is a little late or early', () => {
    const scheduledForMs = at('2026-01-05T02:00:00Z');
    for (const late of [-800, 0, 30_000, 300_000]) {
      expect(isDue(cron('0 2 * * *'), { atMs: scheduledForMs + late, hostTimezone, toleranceMs: 300_000 })).toEqual({
        due: true,
        scheduledForMs,
      });
    }
  });

  it('refuses a start that belongs to no occurrence', () => {
    const options = { atMs: at('2026-01-05T02:10:00Z'), hostTimezone, toleranceMs: 300_000 };
    expect(isDue(cron('0 2 * * *'), options)).toEqual({ due: false, reason: 'no-occurrence-in-tolerance' });
  });

  it('finds the previous occurrence within its reach', () => {
    const options = { atMs: at('2026-06-15T00:00:00Z'), hostTimezone, withinMs: 200 * DAY };
    expect(previousOccurrence(cron('0 0 1 1 *'), options)?.local).toBe('2026-01-01T00:00:00');
    expect(previousOccurrence(cron('0 0 1 1 *'), { ...options, withinMs: 100 * DAY })).toBeUndefined();
  });
});
