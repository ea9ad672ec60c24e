import type { Manifest } from '@carillon/core/job/job-spec';
import { scheduleOccurrences } from '@carillon/wintask/schedule/occurrences';
import { describe, expect, it } from 'vitest';
import { explainStart, type StartFacts, type StartTicket } from './start-reason.js';

const at = (text: string) => Date.parse(text);
const nightly: Manifest['schedule'] = [{ kind: 'cron', expression: '0 2 * * *' }];
const ticket: StartTicket = {
  commandId: '0190a000-0000-7000-8000-000000000001',
  runId: '0190a000-0000-7000-8000-000000000002',
  expiresAtMs: at('2026-11-23T02:01:00Z'),
};

const nothingBefore = {
  bootedMs: at('2026-01-01T00:00:00Z'),
  hostTimezone: 'UTC',
  ticket: undefined,
  isRunning: false,
  answeredMs: null,
  lastStartMs: null,
  lastEndMs: null,
};

function explain(now: string, changes: Partial<StartFacts> & Partial<Pick<Manifest, 'schedule' | 'onMissed'>> = {}) {
  const { schedule = nightly, onMissed = 'skip', ...facts } = changes;
  return explainStart({ schedule, onMissed }, { ...nothingBefore, nowMs: at(now), startedMs: at(now), ...facts });
}

const scheduledFor = (instant: string | null, answeredMs = instant === null ? null : at(instant)) => ({
  run: true,
  trigger: 'schedule',
  scheduledForMs: instant === null ? null : at(instant),
  ticket: null,
  answeredMs,
});
const no = (reason: string) => ({ run: false, reason });

describe('a timed start', () => {
  it.each([
    ['on the second', '2026-11-23T02:00:00Z', {}, scheduledFor('2026-11-23T02:00:00Z')],
    ['a loaded host, 3 minutes late', '2026-11-23T02:03:00Z', {}, scheduledFor('2026-11-23T02:00:00Z')],
    ['between two fires', '2026-11-23T01:30:00Z', {}, no('not_due')],
    ['the same fire twice', '2026-11-23T02:00:30Z', { answeredMs: at('2026-11-23T02:00:00Z') }, no('already_answered')],
    [
      'the fire after the answered one',
      '2026-11-23T02:00:30Z',
      { answeredMs: at('2026-11-22T02:00:00Z') },
      scheduledFor('2026-11-23T02:00:00Z'),
    ],
    ['hours late, skip', '2026-11-23T07:30:00Z', { onMissed: 'skip' }, no('not_due')],
    ['hours late, run-once', '2026-11-23T07:30:00Z', { onMissed: 'run-once' }, scheduledFor('2026-11-23T02:00:00Z')],
    [
      'hours late, run-once, answered',
      '2026-11-23T07:30:00Z',
      { onMissed: 'run-once', answeredMs: at('2026-11-23T02:00:00Z') },
      no('not_due'),
    ],
    [
      'days late, run-once: too old to be made up for',
      '2026-11-23T07:30:00Z',
      { onMissed: 'run-once', schedule: [{ kind: 'at', local: '2026-11-20T02:00' }] },
      no('not_due'),
    ],
  ] as const)('%s', (_name, now, changes, expected) => {
    expect(explain(now, changes)).toEqual(expected);
  });
});

describe('a start by hand', () => {
  it('is explained by its ticket, whatever the schedule says', () => {
    expect(explain('2026-11-23T01:59:00Z', { ticket, schedule: nightly })).toEqual({
      run: true,
      trigger: 'command',
      scheduledForMs: null,
      ticket,
      answeredMs: null,
    });
  });

  it('is not explained by a ticket that nobody claimed in time', () => {
    expect(explain('2026-11-23T07:00:00Z', { ticket })).toEqual(no('not_due'));
    expect(explain('2026-11-24T02:00:00Z', { ticket })).toEqual(scheduledFor('2026-11-24T02:00:00Z'));
  });
});

describe('a trigger without a time', () => {
  it('always counts', () => {
    expect(explain('2026-11-23T07:00:00Z', { schedule: [{ kind: 'startup' }] })).toEqual(scheduledFor(null));
  });

  it('explains what the timed entries beside it do not', () => {
    const both: Manifest['schedule'] = [...nightly, { kind: 'logon' }];
    expect(explain('2026-11-23T02:00:10Z', { schedule: both })).toEqual(scheduledFor('2026-11-23T02:00:00Z'));
    expect(explain('2026-11-23T07:00:00Z', { schedule: both })).toEqual(scheduledFor(null));
  });
});

describe('time zones', () => {
  it('the job has a zone of its own', () => {
    const schedule: Manifest['schedule'] = [{ kind: 'cron', expression: '0 9 * * *', timezone: 'Asia/Shanghai' }];
    expect(explain('2026-11-23T01:00:00Z', { schedule, hostTimezone: 'America/New_York' })).toEqual(
      scheduledFor('2026-11-23T01:00:00Z'),
    );
    expect(explain('2026-11-23T14:00:00Z', { schedule, hostTimezone: 'America/New_York' })).toEqual(no('not_due'));
  });

  it('the zone of the host moves its clock: the superset trigger of the other half of the year is not due', () => {
    const schedule: Manifest['schedule'] = [{ kind: 'cron', expression: '0 2 * * *', timezone: 'Europe/Berlin' }];
    const summer = '2026-07-01T00:00:00Z';
    const winter = '2026-12-01T01:00:00Z';
    expect(explain(summer, { schedule })).toEqual(scheduledFor(summer));
    expect(explain(winter, { schedule })).toEqual(scheduledFor(winter));
    expect(explain('2026-12-01T00:00:00Z', { schedule })).toEqual(no('not_due'));
    expect(explain('2026-07-01T01:00:00Z', { schedule })).toEqual(no('not_due'));
  });

  it('the hour that comes twice is answered once for each instant it means', () => {
    const schedule: Manifest['schedule'] = [{ kind: 'cron', expression: '30 2 * * *' }];
    const first = explain('2026-10-25T00:30:00Z', { schedule, hostTimezone: 'Europe/Berlin' });
    const second = explain('2026-10-25T01:30:00Z', {
      schedule,
      hostTimezone: 'Europe/Berlin',
      answeredMs: at('2026-10-25T00:30:00Z'),
    });
    expect([first, second].filter((reason) => reason.run)).toHaveLength(1);
  });
});

describe('a calendar', () => {
  const schedule: Manifest['schedule'] = [
    { kind: 'cron', expression: '0 2 * * *', calendar: { except: ['2026-12-25'] } },
  ];

  it('is decided here, without asking anybody', () => {
    expect(explain('2026-12-24T02:00:00Z', { schedule })).toEqual(scheduledFor('2026-12-24T02:00:00Z'));
    expect(explain('2026-12-25T02:00:00Z', { schedule })).toEqual(no('not_due'));
  });

  it('leaves nothing to be made up for', () => {
    const answeredMs = at('2026-12-24T02:00:00Z');
    const facts = { schedule, onMissed: 'run-once', answeredMs } as const;
    expect(explain('2026-12-25T07:00:00Z', facts)).toEqual(no('not_due'));
  });
});

describe('a start that is decided late, on a loaded host', () => {
  const schedule: Manifest['schedule'] = [{ kind: 'every', intervalMs: 60_000 }];
  const now = '2026-11-23T02:01:03Z';

  it('answers the occurrence for which it was begun, and leaves the next to the next start', () => {
    const [first, second] = ['2026-11-23T02:00:00Z', '2026-11-23T02:01:00Z'];
    const begun = { schedule, startedMs: at('2026-11-23T02:00:01Z') };
    expect(explain(now, begun)).toEqual(scheduledFor(first));
    expect(explain(now, { schedule, answeredMs: at(first) })).toEqual(scheduledFor(second));
    expect(explain(now, { ...begun, answeredMs: at(second) })).toEqual(no('already_answered'));
  });
});

describe('jitter', () => {
  it("means the host's own offset", () => {
    const schedule: Manifest['schedule'] = [{ kind: 'cron', expression: '0 2 * * *', jitterMs: 3_600_000 }];
    const facts = { schedule, spreadKey: 'agent/job' };
    const [own] = scheduleOccurrences(schedule, { fromMs: at('2026-11-23T00:00:00Z'), hostTimezone: 'UTC', ...facts });
    const instant = new Date(own?.atMs ?? 0).toISOString();
    expect(own?.local.slice(0, 13)).toBe('2026-11-23T02');
    expect(explain(instant, facts)).toEqual(scheduledFor(instant));
    expect(explain('2026-11-23T02:00:00Z', facts)).toEqual(no('not_due'));
  });
});

describe('a fixed delay', () => {
  const schedule: Manifest['schedule'] = [{ kind: 'after', delayMs: 600_000 }];
  const lastEndMs = at('2026-11-23T02:00:00Z');

  it.each([
    ['at once, without a run before', {}, scheduledFor(null)],
    ['not before its time', { lastEndMs: at('2026-11-23T02:05:00Z') }, no('not_due')],
    ['at its time', { lastEndMs }, scheduledFor('2026-11-23T02:10:00Z', null)],
    ['never beside a run under way', { lastEndMs, isRunning: true }, no('not_due')],
    ['later too', { lastEndMs: lastEndMs - 86_400_000 }, scheduledFor('2026-11-22T02:10:00Z', null)],
  ] as const)('%s', (_name, facts, expected) => {
    expect(explain('2026-11-23T02:10:00Z', { schedule, ...facts })).toEqual(expected);
  });

  it('beside a timetable takes nothing from it', () => {
    const both: Manifest['schedule'] = [...nightly, ...schedule];
    const answeredMs = at('2026-11-22T02:00:00Z');
    expect(
      explain('2026-11-23T01:50:00Z', { schedule: both, answeredMs, lastEndMs: at('2026-11-23T01:40:00Z') }),
    ).toEqual(scheduledFor('2026-11-23T01:50:00Z', answeredMs));
    expect(explain('2026-11-23T02:00:00Z', { schedule: both, answeredMs, lastEndMs })).toEqual(
      scheduledFor('2026-11-23T02:00:00Z'),
    );
  });
});

describe('a start-up beside triggers that start too often', () => {
  const schedule: Manifest['schedule'] = [
    { kind: 'cron', expression: '0 9 * * *', timezone: 'America/New_York' },
    { kind: 'startup' },
  ];
  const booted = { schedule, bootedMs: at('2026-11-23T13:00:00Z') };

  it.each([
    ['is the first start after the boot', '2026-11-23T13:00:40Z', {}, scheduledFor(null)],
    ['is not the second', '2026-11-23T13:01:40Z', { lastStartMs: at('2026-11-23T13:00:40Z') }, no('not_due')],
    ['is not an hour later', '2026-11-24T13:00:00Z', {}, no('not_due')],
  ] as const)('%s', (_name, now, facts, expected) => {
    expect(explain(now, { ...booted, ...facts })).toEqual(expected);
  });
});
