import type { HaltRule } from './rollout-rules.js';

export const rolloutStates = ['running', 'halted', 'done', 'superseded', 'rolled_back', 'cancelled'] as const;
/** `superseded`: another version was applied meanwhile. `cancelled`: the job was deleted. */
export type RolloutState = (typeof rolloutStates)[number];

/** How the hosts of the open rings are, and what the new version did there. */
export interface RingHealth {
  readonly hosts: number;
  /** Have the version. */
  readonly applied: number;
  /** Could not register it, or refused it. */
  readonly failed: number;
  /** Their agents are too old for it; they keep what they have. */
  readonly heldBack: number;
  /** Do not have it yet, and cannot be reached. */
  readonly offline: number;
  /** Runs of the version that ended, since the rollout started or was resumed; without skipped and stopped ones. */
  readonly runs: number;
  readonly badRuns: number;
}

export interface RolloutFacts {
  readonly state: 'running' | 'halted';
  readonly open: number;
  readonly rings: number;
  readonly soakMs: number;
  readonly haltOn: HaltRule;
  /** When the ring's reachable hosts had it all; null: not yet. */
  readonly settledMs: number | null;
  readonly health: RingHealth;
  /** A freeze that covers the job. */
  readonly frozen: { readonly name: string; readonly untilMs: number } | null;
  readonly nowMs: number;
}

/** Why a rollout is where it is, with its figures. */
export type StepReason =
  | { readonly code: 'failure_rate'; readonly bad: number; readonly results: number }
  | { readonly code: 'waiting_for_applied'; readonly waiting: number; readonly hosts: number; readonly offline: number }
  | { readonly code: 'soaking'; readonly untilMs: number; readonly runs: number; readonly offline: number }
  | { readonly code: 'frozen'; readonly freeze: string; readonly untilMs: number }
  | { readonly code: 'soaked'; readonly runs: number; readonly offline: number }
  | { readonly code: 'all_applied'; readonly hosts: number; readonly offline: number }
  /** By somebody, who said why. Without it: by an older server. */
  | { readonly code: 'halted'; readonly why?: string };

export type NextStep =
  /** `settled`: the hosts that can be reached have it as of now, and the soak begins. */
  | { readonly step: 'wait'; readonly reason: StepReason; readonly wakeMs: number | null; readonly settled?: true }
  | { readonly step: 'halt'; readonly reason: StepReason }
  /** @property open how many rings are open then */
  | { readonly step: 'open'; readonly open: number; readonly reason: StepReason }
  | { readonly step: 'done'; readonly reason: StepReason };

/**
 * What to do about a rollout now. Hosts that cannot be reached wait for nobody and nobody waits for them: a ring goes on
 * when the others have the version and the soak is over. A job that did not run meanwhile goes on as well, and the reason
 * says so: whoever wants to see runs first chooses a soak in which there are some.
 */
export function nextStep(facts: RolloutFacts): NextStep {
  const { state, open, rings, soakMs, settledMs, health, frozen, nowMs } = facts;
  if (state === 'halted') return { step: 'wait', reason: { code: 'halted' }, wakeMs: null };
  const { hosts, offline, runs } = health;
  const verdict = tooManyFailures(facts.haltOn, health);
  if (verdict) return { step: 'halt', reason: { code: 'failure_rate', ...verdict } };
  const waiting = hosts - health.applied - health.failed - health.heldBack - offline;
  const isWaiting = waiting > 0 && (settledMs === null || open === rings);
  if (isWaiting)
    return { step: 'wait', reason: { code: 'waiting_for_applied', waiting, hosts, offline }, wakeMs: null };
  if (open === rings) return { step: 'done', reason: { code: 'all_applied', hosts, offline } };
  const untilMs = (settledMs ?? nowMs) + soakMs;
  if (nowMs < untilMs) {
    const reason = { code: 'soaking', untilMs, runs, offline } as const;
    return { step: 'wait', reason, wakeMs: untilMs, ...(settledMs === null ? { settled: true } : {}) };
  }
  if (frozen)
    return {
      step: 'wait',
      reason: { code: 'frozen', freeze: frozen.name, untilMs: frozen.untilMs },
      wakeMs: frozen.untilMs,
    };
  return { step: 'open', open: open + 1, reason: { code: 'soaked', runs, offline } };
}

/** Bad results among all, where they stop a rollout; null where they do not. */
export function tooManyFailures(
  { failureRate, minimum }: HaltRule,
  { hosts, failed, runs, badRuns }: RingHealth,
): { readonly bad: number; readonly results: number } | null {
  const results = runs + failed;
  const bad = badRuns + failed;
  const needed = Math.max(1, Math.min(minimum, hosts));
  return bad > 0 && results >= needed && bad * 100 >= failureRate * results ? { bad, results } : null;
}
