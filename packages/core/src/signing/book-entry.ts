import { canonicalJson, type Json, sha256Hex } from '../desired/canonical-json.js';
import type { Target } from '../host/target.js';
import type { PlannedRing } from '../rollout/rings.js';
import type { VaultPurpose } from '../secrets/secret-use.js';

/** One thing that was accepted from somebody who may ask for it. What it says takes the place of what was said of it before. */
export type AcceptedRecord =
  | {
      readonly kind: 'job';
      readonly jobId: string;
      readonly name: string;
      readonly version: number;
      readonly manifestHash: string;
      readonly specHash: string;
      readonly targets: Target;
      /** Capabilities without which an agent must not get it. */
      readonly needs: readonly string[];
      /** It reaches its hosts in rings; absent: all of them have it at once, whatever was on its way. */
      readonly rollout?: AcceptedRollout;
    }
  /** By the server itself: the next ring is open. Only taken when the rule allows it. */
  | { readonly kind: 'rollout-step'; readonly jobId: string; readonly version: number; readonly open: number }
  /** By the server itself, or by somebody who asked for it. */
  | { readonly kind: 'rollout-halt'; readonly jobId: string; readonly version: number }
  /** By somebody who asked for it: the server itself never goes on with what was halted. */
  | { readonly kind: 'rollout-resume'; readonly jobId: string; readonly version: number }
  | { readonly kind: 'job-gone'; readonly jobId: string }
  | {
      readonly kind: 'group';
      readonly name: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly hosts?: readonly string[];
    }
  | {
      readonly kind: 'host';
      readonly hostId: string;
      readonly name: string;
      readonly labels: Readonly<Record<string, string>>;
      /** By which the host signs in. */
      readonly publicKey: string;
      /** SHA-256 of the join token with which it came by itself. */
      readonly token?: string;
      /** Who let it in, where nobody is let in by a token alone. */
      readonly approvedBy?: string;
    }
  /** From now on nothing is signed for it but its leave. */
  | { readonly kind: 'host-leaving'; readonly hostId: string }
  /** It is gone for good; what comes again under its name is another host. */
  | { readonly kind: 'host-gone'; readonly hostId: string }
  /** Its next key, as the one before it says; see `rotationText`. */
  | {
      readonly kind: 'host-key';
      readonly hostId: string;
      readonly publicKey: string;
      readonly next: string;
      readonly byOld: string;
      readonly byNew: string;
    }
  /** With which hosts may join. */
  | {
      readonly kind: 'token';
      /** SHA-256 of its secret. */
      readonly hash: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly uses: number;
      readonly expiresMs: number;
      readonly needsApproval: boolean;
    }
  | { readonly kind: 'token-gone'; readonly hash: string }
  | { readonly kind: 'labels'; readonly hostId: string; readonly labels: Readonly<Record<string, string>> }
  | { readonly kind: 'pause'; readonly hostIds: readonly string[]; readonly pauses: readonly AcceptedPause[] }
  | { readonly kind: 'resume'; readonly hostIds: readonly string[] }
  | {
      readonly kind: 'seal-key';
      readonly hostId: string;
      /** X25519, to which the host's secrets are sealed. */
      readonly key: string;
      /** By the key that the host joined with, over core's `sealKeyText`. */
      readonly signature: string;
    }
  | {
      readonly kind: 'secret';
      readonly purpose: VaultPurpose;
      /** In lower case. */
      readonly name: string;
      readonly version: number;
      /** Names and patterns of the jobs that may use it. */
      readonly jobs: readonly string[];
      /** SHA-256 of what is stored of the value, which tells nothing of it. */
      readonly sealedHash: string;
    }
  | { readonly kind: 'secret-gone'; readonly purpose: VaultPurpose; readonly name: string };

/** How a version reaches its hosts, settled when it was accepted. */
export interface AcceptedRollout {
  /** Which makes the order of hosts. */
  readonly seed: string;
  readonly rings: readonly PlannedRing[];
  readonly soakMs: number;
  /** Rings that are open, where a book begins with a rollout under way; else the first. */
  readonly open?: number;
  /** It stands still, where a book begins with it. */
  readonly isHalted?: boolean;
}

/** A pause as desired states compare it; see core's `pauseLine`. One for each host, in their order. */
export interface AcceptedPause {
  readonly id: string;
  readonly untilMs: number;
  readonly afterwards: string;
}

/** Where a book ends; `seq` 0 and `noEntry` before the first entry. */
export interface BookHead {
  readonly seq: number;
  readonly hash: string;
}

export const noEntry = '0'.repeat(64);

/** What one transaction changed, as it stands in the book: each entry names the hash of the one before. */
export interface BookEntry {
  readonly kind: 'carillon/accepted/v1';
  readonly seq: number;
  readonly previous: string;
  readonly at: string;
  /** Who asked for it. */
  readonly by: string;
  readonly records: readonly AcceptedRecord[];
}

/** An entry as it is kept: canonical JSON and its signature by the server's key. */
export interface KeptEntry extends BookHead {
  readonly text: string;
  readonly signature: string;
}

/** The next entry's text and hash. @param atMs milliseconds since 1970 */
export function nextEntry(
  head: BookHead,
  { by, atMs, records }: { by: string; atMs: number; records: readonly AcceptedRecord[] },
): { readonly seq: number; readonly hash: string; readonly text: string } {
  const entry: BookEntry = {
    kind: 'carillon/accepted/v1',
    seq: head.seq + 1,
    previous: head.hash,
    at: new Date(atMs).toISOString(),
    by,
    records,
  };
  const text = canonicalJson(entry as unknown as Json);
  return { seq: entry.seq, hash: sha256Hex(text), text };
}
