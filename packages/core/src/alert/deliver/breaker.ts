/** What is known of an endpoint's latest attempts. A breaker opens when it does not work, so that nobody waits for it. */
export interface Breaker {
  /** Latest attempts, newest last: whether they went through. */
  readonly recent: readonly boolean[];
  /** Until when nothing is sent; null: closed. After it one attempt tells whether it works again. */
  readonly openUntilMs: number | null;
  /** How long it was open last. */
  readonly openMs: number;
  readonly failingSinceMs: number | null;
}

export const closedBreaker: Breaker = { recent: [], openUntilMs: null, openMs: 0, failingSinceMs: null };

const looksAt = 20;
const inARow = 5;
const firstOpenMs = 30_000;
const longestOpenMs = 15 * 60_000;
/** After so long an endpoint is given up. */
export const endpointGivenUpMs = 5 * 24 * 3_600_000;

/** Whether an attempt may be made now. While it is open none is; the first after that is a probe. */
export function mayTry({ openUntilMs }: Breaker, nowMs: number): boolean {
  return openUntilMs === null || nowMs >= openUntilMs;
}

/** After an attempt. A refusal of one message says nothing of the endpoint: it is not told here. */
export function afterAttempt(breaker: Breaker, ok: boolean, nowMs: number): Breaker {
  if (ok) {
    // A probe that goes through closes it; what was before is forgotten.
    const recent = breaker.openUntilMs === null ? [...breaker.recent, true].slice(-looksAt) : [true];
    return { recent, openUntilMs: null, openMs: 0, failingSinceMs: null };
  }
  const recent = [...breaker.recent, false].slice(-looksAt);
  const failingSinceMs = breaker.failingSinceMs ?? nowMs;
  const streak = recent.length >= inARow && recent.slice(-inARow).every((went) => !went);
  const half = recent.length === looksAt && recent.filter((went) => !went).length * 2 > looksAt;
  if (!streak && !half) return { ...breaker, recent, failingSinceMs };
  const openMs = Math.min(breaker.openMs === 0 ? firstOpenMs : breaker.openMs * 2, longestOpenMs);
  return { recent, openUntilMs: nowMs + openMs, openMs, failingSinceMs };
}
