import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSchedule } from './compile.js';
import { dueAfter, scheduleOccurrences } from './occurrences.js';
import type { EntryLimits, Schedule } from './schedule.js';
import { spreadIndex } from './spread.js';
import { checkFires, compiled } from './testing/check-fires.js';

const MINUTE = 60_000;
const UTC = { hostTimezone: 'UTC' };
const limited = (expression: string, limits: EntryLimits, timezone?: string): Schedule => [
  { kind: 'cron', expression, ...(timezone ? { timezone } : {}), ...limits },
];

function locals(schedule: Schedule, from: string, until: string, context = UTC): string[] {
  const range = { fromMs: Date.parse(from), untilMs: Date.parse(until), ...context };
  return [...scheduleOccurrences(schedule, range)].map(({ local }) => local);
}

describe('a calendar', () => {
  it('keeps the days it has and asks for a gate', () => {
    const schedule = limited('0 2 * * 1-5', { calendar: { except: ['2026-12-25'] } });
    const result = compiled(schedule, UTC);
    expect(result).toMatchObject({ exactness: 'gated', reasons: [expect.stringContaining('calendar')] });
    expect(result.triggers).toEqual(compiled(limited('0 2 * * 1-5', {}), UTC).triggers);
    expect(locals(schedule, '2026-12-23T12:00:00Z', '2026-12-29T12:00:00Z')).toEqual([
      '2026-12-24T02:00:00',
      '2026-12-28T02:00:00',
      '2026-12-29T02:00:00',
    ]);
  });

  it("means the days of the entry's own time zone", () => {
    const schedule = limited('30 0 * * *', { calendar: { only: ['2026-10-01'] } }, 'Asia/Shanghai');
    expect([...scheduleOccurrences(schedule, { fromMs: 0, hostTimezone: 'America/New_York' })]).toMatchObject([
      { atMs: Date.parse('2026-09-30T16:30:00Z') },
    ]);
  });

  it('narrows fixed rates as well', () => {
    const every: Schedule = [{ kind: 'every', intervalMs: 7 * 60 * MINUTE, calendar: { only: ['01-02'] } }];
    expect(locals(every, '2024-01-01T00:00:00Z', '2024-02-01T00:00:00Z')).toEqual([
      '2024-01-02T04:00:00',
      '2024-01-02T11:00:00',
      '2024-01-02T18:00:00',
    ]);
    const once: Schedule = [{ kind: 'every', intervalMs: 7 * 60 * MINUTE, calendar: { only: ['2024-01-02'] } }];
    expect([...scheduleOccurrences(once, { fromMs: 0, ...UTC })]).toHaveLength(3);
  });

  it.each([
    [limited('0 2 * * *', { calendar: { except: ['tomorrow'] } }), 'calendar'],
    [limited('0 2 1 * *', { calendar: { only: ['12-25'] } }), 'calendar-never'],
    [limited('0 2 * * *', { calendar: { only: [] } }), 'calendar-never'],
    [limited('0 2 * * *', { calendar: { except: ['01-01..12-31'] } }), 'calendar-never'],
    [limited('0 2 * * 1', { calendar: { only: ['2026-12-25'] } }), 'calendar-never'],
    [[{ kind: 'every', intervalMs: 50 * MINUTE, calendar: { except: ['01-01..12-31'] } }], 'calendar-never'],
    [[{ kind: 'at', local: '2026-12-25T08:00', calendar: { except: ['12-25'] } }], 'calendar'],
  ] as [Schedule, string][])('refuses %j: %s', (schedule, code) => {
    expect(compileSchedule(schedule, UTC)).toMatchObject({ ok: false, problem: { entry: 0, code } });
  });
});

describe('jitter', () => {
  const on = (spreadKey: string) => ({ ...UTC, spreadKey });

  it('is the same for one host, differs between hosts, and needs no gate', () => {
    const schedule = limited('0 2 * * *', { jitterMs: 5 * MINUTE });
    const starts = ['web-01', 'web-02', 'web-03'].map((host) => compiled(schedule, on(host)));
    expect(starts.map(({ exactness }) => exactness)).toEqual(['exact', 'exact', 'exact']);
    const boundaries = starts.map(({ triggers }) => (triggers[0] as { startBoundary: string }).startBoundary);
    expect(new Set(boundaries).size).toBe(3);
    for (const boundary of boundaries) expect(boundary).toMatch(/^2024-01-01T02:0[0-4]:\d\d$/);
    expect(compiled(schedule, on('web-01'))).toEqual(starts[0]);
  });

  it('is not there when nobody in particular asks', () => {
    const schedule = limited('0 2 * * *', { jitterMs: 5 * MINUTE });
    expect(compiled(schedule, UTC).triggers).toMatchObject([{ startBoundary: '2024-01-01T02:00:00' }]);
  });

  it('never reaches the next day', () => {
    const schedule = limited('58 23 * * *', { jitterMs: 60 * MINUTE });
    for (let host = 0; host < 200; host++) {
      const [local] = locals(schedule, '2026-05-05T12:00:00Z', '2026-05-06T12:00:00Z', on(`host-${host}`));
      expect(local).toMatch(/^2026-05-05T23:5[89]:\d\d$/);
    }
  });

  it('is in whole minutes where clocks skip a time, so that the moved start stays the same for all', () => {
    const schedule = limited('30 2 * * *', { jitterMs: 10 * MINUTE });
    for (let host = 0; host < 20; host++) {
      const context = { hostTimezone: 'Europe/Berlin', spreadKey: `host-${host}` };
      const [local] = locals(schedule, '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z', context);
      expect(local).toBe('2026-03-29T03:00:00');
    }
  });

  it('delays what Windows signals', () => {
    const schedule: Schedule = [{ kind: 'startup', jitterMs: 10 * MINUTE }];
    const [trigger] = compiled(schedule, on('web-01')).triggers;
    expect(trigger).toMatchObject({ kind: 'boot', delay: expect.stringMatching(/^PT\d/) });
  });

  it('moves a fixed rate and a single date', () => {
    const schedule: Schedule = [
      { kind: 'every', intervalMs: 50 * MINUTE, jitterMs: 10 * MINUTE },
      { kind: 'at', local: '2026-05-05T23:59', jitterMs: 10 * MINUTE },
    ];
    checkFires(schedule, on('web-01'), Date.UTC(2026, 4, 5), 2);
    expect(locals(schedule.slice(1), '2026-05-05T12:00:00Z', '2026-05-07T00:00:00Z', on('web-01'))[0]).toMatch(
      /^2026-05-05T23:59:\d\d$/,
    );
  });

  it('spreads a fleet evenly', () => {
    const counts = Array.from({ length: 60 }, () => 0);
    for (let host = 0; host < 6000; host++) counts[spreadIndex(`SRV-${host}/job`, 60)]!++;
    // 100 in each on average; the deviation of an even spread is 10, and six times that never comes by chance.
    expect(Math.min(...counts)).toBeGreaterThan(40);
    expect(Math.max(...counts)).toBeLessThan(160);
  });
});

describe('calendar and jitter together', () => {
  const expression = fc.constantFrom(
    '0 2 * * *',
    '30 2 * * 1-5',
    '*/15 * * * *',
    '*/20 8-18 * * 1-5',
    '5 */3 * * *',
    '59 23 L * *',
    '0 0 * * 5#2',
  );
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata');
  const calendar = fc.constantFrom<EntryLimits['calendar']>(
    undefined,
    { except: ['2026-03-29', '11-01'] },
    { only: ['03-20..04-10', '10-20..11-05'] },
  );

  it('fire exactly at the schedule, across clock changes', () => {
    fc.assert(
      fc.property(
        expression,
        zone,
        zone,
        calendar,
        fc.integer({ min: 0, max: 90 }),
        fc.string({ maxLength: 8 }),
        fc.constantFrom(2, 9),
        (text, timezone, hostTimezone, days, jitter, spreadKey, month) => {
          const limits = { ...(days ? { calendar: days } : {}), jitterMs: jitter * MINUTE };
          const schedule = limited(text, limits, timezone);
          checkFires(schedule, { hostTimezone, spreadKey }, Date.UTC(2026, month, 15), 25);
        },
      ),
      { numRuns: 120 },
    );
  }, 120_000);
});

describe('a fixed delay', () => {
  it.each([
    [1, 'PT1M'],
    [10, 'PT1M'],
    [30, 'PT3M'],
    [90, 'PT6M'],
    [24 * 60, 'PT1H'],
  ])('of %i minutes looks every %s', (minutes, interval) => {
    const result = compiled([{ kind: 'after', delayMs: minutes * MINUTE }], UTC);
    expect(result.triggers).toMatchObject([{ kind: 'time', repetition: { interval } }]);
    expect(result).toMatchObject({ exactness: 'gated', reasons: [expect.stringContaining('delay')] });
  });

  it('is due so long after the last end, at once without one', () => {
    const schedule: Schedule = [
      { kind: 'after', delayMs: 30 * MINUTE },
      { kind: 'after', delayMs: 10 * MINUTE },
    ];
    expect(dueAfter(schedule, 1_000_000)).toBe(1_000_000 + 10 * MINUTE);
    expect(dueAfter(schedule, null)).toBeNull();
    expect(dueAfter([{ kind: 'startup' }], 1_000_000)).toBeUndefined();
  });
});

describe('entries no trigger can say', () => {
  it('are left to the agent, beside those that one can', () => {
    const result = compiled(
      [
        { kind: 'file', pattern: 'D:\\in\\*.csv' },
        { kind: 'cron', expression: '0 2 * * *' },
        { kind: 'metric', metric: 'cpu', abovePercent: 85, forMs: 5 * MINUTE },
        { kind: 'job', job: 'extract', outcome: 'success' },
      ],
      UTC,
    );
    expect(result).toMatchObject({ triggers: [{ kind: 'calendar' }], exactness: 'exact', watched: [0, 2, 3] });
  });

  it.each([
    [[{ kind: 'file', pattern: ' ' }], 0, 'file'],
    [[{ kind: 'metric', metric: 'cpu', abovePercent: 120, forMs: 0 }], 0, 'metric'],
    [[{ kind: 'job', job: '', outcome: 'any' }], 0, 'job'],
    [[{ kind: 'after', delayMs: 90_500 }], 0, 'after'],
    [[{ kind: 'after', delayMs: 10 * MINUTE }, { kind: 'logon' }], 1, 'mixed'],
    [[{ kind: 'event', log: 'System' }, ...limited('0 2 * * *', {}, 'America/New_York')], 0, 'mixed'],
  ] as [Schedule, number, string][])('refuses %j', (schedule, entry, code) => {
    const result = compileSchedule(schedule, { hostTimezone: 'Europe/Berlin' });
    expect(result).toMatchObject({ ok: false, problem: { entry, code } });
  });
});
