import { describe, expect, it } from 'vitest';
import { isNewcomer, nextStep } from './first-steps.js';

const nothing = { host: 0, job: 0, run: 0, channel: 0, policy: 0 };

describe('first steps', () => {
  it('lead from the host to the policy, whatever was done out of turn', () => {
    expect(nextStep(nothing)).toBe('host');
    expect(nextStep({ ...nothing, host: 1, channel: 2 })).toBe('job');
    expect(nextStep({ ...nothing, host: 1, job: 1, run: 9, channel: 1 })).toBe('policy');
    expect(nextStep({ host: 1, job: 1, run: 1, channel: 1, policy: 1 })).toBeNull();
  });

  it('are not told to those who know the way, or who hid them', () => {
    expect(isNewcomer(0, false)).toBe(true);
    expect(isNewcomer(0, true)).toBe(false);
    expect(isNewcomer(40, false)).toBe(false);
  });
});
