import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunState } from '../../state/states.js';
import { policyOf, run, Scene } from './testing/scene.js';

describe('the order in which results come', () => {
  const states = fc.constantFrom<RunState>('succeeded', 'failed', 'timed_out', 'skipped', 'warning');
  const whens = fc.constantFrom<Record<string, unknown>>(
    { consecutiveFailures: 2 },
    { failures: { atLeast: 2, of: 4 } },
    { timedOut: 1 },
    { exitCodes: [1] },
  );

  it('does not matter for what stands in the end, nor do repeats', () => {
    fc.assert(
      fc.property(fc.array(states, { maxLength: 15 }), whens, fc.infiniteStream(fc.nat()), (results, when, dice) => {
        const signals = results.map((state, at) => run(at, state, { runId: `r${String(at).padStart(2, '0')}` }));
        const shuffled = signals
          .flatMap((signal) => [signal, signal])
          .map((signal) => ({ signal, at: dice.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ signal }) => signal);
        const one = new Scene([policyOf(when)]);
        one.take(...signals);
        const other = new Scene([policyOf(when)]);
        other.take(...shuffled);
        // What fired on the way may still wait for a success; what holds in the end fires in any order.
        if (one.states.length > 0 && one.open[0]?.memory.holding && Object.keys(one.open[0].memory.holding).length > 0)
          expect(other.states).toEqual(['firing']);
        if (
          signals.findLast(({ run: { state } }) => state !== 'skipped')?.run.state === 'succeeded' &&
          when.failures === undefined
        )
          expect(other.states).toEqual([]);
        // A series in which all is well is forgotten, sooner or later: where both remember one, it is the same.
        if (one.series.size > 0 && other.series.size > 0) expect(other.series).toEqual(one.series);
      }),
    );
  });

  it('fires never without a cause, and ends never without a success', () => {
    fc.assert(
      fc.property(fc.array(states, { maxLength: 30 }), fc.integer({ min: 1, max: 4 }), (results, limit) => {
        const scene = new Scene([policyOf({ consecutiveFailures: limit })]);
        let bad = 0;
        for (const [at, state] of results.entries()) {
          const before = scene.states[0];
          if (state === 'failed' || state === 'timed_out') bad += 1;
          else if (state !== 'skipped') bad = 0;
          scene.take(run(at, state));
          const after = scene.states[0];
          if (after === 'firing' && before !== 'firing') expect(bad).toBeGreaterThanOrEqual(limit);
          if (before === 'firing' && after === undefined) expect(['succeeded', 'warning']).toContain(state);
          if (bad >= limit) expect(after).toBe('firing');
        }
      }),
    );
  });

  it('late evidence amends: an earlier success that comes late breaks the row', () => {
    const scene = new Scene([policyOf({ consecutiveFailures: 3 })]);
    scene.take(run(1, 'failed'), run(3, 'failed'), run(2, 'succeeded'), run(4, 'failed'));
    expect(scene.states).toEqual([]);
    scene.take(run(5, 'indeterminate', { runId: 'late' }), run(5, 'failed', { runId: 'late' }));
    expect(scene.states).toEqual(['firing']);
  });
});
