import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSchedule } from '../schedule/compile.js';
import { isDue } from '../schedule/occurrences.js';
import { readTaskXml } from '../task/read-task-xml.js';
import { MONTHS, type Trigger, WEEKDAYS } from '../task/trigger.js';
import { isTimed, triggerOccurrences } from '../trigger/occurrences.js';
import { scheduleOfTriggers } from './schedule-of-triggers.js';

const nowMs = Date.UTC(2026, 10, 26, 0, 3);
const daily = (startBoundary: string, change: object = {}): Trigger => ({
  kind: 'calendar',
  startBoundary,
  schedule: { kind: 'day', daysInterval: 1 },
  ...change,
});
const weekly = (daysOfWeek: (typeof WEEKDAYS)[number][], change: object = {}): Trigger => ({
  kind: 'calendar',
  startBoundary: '2020-01-01T09:00:00',
  schedule: { kind: 'week', weeksInterval: 1, daysOfWeek },
  ...change,
});
const time = (startBoundary: string, change: object = {}): Trigger => ({ kind: 'time', startBoundary, ...change });
const every = (interval: string, duration?: string) => ({
  repetition: { interval, ...(duration ? { duration } : {}) },
});
const read = (triggers: Trigger[], hostTimezone = 'Asia/Shanghai') =>
  scheduleOfTriggers(triggers, { nowMs, hostTimezone });
const crons = (triggers: Trigger[]) => {
  const found = read(triggers);
  return found.ok ? found.schedule.map((entry) => (entry.kind === 'cron' ? entry.expression : entry)) : found.problems;
};

describe('triggers as a schedule', () => {
  it.each<[string, Trigger, unknown]>([
    ['daily', daily('2020-01-01T02:30:00'), '30 2 * * *'],
    ['on working days', weekly(['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday']), '0 9 * * 1-5'],
    ['repeated in the day', daily('2020-01-01T09:00:00', every('PT1H', 'PT8H')), '0 9-17 * * *'],
    ['repeated over midnight', daily('2020-01-01T22:00:00', every('PT1H', 'PT4H')), '0 0-2,22,23 * * *'],
    [
      'a week that goes over midnight',
      weekly(['Saturday'], { startBoundary: '2020-01-01T23:00:00', ...every('PT2H', 'PT2H') }),
      '0 1 * * 0',
    ],
    ['every quarter of an hour, off the hour', time('2020-01-01T00:07:00', every('PT15M')), '7-52/15 * * * *'],
    ['every two hours', time('2020-01-01T00:00:00', every('PT2H')), { kind: 'every', intervalMs: 7_200_000 }],
    ['once', time('2027-01-01T10:00:00'), { kind: 'at', local: '2027-01-01T10:00' }],
    ['at an instant', time('2027-01-01T10:00:00+01:00'), { kind: 'at', local: '2027-01-01T09:00:00Z' }],
    [
      'days of some months',
      {
        kind: 'calendar',
        startBoundary: '2020-01-01T05:00:00',
        schedule: { kind: 'month', daysOfMonth: [1, 15, 'Last'], months: ['March', 'January'] },
      },
      '0 5 1,15,L 1,3 *',
    ],
    [
      'weekdays of the month',
      {
        kind: 'calendar',
        startBoundary: '2020-01-01T05:00:00',
        schedule: { kind: 'month-day-of-week', weeks: [2, 'Last'], daysOfWeek: ['Tuesday'] },
      },
      '0 5 * * 2#2,2L',
    ],
    ['start-up', { kind: 'boot' }, { kind: 'startup' }],
    ['any logon', { kind: 'logon' }, { kind: 'logon' }],
    [
      'an event',
      {
        kind: 'event',
        subscription:
          "<QueryList><Query Id='0'><Select Path=\"System\">*[System[Provider[@Name='Disk'] and (EventID=7)]]</Select></Query></QueryList>".replace(
            "Id='0'",
            'Id="0"',
          ),
      },
      { kind: 'event', log: 'System', source: 'Disk', eventId: 7 },
    ],
  ])('%s', (_, trigger, wanted) => {
    expect(crons([trigger])[0]).toEqual(wanted);
  });

  it.each<[string, Trigger[], string]>([
    ['no trigger', [], 'no_trigger'],
    [
      'the 31st of June',
      [
        {
          kind: 'calendar',
          startBoundary: '2025-06-03T00:00:00',
          schedule: { kind: 'month', daysOfMonth: [31], months: ['June'] },
        },
      ],
      'no_trigger',
    ],
    ['one whose time is over', [time('2020-01-01T00:00:00')], 'no_trigger'],
    [
      'every second day',
      [daily('2020-01-01T00:00:00', { schedule: { kind: 'day', daysInterval: 2 } })],
      'days_interval',
    ],
    [
      'every other week',
      [weekly(['Monday'], { schedule: { kind: 'week', weeksInterval: 2, daysOfWeek: ['Monday'] } })],
      'weeks_interval',
    ],
    ['a rate that begins elsewhere', [time('2020-01-01T00:03:00', every('PT7M'))], 'rate_phase'],
    ['a user', [{ kind: 'logon', userId: 'CORP\\bo' }], 'logon_user'],
    ['idleness', [{ kind: 'idle' }], 'idle'],
    [
      'a query of its own',
      [
        {
          kind: 'event',
          subscription: '<QueryList><Query><Select Path="A">*[System[Level=2]]</Select></Query></QueryList>',
        },
      ],
      'event_query',
    ],
  ])('refuses %s', (_, triggers, code) => {
    expect(read(triggers)).toMatchObject({ ok: false, problems: [{ code }] });
  });

  it('keeps a start that lies ahead and an end', () => {
    const found = read([daily('2026-12-24T08:00:00', { endBoundary: '2027-01-06T12:00:00' })]);
    expect(found).toMatchObject({ schedule: [{ calendar: { only: ['2026-12-24..2027-01-06'] } }] });
    // The end comes before the last day's start: no calendar of days says that.
    expect(read([daily('2026-12-24T08:00:00', { endBoundary: '2027-01-06T07:00:00' })])).toMatchObject({ ok: false });
  });

  it('says what is not the same', () => {
    const found = read([
      daily('2020-01-01T02:30:17', { randomDelay: 'PT30M' }),
      daily('2020-01-01T02:30:00', { enabled: false }),
    ]);
    expect(found).toMatchObject({
      notes: [{ code: 'seconds' }, { code: 'random_delay' }, { trigger: 1, code: 'disabled' }],
    });
    const berlin = read([time('2026-01-01T00:00:00', every('PT2H'))], 'Europe/Berlin');
    expect(berlin).toMatchObject({ ok: true, notes: [{ code: 'clock_changes' }] });
  });
});

const folder = join(import.meta.dirname, '..', 'task', 'fixtures');
const corpus = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.xml') && !name.includes('refused'),
);

/** Fires by the minute that the compiled triggers make and the gate lets pass. */
function compiledMinutes(
  triggers: readonly Trigger[],
  zone: string,
  days: number,
): { wanted: Set<number>; made: Set<number> } {
  const found = scheduleOfTriggers(triggers, { nowMs, hostTimezone: zone });
  if (!found.ok) throw new Error('expected a schedule');
  const compiled = compileSchedule(found.schedule, { hostTimezone: zone });
  if (!compiled.ok) throw new Error(compiled.problem.message);
  const range = { fromMs: nowMs, untilMs: nowMs + days * 86_400_000, hostTimezone: zone };
  const minute = (atMs: number) => Math.floor(atMs / 60_000);
  const passes = (atMs: number) => {
    const due = isDue(found.schedule, { atMs, toleranceMs: 0, hostTimezone: zone });
    return due.due && due.scheduledForMs === atMs;
  };
  const made = [...triggerOccurrences(compiled.triggers, range)].filter(
    ({ atMs }) => compiled.exactness === 'exact' || passes(atMs),
  );
  return {
    wanted: new Set([...triggerOccurrences(triggers.filter(isTimed), range)].map(({ atMs }) => minute(atMs))),
    made: new Set(made.map(({ atMs }) => minute(atMs))),
  };
}

describe('the corpus', () => {
  it('is adopted at the same times over a year, or refused with a reason', () => {
    const counts = { same: 0, refused: 0 };
    for (const name of corpus) {
      const task = readTaskXml(readFileSync(join(folder, name)));
      if (!task.ok) continue;
      const found = scheduleOfTriggers(task.task.triggers, { nowMs, hostTimezone: 'Asia/Shanghai' });
      if (found.ok) {
        const { wanted, made } = compiledMinutes(task.task.triggers, 'Asia/Shanghai', 366);
        expect(made, name).toEqual(wanted);
        counts.same += 1;
      } else {
        expect(found.problems[0]?.message, name).toMatch(/\w/);
        counts.refused += 1;
      }
    }
    expect(counts.same).toBeGreaterThan(25);
    expect(counts.same + counts.refused).toBeGreaterThan(60);
  });
});

describe('any trigger', () => {
  const two = (value: number) => String(value).padStart(2, '0');
  const startBoundary = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), fc.constantFrom('', 'Z', '+05:30'))
    .map(([hour, minute, zone]) => `2025-06-03T${two(hour)}:${two(minute)}:00${zone}`);
  const repetition = fc.option(
    fc.record({
      interval: fc.constantFrom('PT5M', 'PT10M', 'PT15M', 'PT45M', 'PT1H', 'PT90M', 'PT2H', 'PT6H'),
      duration: fc.constantFrom('PT30M', 'PT4H', 'PT12H', 'P1D'),
    }),
    { nil: undefined },
  );
  const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
  const calendar = fc.oneof(
    fc.constant({ kind: 'day' as const, daysInterval: 1 }),
    some(WEEKDAYS).map((daysOfWeek) => ({ kind: 'week' as const, weeksInterval: 1, daysOfWeek })),
    fc
      .tuple(some([1, 2, 15, 29, 31, 'Last'] as const), some(MONTHS))
      .map(([daysOfMonth, months]) => ({ kind: 'month' as const, daysOfMonth, months })),
    fc
      .tuple(some([1, 2, 3, 4, 'Last'] as const), some(WEEKDAYS), some(MONTHS))
      .map(([weeks, daysOfWeek, months]) => ({ kind: 'month-day-of-week' as const, weeks, daysOfWeek, months })),
  );
  it('fires at the same times after adoption, unless it is refused', () => {
    let adopted = 0;
    fc.assert(
      fc.property(startBoundary, repetition, calendar, (start, repeat, schedule) => {
        const trigger = {
          kind: 'calendar',
          startBoundary: start,
          schedule,
          ...(repeat ? { repetition: repeat } : {}),
        } as Trigger;
        if (!scheduleOfTriggers([trigger], { nowMs, hostTimezone: 'UTC' }).ok) return;
        adopted += 1;
        const { wanted, made } = compiledMinutes([trigger], 'UTC', 70);
        expect(made).toEqual(wanted);
      }),
      { numRuns: 150 },
    );
    expect(adopted).toBeGreaterThan(60);
  });
});
