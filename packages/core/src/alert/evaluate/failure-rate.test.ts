import { describe, expect, it } from 'vitest';
import { minute, policyOf, run, Scene } from './testing/scene.js';

describe('a failure rate', () => {
  const when = { failureRate: '5%', window: '15m', minimumRuns: 20 };

  it('does not fire for a spike of few runs, and fires over all hosts of the job', () => {
    const scene = new Scene([policyOf(when)]);
    scene.take(run(0, 'failed'), run(0, 'failed'));
    expect(scene.states).toEqual([]);
    for (let index = 0; index < 17; index += 1) scene.take(run(1, 'succeeded', { hostId: index % 2 ? 'h' : 'g' }));
    scene.take(run(1, 'failed', { hostId: 'g' }));
    expect(scene.open[0]?.alert).toMatchObject({
      key: { jobId: 'j', hostId: null },
      reason: { code: 'failure_rate', text: '3 of 20 runs failed within 15m, 15 % where 5 % is allowed' },
    });
  });

  it('slides: what is old no longer counts, and the end needs runs', () => {
    const scene = new Scene([policyOf(when)]);
    for (let index = 0; index < 20; index += 1) scene.take(run(0, 'failed'));
    expect(scene.states).toEqual(['firing']);
    scene.pass(60 * minute);
    expect(scene.states).toEqual(['firing']);
    scene.take(run(60, 'succeeded'));
    expect(scene.states).toEqual([]);
  });
});
