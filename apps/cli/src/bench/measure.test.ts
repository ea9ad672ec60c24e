import { describe, expect, it } from 'vitest';
import { measure } from './measure.js';

describe('measuring', () => {
  it('counts units over time, with its noise', () => {
    const { perSecond, spread } = measure(() => {
      const until = performance.now() + 1;
      while (performance.now() < until);
      return 10;
    });
    // Ten units a millisecond at best; how many fewer depends on the machine.
    expect(perSecond).toBeLessThanOrEqual(10_100);
    expect(perSecond).toBeGreaterThan(100);
    expect(spread[0]).toBeLessThanOrEqual(1);
    expect(spread[1]).toBeGreaterThanOrEqual(1);
  });
});
