import { describe, expect, it } from 'vitest';
import { minute, missed, policyOf, run, Scene } from './testing/scene.js';

describe('what does not happen', () => {
  it('a missed run fires after its grace, and ends when it ran after all', () => {
    const scene = new Scene([policyOf({ missed: { grace: '10m' } })]);
    scene.take(missed(0, 'missed'));
    expect(scene.states).toEqual([]);
    scene.pass(10 * minute);
    expect(scene.open[0]?.alert.reason.text).toBe('1 run did not come, the last: the host was off');
    scene.take(missed(0, 'ran_late'));
    expect(scene.told).toEqual(['ok>firing missed', 'firing>resolved missed_over']);
  });

  it('what is unknown because the host is off is not missed', () => {
    const scene = new Scene([policyOf({ missed: true })]);
    scene.take(missed(0, 'host_unknown'));
    expect([...scene.alerts]).toEqual([]);
  });

  it('no success for too long fires whatever the excuse, and begins anew with each success', () => {
    const scene = new Scene([policyOf({ noSuccessFor: '1h' })]);
    scene.arm();
    scene.take(missed(30, 'host_unknown'));
    scene.pass(59 * minute);
    expect(scene.states).toEqual([]);
    scene.pass(minute);
    expect(scene.told).toEqual(['ok>firing no_success']);
    scene.nowMs += minute;
    scene.take(run(61, 'succeeded'));
    expect(scene.states).toEqual([]);
    scene.pass(61 * minute);
    expect(scene.states).toEqual(['firing']);
  });

  it('a run that does not end fires while it runs', () => {
    const scene = new Scene([policyOf({ longerThan: '30m' })]);
    scene.take(run(0, 'running', { runId: 'long', finishedMs: null, durationMs: null }));
    expect(scene.states).toEqual([]);
    scene.pass(30 * minute);
    expect(scene.open[0]?.alert.reason.text).toBe('it has been running for 30m, 30m is allowed');
  });

  it('longer than usual needs to know what is usual', () => {
    const scene = new Scene([policyOf({ longerThan: '3x' })]);
    for (let at = 0; at < 6; at += 1) scene.take(run(at, 'succeeded', { durationMs: 10_000 }));
    expect(scene.states).toEqual([]);
    scene.take(run(7, 'succeeded', { durationMs: 31_000 }));
    expect(scene.states).toEqual(['firing']);
  });
});
