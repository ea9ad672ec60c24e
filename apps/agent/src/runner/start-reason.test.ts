import type { Manifest } from '@carillon/core/job/job-spec';
import { describe, expect, it } from 'vitest';
import { explainStart, type StartFacts, type StartTicket } from './start-reason.js';

const at = (text: string) => Date.parse(text);
const nightly: Manifest['schedule'] = [{ kind: 'cron', expression: '0 2 * * *' }];
const ticket: StartTicket = {
  commandId: '0190a000-0000-7000-8000-000000000001',
  runId: '0190a000-0000-7000-8000-000000000002',
  expiresAtMs: at('2026-11-23T02:01:00Z'),
};

function explain(now: string, changes: Partial<StartFacts> & Partial<Pick<Manifest, 'schedule' | 'onMissed'>> = {}) {
  const { schedule = nightly, onMissed = 'skip', ...facts } = changes;
  return explainStart(
    { schedule, onMissed },
    { nowMs: at(now), hostTimezone: 'UTC', ticket: undefined, answeredMs: null, ...facts },
  );
}

const scheduledFor = (instant: string | null) => ({
  run: true,
  trigger: 'schedule',
  scheduledForMs: instant === null ? null : at(instant),
  ticket: null,
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
