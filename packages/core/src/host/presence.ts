import type { HostPresence } from '../state/states.js';

export interface PresenceRules {
  /** Silence after which a connected agent counts as lagging. */
  readonly laggingAfterMs: number;
  readonly offlineAfterMs: number;
}

/**
 * Sockets are dead after 115 s of silence (a heartbeat every 30 s, three missed, and the time to notice); a minute more
 * without a session, in which an agent would have come back, is offline. Alerts wait a little longer, see the host watch.
 */
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
