import { describe, expect, it } from 'vitest';
import { minute, policyOf, run, Scene } from './testing/scene.js';

describe('failures', () => {
  it('fire when there are enough in a row, once, and end with a success', () => {
    const scene = new Scene([policyOf({ consecutiveFailures: 3 })]);
    scene.take(run(1, 'failed'), run(2, 'timed_out'));
    expect(scene.told).toEqual([]);
    scene.take(run(3, 'failed'));
    expect(scene.open[0]).toMatchObject({
      alert: { state: 'firing', reason: { code: 'consecutive_failures', text: '3 runs failed in a row' } },
      facts: {
        jobName: 'nightly',
        hostName: 'HOST-h',
        outcome: 'failed',
        exitCode: 1,
        condition: 'consecutiveFailures',
      },
    });
    scene.take(run(4, 'failed'), run(5, 'succeeded'));
    expect(scene.told).toEqual([
      'ok>firing consecutive_failures',
      'firing>firing consecutive_failures',
      'firing>resolved consecutive_failures_over',
    ]);
    expect(scene.reasons.at(-1)).toBe('the run of 2026-11-26T08:05:00.000Z ended as succeeded');
    expect(scene.series.size).toBe(1);
  });

  it('do not end by time, by skipped runs, or by too few successes', () => {
    const scene = new Scene([policyOf({ consecutiveFailures: 1 }, { resolveAfter: 2 })]);
    scene.take(run(1, 'failed'), run(2, 'skipped'), run(3, 'indeterminate'));
    scene.pass(86_400_000);
    expect(scene.states).toEqual(['firing']);
    scene.take(run(4, 'succeeded'));
    expect(scene.states).toEqual(['recovering']);
    scene.take(run(5, 'failed'), run(6, 'warning'), run(7, 'succeeded'));
    expect(scene.states).toEqual([]);
    expect(scene.told.at(-1)).toBe('recovering>resolved consecutive_failures_over');
    expect(scene.reasons.at(-1)).toBe('2 runs in a row went well, the last of 2026-11-26T08:07:00.000Z');
  });

  it('count among the last so many', () => {
    const scene = new Scene([policyOf({ failures: { atLeast: 2, of: 3 } })]);
    scene.take(run(1, 'failed'), run(2, 'succeeded'), run(3, 'succeeded'), run(4, 'failed'));
    expect(scene.states).toEqual([]);
    scene.take(run(5, 'failed'));
    expect(scene.states).toEqual(['firing']);
  });

  it('a timeout that is followed by another failure is not over', () => {
    const scene = new Scene([policyOf({ timedOut: 1 })]);
    scene.take(run(1, 'timed_out'), run(2, 'failed'));
    expect(scene.open[0]?.alert).toMatchObject({ state: 'firing', reason: { text: '1 run timed out in a row' } });
  });

  it('wait as long as the policy says', () => {
    const scene = new Scene([policyOf({ consecutiveFailures: 1 }, { forMs: 5 * minute })]);
    scene.take(run(1, 'failed'));
    expect(scene.states).toEqual(['pending']);
    scene.pass(4 * minute);
    expect(scene.told).toEqual([]);
    scene.pass(minute);
    expect(scene.told).toEqual(['pending>firing consecutive_failures']);
  });

  it('leave no row of an alert that never fired', () => {
    const scene = new Scene([policyOf({ consecutiveFailures: 1 }, { forMs: 5 * minute })]);
    scene.take(run(1, 'failed'), run(2, 'succeeded'));
    expect([...scene.alerts]).toEqual([]);
    expect(scene.told).toEqual([]);
  });
});

it('flaps when more than half of its weighted changes go to and fro, until less than a quarter does', () => {
  const scene = new Scene([policyOf({ consecutiveFailures: 1 })]);
  for (let at = 0; at < 21; at += 1) scene.take(run(at, at % 2 ? 'succeeded' : 'failed'));
  expect(scene.open[0]?.alert.flapping).toBe(true);
  for (let at = 21; at < 60; at += 1) scene.take(run(at, 'failed'));
  expect(scene.open[0]?.alert.flapping).toBe(false);
});
