import { describe, expect, it } from 'vitest';
import { explainStart } from './start-reason.js';

const at = (text: string) => Date.parse(text);
const daily = { schedule: [{ kind: 'cron', expression: '0 2 * * *' }], onMissed: 'run-once' } as const;
const base = { hostTimezone: 'UTC', ticket: undefined, answeredMs: null };
const two = at('2026-11-23T02:00:00Z');

describe('why a job starts', () => {
  it.each([
    ['on time', at('2026-11-23T02:00:03Z'), null, { run: true, trigger: 'schedule', scheduledForMs: two }],
    ['a moment early', at('2026-11-23T01:59:59.9Z'), null, { run: true, trigger: 'schedule', scheduledForMs: two }],
    ['on a loaded host', at('2026-11-23T02:03:00Z'), null, { run: true, scheduledForMs: two }],
    ['twice for one occurrence', at('2026-11-23T02:00:30Z'), two, { run: false, reason: 'already_answered' }],
    ['hours late, made up for', at('2026-11-23T08:00:00Z'), null, { run: true, scheduledForMs: two }],
    ['hours late, but answered', at('2026-11-23T08:00:00Z'), two, { run: false, reason: 'not_due' }],
  ])('%s', (_, nowMs, answeredMs, expected) => {
    expect(explainStart(daily, { ...base, nowMs, answeredMs })).toMatchObject(expected);
  });

  it('does not make up for missed starts when told to skip them', () => {
    const job = { ...daily, onMissed: 'skip' } as const;
    expect(explainStart(job, { ...base, nowMs: at('2026-11-23T08:00:00Z') })).toEqual({
      run: false,
      reason: 'not_due',
    });
  });

  it('reads the schedule on the host’s clock', () => {
    const facts = { ...base, nowMs: at('2026-11-22T18:00:01Z'), hostTimezone: 'Asia/Shanghai' };
    expect(explainStart(daily, facts)).toMatchObject({ run: true, scheduledForMs: at('2026-11-22T18:00:00Z') });
  });

  it('obeys a ticket before anything else, unless it is too old', () => {
    const nowMs = at('2026-11-23T12:00:00Z');
    const ticket = { commandId: 'c', runId: 'r', expiresAtMs: nowMs + 1 };
    expect(explainStart(daily, { ...base, nowMs, ticket })).toMatchObject({ run: true, trigger: 'command', ticket });
    const old = { ...ticket, expiresAtMs: nowMs - 1 };
    expect(explainStart({ ...daily, onMissed: 'skip' }, { ...base, nowMs, ticket: old })).toEqual({
      run: false,
      reason: 'not_due',
    });
  });

  it('takes a start without a time for what it is, when the job has such a trigger', () => {
    const job = { schedule: [{ kind: 'startup' }], onMissed: 'skip' } as const;
    expect(explainStart(job, { ...base, nowMs: at('2026-11-23T12:00:00Z') })).toMatchObject({
      run: true,
      scheduledForMs: null,
    });
  });
});
