import { describe, expect, it } from 'vitest';
import { retryWhileHeld } from './retry-while-held.js';

function held(times: number, code = 'EPERM') {
  let tries = 0;
  return () => {
    tries += 1;
    if (tries <= times) throw Object.assign(new Error(`${code}: not now`), { code });
    return tries;
  };
}

describe('a file that somebody has open', () => {
  it('is tried again on Windows, with growing pauses, until it is free', () => {
    const pauses: number[] = [];
    expect(retryWhileHeld(held(3), 'win32', (ms) => pauses.push(ms))).toBe(4);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses).toHaveLength(3);
  });

  it('is given up at last, with what Windows said', () => {
    let waitedMs = 0;
    expect(() =>
      retryWhileHeld(held(100, 'EBUSY'), 'win32', (ms) => {
        waitedMs += ms;
      }),
    ).toThrow('EBUSY: not now');
    expect(waitedMs).toBeLessThan(2_000);
  });

  it('is refused at once for any other reason, and off Windows', () => {
    const never = () => expect.unreachable();
    expect(() => retryWhileHeld(held(1, 'ENOSPC'), 'win32', never)).toThrow('ENOSPC');
    expect(() => retryWhileHeld(held(1), 'linux', never)).toThrow('EPERM');
  });
});
