import { canonicalJson } from '../desired/canonical-json.js';
import { verifyText } from '../desired/signing.js';
import { type Refusal, refuse } from './refusal.js';

export const keyStates = ['active', 'retired', 'revoked'] as const;
/** `retired`: signs nothing new, and what it signed stays good. `revoked`: nothing that it ever signed is good. */
export type KeyState = (typeof keyStates)[number];

/** The keys that sign definitions and commands, as the root key says. Keys are the 32 raw bytes in base64url. */
export interface KeySet {
  readonly kind: 'carillon/keys/v1';
  /** Grows with every change; a lower one is never taken. */
  readonly version: number;
  readonly root: string;
  readonly keys: readonly { readonly key: string; readonly state: KeyState }[];
  readonly issuedAt: string;
}

/** A key set as it travels: canonical JSON and its signatures. */
export interface SignedKeySet {
  readonly text: string;
  /** By the root key. */
  readonly signature: string;
  /**
   * By signing keys of this set: hosts that joined before there was a root pin the root by the word of a key that they
   * have pinned.
   */
  readonly vouchers: readonly string[];
}

/** What an agent holds to be true. */
export interface Pinned {
  /** Null: it joined before there was a root. */
  readonly root: string | null;
  /** Of the key set it has; 0 without one. */
  readonly version: number;
  readonly signerKeys: readonly string[];
}

export type KeySetVerdict =
  | { readonly ok: true; readonly keySet: KeySet; readonly by: 'root' | 'pinned_key' | 'first_use' }
  | Refusal;

const keysContext = 'carillon/v1/keys';
const keyPattern = /^[A-Za-z0-9_-]{43}$/;
const mostKeys = 64;

/** @returns null where it is no key set */
export function readKeySet(text: string): KeySet | null {
  let value: Partial<KeySet>;
  try {
    value = JSON.parse(text) as Partial<KeySet>;
  } catch {
    return null;
  }
  const { kind, version, root, keys, issuedAt } = value ?? {};
  const isWhole =
    kind === 'carillon/keys/v1' &&
    Number.isSafeInteger(version) &&
    (version ?? 0) >= 1 &&
    typeof root === 'string' &&
    keyPattern.test(root) &&
    typeof issuedAt === 'string' &&
    Array.isArray(keys) &&
    keys.length > 0 &&
    keys.length <= mostKeys &&
    keys.every((each) => keyPattern.test(each?.key) && keyStates.includes(each?.state));
  return isWhole ? (value as KeySet) : null;
}

/** The text that root and vouchers sign. */
export function keySetText({ kind, version, root, keys, issuedAt }: KeySet): string {
  return canonicalJson({ kind, version, root, keys: keys.map(({ key, state }) => ({ key, state })), issuedAt });
}

/**
 * May this key set take the place of what is pinned? Without a pinned root it must be vouched for by a pinned key; only who
 * has pinned nothing at all takes what comes first.
 */
export function judgeKeySet({ text, signature, vouchers }: SignedKeySet, pinned: Pinned): KeySetVerdict {
  const keySet = readKeySet(text);
  if (!keySet) return refuse('bad_signature', 'the set of keys is none');
  if (pinned.root !== null && keySet.root !== pinned.root)
    return refuse('other_root', 'the set of keys is of another root than the pinned one');
  if (!verifyText(keySet.root, keysContext, text, signature))
    return refuse('bad_signature', 'the set of keys is not signed by its root');
  if (pinned.root !== null) {
    if (keySet.version < pinned.version)
      return refuse('rollback', `set of keys ${keySet.version} is older than ${pinned.version}, which is known`);
    return { ok: true, keySet, by: 'root' };
  }
  if (pinned.signerKeys.length === 0) return { ok: true, keySet, by: 'first_use' };
  const isVouched = vouchers.some((voucher) =>
    pinned.signerKeys.some((key) => verifyText(key, keysContext, text, voucher)),
  );
  if (!isVouched) return refuse('unknown_key', 'no pinned key vouches for the root of the set of keys');
  return { ok: true, keySet, by: 'pinned_key' };
}

/** By which people compare root keys: 32 hexadecimal digits of its SHA-256. */
export function rootFingerprint(root: string, hash: (text: string) => string): string {
  return hash(root).slice(0, 32);
}

/** Keys whose signatures count. */
export function trustedKeys({ keys }: Pick<KeySet, 'keys'>): string[] {
  return keys.filter(({ state }) => state !== 'revoked').map(({ key }) => key);
}

export function revokedKeys({ keys }: Pick<KeySet, 'keys'>): string[] {
  return keys.filter(({ state }) => state === 'revoked').map(({ key }) => key);
}

/** The next set, in which one key signs and the one before is retired or revoked. */
export function withNewKey(before: KeySet, key: string, former: 'retired' | 'revoked', nowMs: number): KeySet {
  const keys = before.keys.map((each) => (each.state === 'active' ? { ...each, state: former } : each));
  return {
    ...before,
    version: before.version + 1,
    keys: [{ key, state: 'active' as const }, ...keys],
    issuedAt: new Date(nowMs).toISOString(),
  };
}

/** The next set, in which one more key is not good any more. @returns null where it is unknown, revoked, or the one that signs */
export function withRevoked(before: KeySet, key: string, nowMs: number): KeySet | null {
  if (before.keys.find((each) => each.key === key)?.state !== 'retired') return null;
  const keys = before.keys.map((each) => (each.key === key ? { key, state: 'revoked' as const } : each));
  return { ...before, version: before.version + 1, keys, issuedAt: new Date(nowMs).toISOString() };
}
