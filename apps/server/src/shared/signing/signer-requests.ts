import type { CommandOrder } from '@carillon/contract/agent/command-messages';
import type { ChainHead } from '@carillon/core/audit/chain';
import type { VaultName } from '@carillon/core/secrets/secret-use';
import type { AcceptedBook, ProposedIndex } from '@carillon/core/signing/accepted-book';
import type { AcceptedSecret, ProposedUse } from '@carillon/core/signing/accepted-secrets';
import type { AcceptedRecord, BookHead, KeptEntry } from '@carillon/core/signing/book-entry';
import type { SignedKeySet } from '@carillon/core/signing/key-set';
import type { Refusal } from '@carillon/core/signing/refusal';

export interface SignedText {
  readonly text: string;
  readonly signature: string;
}

export interface TrustNow {
  readonly publicKey: string;
  /** The keys whose signatures count. */
  readonly trusted: readonly string[];
  readonly keySet: SignedKeySet;
  readonly version: number;
  readonly hasRevoked: boolean;
  /** Why the key files cannot be read as they are now; null: they can. */
  readonly trouble: string | null;
}

export interface BookState {
  readonly head: BookHead;
  /** The signer has seen an end of the book, now or before. */
  readonly isBegun: boolean;
  /** Somebody at the server says that the database is to be believed as it is. */
  readonly isToBelieve: boolean;
  /** Why the book is not believed. */
  readonly flaw: Refusal | null;
  /** It ends earlier than it did before: cut back, unless there is more to read. */
  readonly short: Refusal | null;
}

/** A value as the database keeps it. */
export interface VaultRow extends VaultName {
  readonly version: number;
  /** Base64. */
  readonly sealed: string;
}

/** A value that a host is to be given, for one of its jobs. */
export interface SealAsk extends Omit<ProposedUse, 'sealedHash'> {
  /** The value as the database has it, base64. */
  readonly sealed: string;
}

export interface SealedValue {
  readonly valueVersion: number;
  /** Base64: for the database, or for one host. */
  readonly sealed: string;
  /** Over core's `sealedText`, of what is for a host. */
  readonly signature?: string;
}

type Definition = Parameters<AcceptedBook['judgeDefinition']>[2];

/** What the server may ask its signer, and what it is answered. */
export interface SignerCalls {
  /** Which keys are good now; also reads them anew when they were changed. */
  trust: { ask: object; answer: TrustNow };
  /** Reads on in the book. The first of the entries is the one that the signer ended with, if it has read any. */
  read: { ask: { from: number; entries: readonly KeptEntry[] }; answer: BookState };
  /** Forgets the book, since a new one has begun. Only while somebody at the server says so. */
  forget: { ask: object; answer: BookState };
  /** What one transaction changes, to be the book's next entry once that is committed. */
  accept: {
    /** @param after of a book that begins: the entry before, which is not read yet */
    ask: { by: string; atMs: number; records: readonly AcceptedRecord[]; after?: BookHead };
    answer: KeptEntry | Refusal;
  };
  manifest: { ask: { text: string }; answer: { signature: string } | Refusal };
  indexes: {
    ask: { nowMs: number; proposals: readonly ProposedIndex[] };
    answer: readonly (SignedText | Refusal)[];
  };
  /** What `indexes` would refuse, without signing anything. */
  inspect: {
    ask: { nowMs: number; proposals: readonly ProposedIndex[] };
    answer: readonly ({ ok: true } | Refusal)[];
  };
  /** That these hosts are to go, for those of which the book says so. */
  leaves: { ask: { nowMs: number; hostIds: readonly string[] }; answer: readonly (SignedText | Refusal)[] };
  orders: { ask: { orders: readonly CommandOrder[] }; answer: readonly (SignedText | Refusal)[] };
  /** The end of the audit's chain, for witnesses. Never one below what was signed before, nor another of the same number. */
  auditEnd: { ask: { head: ChainHead; atMs: number }; answer: SignedText | Refusal };
  judge: {
    ask: { definitions: readonly ({ jobId: string; version: number } & Definition)[] };
    answer: readonly ({ ok: true } | Refusal)[];
  };
  /** Seals a value for the database; the value is in no answer afterwards. */
  vaultPut: { ask: { name: VaultName; value: string }; answer: SealedValue | Refusal };
  /** Seals values to hosts, as far as the book says that they should have them. */
  vaultSeal: { ask: { asks: readonly SealAsk[] }; answer: readonly (SealedValue | Refusal)[] };
  /** Whether stored values are sealed, and by the vault's key. */
  vaultCheck: { ask: { rows: readonly VaultRow[] }; answer: readonly ('good' | 'closed' | 'plain')[] };
  /** What the book says, to be compared with the database. */
  contents: { ask: object; answer: BookContents };
}

export interface BookContents {
  readonly jobs: readonly {
    readonly jobId: string;
    readonly version: number;
    readonly name: string;
    readonly isGone: boolean;
  }[];
  readonly hosts: readonly {
    readonly hostId: string;
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly publicKey: string;
    readonly isLeaving: boolean;
  }[];
  readonly groups: readonly Extract<AcceptedRecord, { kind: 'group' }>[];
  /** Keys to which the secrets of hosts are sealed, by host. */
  readonly sealKeys: readonly (readonly [string, string])[];
  /** By core's `vaultKey`. */
  readonly secrets: readonly (readonly [string, AcceptedSecret])[];
}

export type SignerCall = keyof SignerCalls;

/** A refusal among answers. */
export function isRefusal(answer: object): answer is Refusal {
  return 'ok' in answer && answer.ok === false;
}
