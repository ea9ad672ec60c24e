import { describe, expect, it } from 'vitest';
import { desiredHash } from './desired-state.js';
import { continuePause, describePause, type HostPause, isPaused, startToMakeUp } from './pause.js';

const at = (text: string) => Date.parse(`2026-11-28T${text}:00Z`);
const pause: HostPause = {
  id: '01a209fb-3cb0-74df-baaf-b865520091ef',
  fromMs: at('01:00'),
  untilMs: at('05:00'),
  afterwards: 'run-once',
  by: 'Ann',
  reason: 'new storage',
};
const daily = [{ kind: 'cron' as const, expression: '0 2 * * *' }] as never;
const facts = { pause, endedMs: at('05:00'), hostTimezone: 'UTC', spreadKey: 'x', lastStartMs: null };

describe('a pause', () => {
  it('holds until its end, by the clock of the host, and says who made it', () => {
    expect(isPaused(pause, at('00:00'))).toBe(true);
    expect(isPaused(pause, at('04:59'))).toBe(true);
    expect(isPaused(pause, at('05:00'))).toBe(false);
    expect(describePause(pause)).toBe('paused by Ann until 2026-11-28T05:00:00.000Z: new storage');
  });

  it('is part of what a host should have', () => {
    expect(desiredHash([], pause)).not.toBe(desiredHash([]));
    expect(desiredHash([], { ...pause, untilMs: 1 })).not.toBe(desiredHash([], pause));
    expect(desiredHash([], { ...pause, afterwards: 'skip' })).not.toBe(desiredHash([], pause));
    expect(desiredHash([], undefined)).toBe(desiredHash([]));
  });

  it('that replaces another begins where that began', () => {
    const later = { ...pause, id: 'b', fromMs: at('03:00') };
    expect(continuePause(pause, later)).toEqual({ ...later, fromMs: pause.fromMs });
    expect(continuePause(undefined, later)).toBe(later);
  });
});

describe('a start that fell into a pause', () => {
  it.each([
    ['is made up for', {}, at('02:00')],
    ['is left out', { pause: { ...pause, afterwards: 'skip' as const } }, null],
    ['was before it', { pause: { ...pause, fromMs: at('02:30') } }, null],
    ['would have been after it ended early', { endedMs: at('01:30') }, null],
    ['was answered since', { lastStartMs: at('05:00') }, null],
    ['is not answered by a start before its end', { lastStartMs: at('04:00') }, at('02:00')],
  ])('%s', (_what, change, expected) => {
    expect(startToMakeUp(daily, { ...facts, ...change })).toBe(expected);
  });
});
