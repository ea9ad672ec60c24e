/**
 * A hint says that there may be something new in Postgres for some hosts. It carries ids only and may be lost,
 * doubled or late: gateways also poll. In one process, or between several through Redis.
 */
export interface Hint {
  readonly kind: 'desired' | 'command';
  readonly hostIds: readonly string[];
}

export interface Hints {
  /** Never throws and never waits: a hint that cannot be sent is only delay. */
  publish(hint: Hint): void;
  /** @returns how to stop listening */
  subscribe(listener: (hint: Hint) => void): () => void;
  /** What `/readyz` shows. */
  health(): Promise<{ readonly mode: 'in-process' | 'redis'; readonly ok: boolean; readonly message?: string }>;
}

/** Injection token. */
export const HINTS = Symbol('hints');
