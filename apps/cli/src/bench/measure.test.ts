import { describe, expect, it } from 'vitest';
import { measure } from './measure.js';

describe('measuring', () => {
  it('counts units over time, with its noise', () => {
    const workFor = (ms: number, units: number) => () => {
      const until = performance.now() + ms;
      while (performance.now() < until);
      return units;
    };
    const { perSecond, spread } = measure(workFor(1, 10));
    // No more is said of speed than any machine keeps: a thousand times the units are more.
    expect(perSecond).toBeGreaterThan(0);
    expect(measure(workFor(1, 10_000)).perSecond).toBeGreaterThan(perSecond);
    expect(spread[0]).toBeLessThanOrEqual(1);
    expect(spread[1]).toBeGreaterThanOrEqual(1);
  });
});
