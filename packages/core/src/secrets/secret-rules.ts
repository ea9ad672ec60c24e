/** When what is kept becomes old, and what people are told of it. */

/** So long before, people are told. */
export const expiryWarningMs = 14 * 86_400_000;

export type Expiry = 'none' | 'far' | 'near' | 'over';

/** How near the end of something is. @param expiresAtMs null: it has none */
export function expiryOf(expiresAtMs: number | null, nowMs: number): Expiry {
  if (expiresAtMs === null) return 'none';
  if (nowMs >= expiresAtMs) return 'over';
  return expiresAtMs - nowMs <= expiryWarningMs ? 'near' : 'far';
}

/** How a host stands with a value of the centre. */
export const hostSecretStates = ['waiting', 'stored', 'verified', 'own', 'failed'] as const;
export type HostSecretState = (typeof hostSecretStates)[number];

/** As the host last told, held against what the centre has now: what it has not got yet is waited for. */
export function standingOf(
  told: { readonly state: HostSecretState; readonly version: number | null } | null,
  current: number,
): HostSecretState {
  if (!told) return 'waiting';
  if (told.state === 'own' || (told.state === 'failed' && told.version === current)) return told.state;
  return (told.version ?? 0) < current ? 'waiting' : told.state;
}
