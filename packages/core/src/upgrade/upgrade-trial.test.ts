import { describe, expect, it } from 'vitest';
import { nextTrialStep, type TrialFacts, trialMs } from './upgrade-trial.js';

const startedMs = Date.UTC(2026, 10, 26);
const trial = { version: '0.2.0', fromVersion: '0.1.0', sha256: 'x', startedMs, deadlineMs: startedMs + trialMs };
const step = (changes: Partial<TrialFacts>) =>
  nextTrialStep(trial, { nowMs: startedMs + 1_000, confirmedVersion: undefined, running: true, ...changes });

describe('a new version on trial', () => {
  it('is kept once it has said that it is well, however late', () => {
    expect(step({ confirmedVersion: '0.2.0' })).toEqual({ step: 'keep' });
    expect(step({ confirmedVersion: '0.2.0', nowMs: startedMs + 2 * trialMs })).toEqual({ step: 'keep' });
  });

  it('is given its time, and started again when it ended', () => {
    expect(step({})).toEqual({ step: 'wait', start: false });
    expect(step({ running: false })).toEqual({ step: 'wait', start: true });
    expect(step({ confirmedVersion: '0.1.0' })).toEqual({ step: 'wait', start: false });
  });

  it('goes when its time is over, with the reason', () => {
    expect(step({ nowMs: trial.deadlineMs })).toEqual({
      step: 'revert',
      reason: 'version 0.2.0 did not come up within 5 minutes: it runs but has not connected to the server',
    });
    expect(step({ nowMs: trial.deadlineMs, running: false })).toMatchObject({
      reason: expect.stringContaining('does not run'),
    });
  });

  it('is not kept for ever by a clock that was set back', () => {
    expect(step({ nowMs: startedMs - trialMs - 1 }).step).toBe('revert');
    expect(step({ nowMs: startedMs - 1_000 }).step).toBe('wait');
  });
});
