import type { ExpectedText } from '../text/expected-texts.js';

/** What is stored under an Idempotency-Key. */
export interface StoredKey {
  /** Fingerprint of the request that came first. */
  readonly request: string;
  readonly claimedMs: number;
  /** Null while that request is under way. */
  readonly answer: StoredAnswer | null;
}

/** As it went out. */
export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
}

export type KeyVerdict =
  /** Nothing is known of it: the request is carried out. */
  | { readonly kind: 'first' }
  | { readonly kind: 'again'; readonly answer: StoredAnswer }
  | { readonly kind: 'other_request' }
  | { readonly kind: 'under_way' };

/** How long an answer is kept, in milliseconds. */
export const keyLivesMs = 24 * 3_600_000;
/** A request takes seconds at most; one that never ended (its server died) blocks its key no longer than this. */
export const keyLeaseMs = 60_000;

/**
 * What a request with this key is. Source: the IETF draft "The Idempotency-Key HTTP Header Field", sections 2.6 and 2.7.
 * @param request fingerprint of the request that came now
 */
export function judgeKey(stored: StoredKey | null, request: string, nowMs: number): KeyVerdict {
  if (!stored || nowMs - stored.claimedMs >= keyLivesMs) return { kind: 'first' };
  if (stored.request !== request) return { kind: 'other_request' };
  if (stored.answer) return { kind: 'again', answer: stored.answer };
  return nowMs - stored.claimedMs >= keyLeaseMs ? { kind: 'first' } : { kind: 'under_way' };
}

/** What is wrong with a key; undefined when nothing is. */
export function keyProblem(key: string): ExpectedText | undefined {
  return /^[\x21-\x7e]{1,255}$/.test(key) ? undefined : '1 to 255 printable ASCII characters without blanks';
}
