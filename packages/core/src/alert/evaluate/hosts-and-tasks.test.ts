import { describe, expect, it } from 'vitest';
import { host, minute, policyOf, run, Scene, startMs, task } from './testing/scene.js';

describe('hosts and tasks', () => {
  it('a host that is offline is one alert, after its time', () => {
    const scene = new Scene([policyOf({ hostOffline: '10m' })]);
    scene.take(host('offline'));
    scene.pass(9 * minute);
    expect(scene.states).toEqual([]);
    scene.pass(minute);
    expect(scene.open[0]?.alert).toMatchObject({ key: { jobId: null, hostId: 'h' }, state: 'firing' });
    scene.take(host('online'));
    expect(scene.told).toEqual(['ok>firing host_offline', 'firing>resolved host_online_over']);
  });

  it('load has to stay above its limit', () => {
    const scene = new Scene([policyOf({ cpuAbove: { above: '90%', for: '5m' } })]);
    scene.take(host('load', { cpu: 99 }));
    scene.pass(4 * minute);
    scene.take(host('load', { cpu: 20 }));
    scene.pass(10 * minute);
    expect([...scene.alerts]).toEqual([]);
    scene.take(host('load', { cpu: 95 }, scene.nowMs));
    scene.pass(5 * minute);
    expect(scene.open[0]?.alert.key.what).toBe('cpu');
  });

  it('a loss is over when nothing more was lost for a while', () => {
    const scene = new Scene([policyOf({ spoolLoss: true })]);
    scene.take({ id: '1', kind: 'spool', atMs: startMs, hostId: 'h', reason: 'disk', runEvents: 3 });
    expect(scene.states).toEqual(['firing']);
    scene.pass(30 * minute);
    expect(scene.states).toEqual(['firing']);
    scene.pass(31 * minute);
    expect(scene.states).toEqual([]);
  });

  it.each([
    ['drift', 'drifted'],
    ['rejected', 'rejected'],
  ] as const)('%s ends when it is as it should be', (condition, what) => {
    const scene = new Scene([policyOf({ [condition]: true })]);
    scene.take(task(what));
    expect(scene.states).toEqual(['firing']);
    scene.take(run(1, 'succeeded'));
    expect(scene.states).toEqual(['firing']);
    scene.take(task('applied'));
    expect(scene.states).toEqual([]);
  });

  it('what is wrong with ourselves is told without a policy', () => {
    const scene = new Scene([]);
    const part = {
      id: '1',
      kind: 'system',
      atMs: startMs,
      part: 'channel:email',
      code: 'auth',
      text: 'refused',
    } as const;
    scene.take({ ...part, ok: false });
    expect(scene.open[0]?.alert).toMatchObject({ key: { policy: 'system', what: 'channel:email' }, state: 'firing' });
    scene.take({ ...part, ok: true });
    expect(scene.states).toEqual([]);
  });
});
