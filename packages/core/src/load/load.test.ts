import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FirePlan } from '../timeline/coming-fires.js';
import { addSpread, fireTimes, loadSum, timetablesOf } from './expected-load.js';
import { type HourLoad, type MovableJob, suggestSpread } from './suggest-spread.js';

const fromMs = Date.parse('2026-11-27T02:00:00Z');
const plan = (expression: string, changes: Partial<FirePlan> = {}, jitterMs?: number): FirePlan => ({
  job: 'j',
  schedule: [{ kind: 'cron', expression, ...(jitterMs === undefined ? {} : { jitterMs }) }],
  enabled: true,
  hostTimezone: 'UTC',
  hosts: 10,
  ...changes,
});
const range = { fromMs, minutes: 60 };
const load = (plans: readonly FirePlan[]) => {
  const total = loadSum(range);
  for (const timetable of timetablesOf(plans)) total.add(fireTimes(timetable, range), timetable.hosts);
  return [...total.starts()];
};
const starts = (of: FirePlan) => load([of]);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('expected starts', () => {
  it('are counted in their minute, once for each host', () => {
    expect(starts(plan('0,30 2 * * *')).flatMap((hosts, minute) => (hosts > 0 ? [[minute, hosts]] : []))).toEqual([
      [0, 10],
      [30, 10],
    ]);
    expect(sum(starts(plan('0 10 * * *', { hostTimezone: 'Asia/Shanghai' })))).toBe(10);
    expect(sum(starts(plan('* * * * *', { enabled: false })))).toBe(0);
  });

  it('that are spread fill their minutes evenly, also from before the range', () => {
    expect(starts(plan('0 2 * * *', {}, 5 * 60_000)).slice(0, 6)).toEqual([2, 2, 2, 2, 2, 0]);
    expect(starts(plan('58 1 * * *', {}, 5 * 60_000)).slice(0, 4)).toEqual([2, 2, 2, 0]);
  });

  it('say how many of them are in the range', () => {
    const times = fireTimes(plan('58 1,2 * * *', {}, 5 * 60_000), range);
    // Three fifths of those of 1:58, two of those of 2:58.
    expect(loadSum(range).add(times, 10)).toBe(6 + 4);
  });

  it('of many jobs are worked out once for each timetable', () => {
    const found = timetablesOf([
      plan('0 2 * * *', { job: 'a' }),
      plan('0 2 * * *', { job: 'b', hosts: 5 }),
      plan('0 2 * * *', { job: 'a', hosts: 3 }),
      plan('0 2 * * *', { job: 'c', hostTimezone: 'Europe/Berlin' }),
      plan('0 2 * * *', { job: 'd', enabled: false }),
    ]);
    expect(
      found.map(({ hostTimezone, hosts, hostsOfJob }) => [hostTimezone, hosts, Object.fromEntries(hostsOfJob)]),
    ).toEqual([
      ['UTC', 18, { a: 13, b: 5 }],
      ['Europe/Berlin', 10, { c: 10 }],
    ]);
  });

  it('are the same as host by host and minute by minute, however they are spread', () => {
    const some = fc.record({
      minute: fc.nat(59),
      hour: fc.constantFrom('*', '1', '2', '0-3'),
      jitter: fc.constantFrom(undefined, 5, 17, 45, 90),
      hosts: fc.integer({ min: 1, max: 300 }),
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 6 }), (made) => {
        const slowly = Array<number>(60).fill(0);
        for (const { minute, hour, jitter, hosts } of made)
          for (const { minutes, spreadMinutes } of fireTimes(
            plan(`${minute} ${hour} * * *`, {}, jitter === undefined ? undefined : jitter * 60_000),
            range,
          ))
            for (const first of minutes) addSpread(slowly, { minute: first, spreadMinutes, hosts });
        const quickly = load(
          made.map(({ minute, hour, jitter, hosts }) =>
            plan(`${minute} ${hour} * * *`, { hosts }, jitter === undefined ? undefined : jitter * 60_000),
          ),
        );
        for (const [minute, value] of quickly.entries()) expect(value).toBeCloseTo(slowly[minute] ?? 0, 6);
      }),
      { numRuns: 100 },
    );
  });
});

const at = (minute: number, hosts: number) => Array.from({ length: 60 }, (_, each) => (each === minute ? hosts : 0));
const job = (name: string, minute: number, hosts: number, changes: Partial<MovableJob> = {}): MovableJob => ({
  job: name,
  starts: at(minute, hosts),
  spreadMinutes: 0,
  roomMinutes: 59,
  canShift: true,
  ...changes,
});
const none = Array<number>(60).fill(0);

describe('a suggested spread', () => {
  it('spreads what many hosts start at once, and says from what to what', () => {
    const found = suggestSpread({ fixed: none, jobs: [job('backup', 0, 300)] });
    expect(found).toMatchObject({ peakBefore: 300, moves: [{ job: 'backup', kind: 'spread', minutes: 45 }] });
    expect(found.peakAfter).toBeCloseTo(300 / 45);
    expect(sum(found.after)).toBeCloseTo(300);
  });

  it('moves what one host starts to a minute of its own', () => {
    const { moves, peakAfter } = suggestSpread({ fixed: none, jobs: ['a', 'b', 'c'].map((name) => job(name, 0, 1)) });
    expect(moves.map(({ kind, minutes }) => [kind, minutes])).toEqual([
      ['shift', 1],
      ['shift', 2],
    ]);
    expect(peakAfter).toBe(1);
  });

  it('takes the job that helps most first, and leaves alone what is not in the fullest minute', () => {
    const { moves } = suggestSpread(
      { fixed: none, jobs: [job('few', 0, 3), job('many', 0, 90), job('apart', 30, 2)] },
      1,
    );
    expect(moves.map(({ job: name }) => name)).toEqual(['many']);
  });

  it('goes no further than there is room, nor past the hour', () => {
    const { moves } = suggestSpread({ fixed: none, jobs: [job('often', 0, 50, { roomMinutes: 9, canShift: false })] });
    expect(moves).toMatchObject([{ minutes: 10 }]);
    expect(suggestSpread({ fixed: none, jobs: [job('late', 59, 50)] }).moves).toEqual([]);
    expect(suggestSpread({ fixed: at(0, 500), jobs: [] })).toMatchObject({
      moves: [],
      peakBefore: 500,
      peakAfter: 500,
    });
  });

  it('sees a pile-up on top of what runs all the time', () => {
    const busy = Array<number>(60).fill(480);
    const found = suggestSpread({ fixed: busy, jobs: [job('nightly', 0, 80)] });
    expect(found).toMatchObject({ peakBefore: 560, moves: [{ job: 'nightly', kind: 'spread' }] });
    expect(found.peakAfter).toBeLessThan(483);
  });

  it('leaves an even hour as it is', () => {
    const even = Array<number>(60).fill(5);
    expect(suggestSpread({ fixed: even, jobs: [job('j', 0, 1)] }).moves).toEqual([]);
  });

  const minute = fc.nat(59);
  const jobs = fc.array(
    fc.record({
      minute,
      hosts: fc.integer({ min: 1, max: 500 }),
      room: fc.nat(59),
      spread: fc.nat(30),
      can: fc.boolean(),
    }),
    { maxLength: 8 },
  );
  it('never raises the peak, never loses a start of what it moves, and changes each job at most once', () => {
    fc.assert(
      fc.property(jobs, fc.array(fc.nat(40), { minLength: 60, maxLength: 60 }), (made, fixed) => {
        const hour: HourLoad = {
          fixed,
          jobs: made.map(({ minute: where, hosts, room, spread, can }, index) =>
            job(`j${index}`, where, hosts, { roomMinutes: room, spreadMinutes: spread, canShift: can }),
          ),
        };
        const found = suggestSpread(hour);
        expect(found.peakAfter).toBeLessThanOrEqual(found.peakBefore);
        expect(sum(found.after)).toBeGreaterThanOrEqual(sum(found.before) - 1e-6);
        expect(new Set(found.moves.map((move) => move.job)).size).toBe(found.moves.length);
      }),
      { numRuns: 200 },
    );
  });
});
