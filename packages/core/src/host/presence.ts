import type { HostPresence } from '../state/states.js';

export interface PresenceRules {
  /** Silence after which a connected agent counts as lagging. */
  readonly laggingAfterMs: number;
  readonly offlineAfterMs: number;
}

/** Sockets are dead after 115 s of silence; a minute more without a session is offline. */
export const defaultPresence: PresenceRules = { laggingAfterMs: 115_000, offlineAfterMs: 175_000 };

/** How a host looks from the centre at `nowMs`. */
export function presenceOf(
  facts: { lastSeenMs: number | null; connected: boolean; nowMs: number },
  rules: PresenceRules = defaultPresence,
): HostPresence {
  if (facts.lastSeenMs === null) return 'never-seen';
  const silentMs = facts.nowMs - facts.lastSeenMs;
  if (facts.connected && silentMs < rules.laggingAfterMs) return 'online';
  return silentMs < rules.offlineAfterMs ? 'lagging' : 'offline';
}
