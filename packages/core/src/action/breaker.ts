import type { HttpSpec } from './http.js';

/** What a host remembers of a job's requests from run to run. */
export interface BreakerState {
  /** Of the job; a new version starts anew. */
  readonly version: number;
  /** Failed runs one after the other. */
  readonly failures: number;
  readonly lastFailureMs: number;
}

export type BreakerVerdict =
  | { readonly kind: 'closed' }
  /** Long enough: one run finds out. */
  | { readonly kind: 'trial' }
  | { readonly kind: 'open'; readonly untilMs: number; readonly failures: number };

/** May a run ask? A clock that went back since the last failure does not keep it from asking. */
export function judgeBreaker(
  rule: HttpSpec['breaker'],
  state: BreakerState | undefined,
  { version, nowMs }: { readonly version: number; readonly nowMs: number },
): BreakerVerdict {
  if (rule === null || state === undefined || state.version !== version || state.failures < rule.after)
    return { kind: 'closed' };
  const untilMs = state.lastFailureMs + rule.forMs;
  if (nowMs >= untilMs || nowMs < state.lastFailureMs) return { kind: 'trial' };
  return { kind: 'open', untilMs, failures: state.failures };
}

/** What is remembered after a run that asked; undefined: nothing, all is well. A failed trial opens it again at once. */
export function breakerAfter(
  state: BreakerState | undefined,
  { version, nowMs, ok }: { readonly version: number; readonly nowMs: number; readonly ok: boolean },
): BreakerState | undefined {
  if (ok) return undefined;
  const failures = state?.version === version ? state.failures : 0;
  return { version, failures: failures + 1, lastFailureMs: nowMs };
}
