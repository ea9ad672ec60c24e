/**
 * When to try again after a lost or refused connection. The wait is uniform inside a window that doubles, and the
 * rest of the window is sat out first, so that thousands of agents stay spread instead of drifting into a bell
 * curve (buildkite/agent; Kubernetes client-go resets only after health).
 */
export interface ReconnectState {
  /** Failures in a row. */
  readonly attempt: number;
  /** Unused part of the last window, waited before the next. */
  readonly remainderMs: number;
}

export const freshReconnect: ReconnectState = { attempt: 0, remainderMs: 0 };

export interface ReconnectRules {
  readonly firstWindowMs: number;
  readonly maxWindowMs: number;
  /** A session this long proves health and starts the windows over. */
  readonly healthyAfterMs: number;
}

export const defaultReconnect: ReconnectRules = { firstWindowMs: 2_000, maxWindowMs: 120_000, healthyAfterMs: 120_000 };

export interface ReconnectFacts {
  /** How long the last session lived; 0 when it never opened. */
  readonly livedMs: number;
  /** What the server asked for, obeyed exactly. */
  readonly retryAfterMs?: number | undefined;
  /** Uniform in [0, 1). */
  readonly random: number;
}

/** The wait before the next attempt and the state to remember. */
export function nextReconnect(
  state: ReconnectState,
  facts: ReconnectFacts,
  rules: ReconnectRules = defaultReconnect,
): { waitMs: number; state: ReconnectState } {
  const attempt = facts.livedMs >= rules.healthyAfterMs ? 0 : state.attempt;
  if (facts.retryAfterMs !== undefined) {
    return { waitMs: facts.retryAfterMs, state: { attempt: attempt + 1, remainderMs: 0 } };
  }
  const windowMs = Math.min(rules.maxWindowMs, rules.firstWindowMs * 2 ** Math.min(attempt, 30));
  const insideMs = Math.floor(windowMs * facts.random);
  const carriedMs = attempt === 0 ? 0 : state.remainderMs;
  return { waitMs: carriedMs + insideMs, state: { attempt: attempt + 1, remainderMs: windowMs - insideMs } };
}
