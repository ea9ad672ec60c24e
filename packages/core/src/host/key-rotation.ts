import { canonicalJson } from '../desired/canonical-json.js';
import { verifyText } from '../desired/signing.js';

/**
 * How a host comes to another key: it makes a candidate and keeps it, tells the centre of it, signs in with it, and only then
 * forgets the one before. Wherever either side dies, the host has a key with which it can sign in.
 */
export interface AgentKeys<K> {
  readonly current: K;
  /** Made and kept, and perhaps known to the centre already. */
  readonly candidate: K | null;
}

/** What an agent does next about its keys. `offer`: once it is welcomed with its current key. */
export type AgentStep = 'stay' | 'offer' | 'commit';

/**
 * With which key to sign in. The candidate first: the centre may have taken it and died before it could say so.
 * @param refused the centre did not know the candidate when it was tried last
 */
export function keyToTry<K>({ current, candidate }: AgentKeys<K>, refused: boolean): 'current' | 'candidate' {
  return candidate !== null && candidate !== current && !refused ? 'candidate' : 'current';
}

/** Welcomed with this key: what follows? */
export function afterWelcome<K>({ candidate }: AgentKeys<K>, used: 'current' | 'candidate'): AgentStep {
  if (candidate === null) return 'stay';
  return used === 'candidate' ? 'commit' : 'offer';
}

/** The keys by which the centre knows a host. */
export interface KnownKeys {
  readonly publicKey: string;
  /** Offered by the host, over its present key; not taken before the host signs in with it. */
  readonly offered: string | null;
}

/** Whose signature is it? `offered`: from now on it is the key of the host, and the one before is refused. */
export function judgeKey(known: KnownKeys, isBy: (key: string) => boolean): 'current' | 'offered' | 'stranger' {
  if (isBy(known.publicKey)) return 'current';
  return known.offered !== null && known.offered !== known.publicKey && isBy(known.offered) ? 'offered' : 'stranger';
}

/** What both keys sign. It names both, so that it serves no other change. */
export function rotationText(change: { hostId: string; publicKey: string; next: string }): string {
  const { hostId, publicKey, next } = change;
  return canonicalJson({ kind: 'carillon/host-key/v1', hostId, publicKey, next });
}

/** Do both keys say so? */
export function isGoodRotation(change: {
  hostId: string;
  publicKey: string;
  next: string;
  byOld: string;
  byNew: string;
}): boolean {
  const text = rotationText(change);
  const { publicKey, next, byOld, byNew } = change;
  return (
    next !== publicKey &&
    verifyText(publicKey, 'carillon/v1/host-key', text, byOld) &&
    verifyText(next, 'carillon/v1/host-key', text, byNew)
  );
}

/** Is it time for another key? @param days 0: never by age alone */
export function isRotationDue(
  { madeMs, wantedMs }: { madeMs: number; wantedMs: number | null },
  days: number,
  nowMs: number,
): boolean {
  if (wantedMs !== null && wantedMs > madeMs) return true;
  return days > 0 && nowMs - madeMs >= days * 24 * 60 * 60_000;
}
