import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultReconnect, freshReconnect, nextReconnect } from './reconnect.js';

describe('reconnect', () => {
  it('doubles the window, sits it out and never waits longer than two windows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 20 }),
        (randoms) => {
          let state = freshReconnect;
          let elapsed = 0;
          let opened = 0;
          for (const random of randoms) {
            const next = nextReconnect(state, { livedMs: 0, random });
            const windowMs = Math.min(
              defaultReconnect.maxWindowMs,
              defaultReconnect.firstWindowMs * 2 ** state.attempt,
            );
            elapsed += next.waitMs;
            // Each attempt falls inside its own window: windows tile the time since the first failure.
            expect(elapsed).toBeGreaterThanOrEqual(opened);
            expect(elapsed).toBeLessThan(opened + windowMs);
            opened += windowMs;
            state = next.state;
          }
        },
      ),
    );
  });

  it('starts over only after health and obeys the server exactly', () => {
    const tired = { attempt: 5, remainderMs: 1_000 };
    expect(nextReconnect(tired, { livedMs: 119_999, random: 0 }).state.attempt).toBe(6);
    expect(nextReconnect(tired, { livedMs: 120_000, random: 0 })).toEqual({
      waitMs: 0,
      state: { attempt: 1, remainderMs: 2_000 },
    });
    expect(nextReconnect(tired, { livedMs: 0, retryAfterMs: 15_000, random: 0.5 }).waitMs).toBe(15_000);
  });
});
