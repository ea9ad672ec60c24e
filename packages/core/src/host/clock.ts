/** Commands live five minutes by the server's clock: a host that is further off takes none. */
export const clockRules = { warnMs: 30_000, badMs: 240_000 } as const;

/**
 * How far a peer's clock is ahead of ours, by a message that it sent between two instants of ours; negative when it is
 * behind. Wrong by half the time between the two at most. All epoch milliseconds.
 */
export function clockAheadMs(peerMs: number, { sentMs, receivedMs }: { sentMs: number; receivedMs: number }): number {
  return Math.round(peerMs - (sentMs + receivedMs) / 2);
}
