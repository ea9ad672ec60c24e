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

/** So long one host has to tell how it went with a new password, before another one tries. */
const trialMs = 2 * 60_000;
/** So long nobody tries again what Windows refused somewhere: domains lock accounts after a few wrong passwords. */
const refusedRestMs = 30 * 60_000;

export interface PasswordTrial {
  /** Some host has registered its tasks with it. */
  readonly isVerified: boolean;
  /** Some host could not. */
  readonly isRefused: boolean;
  /** Who tries it, and since when. */
  readonly hostId: string | null;
  readonly sinceMs: number | null;
}

/**
 * May a host be given the newest password of an account now? One host tries it, and the others get it once Windows took it
 * there: a mistyped one would otherwise be tried by all at once. `claim`: this host may be the one that tries.
 */
export function passwordTurn(trial: PasswordTrial, hostId: string, nowMs: number): 'give' | 'claim' | 'wait' {
  if (trial.isVerified || trial.hostId === hostId) return 'give';
  if (trial.sinceMs === null) return 'claim';
  return nowMs - trial.sinceMs >= (trial.isRefused ? refusedRestMs : trialMs) ? 'claim' : 'wait';
}
