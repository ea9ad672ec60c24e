import { isInNetworks } from './networks.js';

/** What a join token is good for. */
export interface TokenBounds {
  /** How many hosts may join with it, and how many did. */
  readonly uses: number;
  readonly used: number;
  /** Epoch milliseconds. */
  readonly expiresMs: number;
  readonly isRevoked: boolean;
  /** Addresses and networks (`10.0.0.0/8`) from which it is taken; empty: from anywhere. */
  readonly addresses: readonly string[];
  /** What the host must be called, `*` for any text and `?` for one letter, without case; null: anything. */
  readonly hostNames: string | null;
}

export const tokenFlaws = ['unknown', 'revoked', 'expired', 'used_up', 'address', 'host_name'] as const;
/** Which of its bounds a token does not keep to. */
export type TokenFlaw = (typeof tokenFlaws)[number];

/** Who comes with a token. */
export interface Joiner {
  /** As the gateway sees it; null: not known, and then in no network. */
  readonly address: string | null;
  readonly hostname: string;
}

export type TokenVerdict =
  | { readonly ok: true }
  /** The words are for those who look after hosts; a stranger is not told which tokens there are. */
  | { readonly ok: false; readonly flaw: TokenFlaw; readonly message: string };

/** May this host join with this token now? @param token null: there is none of this secret */
export function judgeToken(token: TokenBounds | null, { address, hostname }: Joiner, nowMs: number): TokenVerdict {
  if (!token) return flawed('unknown', 'there is no such token');
  const { uses, used, expiresMs, isRevoked, addresses, hostNames } = token;
  if (isRevoked) return flawed('revoked', 'the token was revoked');
  if (nowMs >= expiresMs) return flawed('expired', `the token was good until ${new Date(expiresMs).toISOString()}`);
  if (used >= uses) return flawed('used_up', `the token was for ${uses}, and as many have joined`);
  if (addresses.length > 0 && !isInNetworks(address, addresses))
    return flawed('address', `address: expected one of ${addresses.join(', ')}, got ${address ?? 'none'}`);
  if (hostNames !== null && !matchesHostNames(hostname, hostNames))
    return flawed('host_name', `host name: expected ${hostNames}, got ${JSON.stringify(hostname)}`);
  return { ok: true };
}

/** `*` stands for any text, `?` for one letter; compared without case, as Windows does. */
export function matchesHostNames(hostname: string, pattern: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  // Runs of stars would take very long to find that they do not fit.
  const source = escaped.replace(/\*+/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 'isu').test(hostname);
}

const groupLength = 4;

/**
 * By which people compare the key of a host with what the host itself shows: 32 hexadecimal digits of its SHA-256, in groups.
 * @param hash SHA-256 of a text, as hexadecimal digits
 */
export function keyFingerprint(publicKey: string, hash: (text: string) => string): string {
  return (
    hash(publicKey)
      .slice(0, 32)
      .match(new RegExp(`.{${groupLength}}`, 'g')) ?? []
  ).join('-');
}

/** However somebody wrote it down. */
export function isSameFingerprint(given: string, fingerprint: string): boolean {
  const bare = (text: string) => text.toLowerCase().replace(/[^0-9a-f]/g, '');
  return bare(given).length > 0 && bare(given) === bare(fingerprint);
}

function flawed(flaw: TokenFlaw, message: string): TokenVerdict {
  return { ok: false, flaw, message };
}
