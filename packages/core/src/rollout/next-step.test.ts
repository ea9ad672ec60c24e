import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextStep, type RingHealth, type RolloutFacts, tooManyFailures } from './next-step.js';
import { describeStep } from './step-words.js';

const nowMs = Date.parse('2026-12-06T10:00:00Z');
const minute = 60_000;
const health = (changes: Partial<RingHealth> = {}): RingHealth => ({
  hosts: 20,
  applied: 20,
  failed: 0,
  heldBack: 0,
  offline: 0,
  runs: 0,
  badRuns: 0,
  ...changes,
});
const facts = (changes: Partial<RolloutFacts> = {}): RolloutFacts => ({
  state: 'running',
  open: 1,
  rings: 3,
  soakMs: 30 * minute,
  haltOn: { failureRate: 10, minimum: 3 },
  settledMs: nowMs - 40 * minute,
  health: health(),
  frozen: null,
  nowMs,
  ...changes,
});

describe('the next step', () => {
  it.each<[string, Partial<RolloutFacts>, string, string]>([
    ['opens the next ring after the soak', {}, 'open', 'soaked; no run of it yet'],
    [
      'waits for hosts that can be reached',
      { settledMs: null, health: health({ applied: 17, offline: 1 }) },
      'wait',
      'waiting for applied: 2 of 20 hosts; 1 cannot be reached',
    ],
    [
      'begins the soak without those that cannot be reached',
      { settledMs: null, health: health({ applied: 17, offline: 3 }) },
      'wait',
      'soaking until 2026-12-06T10:30:00.000Z; no run of it yet; 3 cannot be reached',
    ],
    [
      'goes on without a ring of which none can be reached',
      { health: health({ applied: 0, offline: 20 }) },
      'open',
      'soaked; no run of it yet; 20 cannot be reached',
    ],
    [
      'soaks',
      { settledMs: nowMs - minute, health: health({ runs: 1 }) },
      'wait',
      'soaking until 2026-12-06T10:29:00.000Z; 1 run of it',
    ],
    [
      'is not held up by a host that comes back while it soaks',
      { health: health({ applied: 19 }) },
      'open',
      'soaked; no run of it yet',
    ],
    ['halts', { health: health({ runs: 20, badRuns: 3 }) }, 'halt', 'failure rate 3 of 20'],
    [
      'counts what could not be registered',
      { health: health({ applied: 17, failed: 3 }) },
      'halt',
      'failure rate 3 of 3',
    ],
    [
      'waits while changes are frozen',
      { frozen: { name: 'year end', untilMs: nowMs + minute } },
      'wait',
      'frozen until 2026-12-06T10:01:00.000Z by year end',
    ],
    ['stays where it was halted', { state: 'halted' }, 'wait', 'halted'],
    ['is done when the last ring has it', { open: 3 }, 'done', 'all 20 hosts have it'],
    [
      'waits for the last ring',
      { open: 3, health: health({ applied: 18, offline: 1 }) },
      'wait',
      'waiting for applied: 1 of 20 hosts; 1 cannot be reached',
    ],
    [
      'passes over hosts whose agents are too old',
      { settledMs: null, health: health({ applied: 18, heldBack: 2 }), soakMs: 0 },
      'open',
      'soaked; no run of it yet',
    ],
  ])('%s', (_what, changes, step, words) => {
    const next = nextStep(facts(changes));
    expect([next.step, describeStep(next.reason)]).toEqual([step, words]);
  });

  it('tells when it is to be asked again', () => {
    expect(nextStep(facts({ settledMs: null }))).toMatchObject({ wakeMs: nowMs + 30 * minute, settled: true });
    expect(nextStep(facts({ settledMs: nowMs }))).not.toHaveProperty('settled');
  });

  const anyFacts = fc.record({
    state: fc.constantFrom('running' as const, 'halted' as const),
    open: fc.integer({ min: 1, max: 4 }),
    rings: fc.constant(4),
    soakMs: fc.integer({ min: 0, max: 1000 }),
    haltOn: fc.record({ failureRate: fc.integer({ min: 1, max: 100 }), minimum: fc.integer({ min: 1, max: 5 }) }),
    settledMs: fc.option(fc.integer({ min: nowMs - 2000, max: nowMs })),
    health: fc
      .record({
        applied: fc.nat(9),
        failed: fc.nat(3),
        heldBack: fc.nat(3),
        offline: fc.nat(9),
        waiting: fc.nat(3),
        runs: fc.nat(20),
        badRuns: fc.nat(20),
      })
      .map(({ waiting, badRuns, ...rest }) => ({
        ...rest,
        badRuns: Math.min(badRuns, rest.runs),
        hosts: rest.applied + rest.failed + rest.heldBack + rest.offline + waiting,
      })),
    frozen: fc.option(fc.constant({ name: 'f', untilMs: nowMs + 5 })),
    nowMs: fc.constant(nowMs),
  });

  it('opens one ring after the other, and none that is halted, frozen, unhealthy or not soaked', () => {
    fc.assert(
      fc.property(anyFacts, (all) => {
        const next = nextStep(all);
        if (next.step !== 'open') return;
        expect(next.open).toBe(all.open + 1);
        expect(next.open).toBeLessThanOrEqual(all.rings);
        expect(all.state).toBe('running');
        expect(all.frozen).toBeNull();
        expect(tooManyFailures(all.haltOn, all.health)).toBeNull();
        expect((all.settledMs ?? nowMs) + all.soakMs).toBeLessThanOrEqual(nowMs);
      }),
    );
  });

  it('is never held up for ever by hosts that cannot be reached', () => {
    fc.assert(
      fc.property(anyFacts, (all) => {
        const { health: found } = all;
        const settled = { ...found, hosts: found.applied + found.failed + found.heldBack + found.offline };
        const next = nextStep({ ...all, state: 'running', frozen: null, health: settled, settledMs: 0 });
        expect(['open', 'done', 'halt']).toContain(next.step);
      }),
    );
  });
});

describe('too many failures', () => {
  it.each<[string, Partial<RingHealth>, boolean]>([
    ['one bad of two is too little to say so', { runs: 2, badRuns: 1 }, false],
    ['one bad of three', { runs: 3, badRuns: 1 }, true],
    ['exactly the rate', { runs: 10, badRuns: 1 }, true],
    ['below it', { runs: 11, badRuns: 1 }, false],
    ['of a ring of one host, its only result', { hosts: 1, runs: 1, badRuns: 1 }, true],
    ['none bad', { runs: 50 }, false],
  ])('%s', (_what, changes, isToo) => {
    expect(tooManyFailures({ failureRate: 10, minimum: 3 }, health(changes)) !== null).toBe(isToo);
  });
});
