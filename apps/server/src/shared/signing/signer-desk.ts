import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { CommandOrder } from '@carillon/contract/agent/command-messages';
import type { HostIndex } from '@carillon/contract/agent/desired-messages';
import type { LeaveOrder } from '@carillon/contract/agent/host-key-messages';
import type { ChainHead } from '@carillon/core/audit/chain';
import { endText } from '@carillon/core/audit/witness';
import { canonicalJson, type Json } from '@carillon/core/desired/canonical-json';
import { desiredHash } from '@carillon/core/desired/desired-state';
import type { HostPause } from '@carillon/core/desired/pause';
import { type SigningContext, signText, verifyText } from '@carillon/core/desired/signing';
import type { Manifest } from '@carillon/core/job/job-spec';
import { AcceptedBook, type ProposedIndex } from '@carillon/core/signing/accepted-book';
import { type BookHead, type KeptEntry, nextEntry } from '@carillon/core/signing/book-entry';
import { trustedKeys } from '@carillon/core/signing/key-set';
import { type Refusal, refuse } from '@carillon/core/signing/refusal';
import { indexLifeMs } from '@carillon/core/signing/verify';
import type { SigningRefusalText } from '@carillon/core/text/signature-texts';
import { Sealer } from '../sealer.js';
import {
  type KeyPlaces,
  keysMark,
  openKeySet,
  openKeys,
  reopenKeys,
  type SigningKeys,
  writeWhole,
} from './key-files.js';
import type { BookState, SignedText, SignerCall, SignerCalls, TrustNow } from './signer-requests.js';
import { VaultDesk } from './vault-desk.js';

type Handlers = { readonly [C in SignerCall]: (ask: SignerCalls[C]['ask']) => SignerCalls[C]['answer'] };

/**
 * Holds the key, and signs only what the book of what was accepted says. It knows no database: what stands there is handed to
 * it, and it believes none of it that is not signed, in order, and up to the end that it has seen itself.
 */
export class SignerDesk {
  private keys: SigningKeys;
  private readonly vault: VaultDesk;
  private signedEnd: ChainHead | undefined;
  private mark: string;
  /** What is wrong with the key files, while something is. */
  private trouble: string | null = null;
  private book = new AcceptedBook();
  /** As its file says: kept where whoever writes the database cannot reach. */
  private end: BookHead | null;

  readonly calls: Handlers = {
    trust: () => this.trust(),
    read: ({ from, entries }) => this.read(from, entries),
    forget: () => this.forget(),
    accept: ({ by, atMs, records, after }) => {
      if (!after) {
        const flaw =
          this.notWhole() ?? records.map((each) => this.book.judgeRecord(each, { by, atMs })).find(({ ok }) => !ok);
        if (flaw && !flaw.ok) return flaw;
      }
      const entry = nextEntry(after ?? this.book.head, { by, atMs, records });
      return { ...entry, signature: this.sign('carillon/v1/accepted', entry.text) };
    },
    manifest: ({ text }) => this.manifest(text),
    indexes: ({ nowMs, proposals }) => proposals.map((proposal) => this.index(proposal, nowMs)),
    inspect: ({ nowMs, proposals }) => proposals.map((each) => this.notWhole() ?? this.book.judgeIndex(each, nowMs)),
    orders: ({ orders }) => orders.map((order) => this.order(order)),
    leaves: ({ nowMs, hostIds }) => hostIds.map((hostId) => this.leave(hostId, nowMs)),
    auditEnd: ({ head, atMs }) => this.auditEnd(head, atMs),
    judge: ({ definitions }) =>
      definitions.map(({ jobId, version, ...rest }) => this.book.judgeDefinition(jobId, version, rest)),
    vaultPut: ({ name, value }) => this.vault.put(name, value),
    vaultSeal: ({ asks }) => asks.map((ask) => this.vault.seal(ask)),
    vaultCheck: ({ rows }) => rows.map((row) => this.vault.check(row)),
    contents: () => {
      const { jobs, hosts, groups } = this.book.contents();
      return {
        jobs: [...jobs].map(([jobId, { current, name, isGone }]) => ({ jobId, version: current, name, isGone })),
        hosts: [...hosts].map(([hostId, host]) => ({ hostId, ...host })),
        groups: [...groups.values()].map((group) => ({ ...group, kind: 'group' as const })),
        sealKeys: [...this.book.secrets.contents().keys],
        secrets: [...this.book.secrets.contents().secrets],
      };
    },
  };

  constructor(private readonly places: KeyPlaces) {
    this.keys = openKeys(places);
    this.mark = keysMark(places);
    this.end = readEnd(places.bookEnd);
    this.vault = new VaultDesk(Sealer.fromFile(places.vault), {
      book: () => this.book,
      notWhole: () => this.notWhole(),
      sign: (text) => this.sign('carillon/v1/sealed-secret', text),
    });
  }

  trust(): TrustNow {
    this.lookAtKeys();
    const { publicKey, keySet, signed } = this.keys;
    const hasRevoked = keySet.keys.some(({ state }) => state === 'revoked');
    const { trouble } = this;
    return { publicKey, trusted: trustedKeys(keySet), keySet: signed, version: keySet.version, hasRevoked, trouble };
  }

  /** Somebody changed the keys: what can be read whole counts from now on. */
  private lookAtKeys(): void {
    const mark = keysMark(this.places);
    if (mark === this.mark) return;
    try {
      this.keys = reopenKeys(this.places, this.keys.keySet);
      this.mark = mark;
      this.trouble = null;
    } catch (error) {
      // In the middle of being changed, which the next look finds done; or broken, which is told. What can be read counts.
      this.trouble = error instanceof Error ? error.message : String(error);
      this.keys = { ...this.keys, ...openKeySet(this.places, this.keys.keySet) };
    }
  }

  private state(flaw: Refusal | null = null): BookState {
    const { head } = this.book;
    return {
      head,
      isBegun: this.end !== null,
      isToBelieve: existsSync(this.places.believe),
      flaw,
      short: this.notWhole(),
    };
  }

  /** @param from the entry up to which whoever asks believed the book to be read when he looked */
  private read(from: number, entries: readonly KeptEntry[]): BookState {
    const { head } = this.book;
    // He looked before others told more, or at what is not known any more: he looks again.
    const isOld = from < head.seq && (entries.at(-1)?.seq ?? 0) < head.seq;
    if (isOld || from > head.seq) return this.state();
    const known = entries.find(({ seq }) => seq === head.seq);
    const lost = head.seq > 0 && known?.hash !== head.hash;
    if (lost)
      return this.changed(
        `entry ${head.seq}, which was read before, is not there any more` satisfies SigningRefusalText,
      );
    const fresh = entries.filter(({ seq }) => seq > head.seq);
    const last = fresh.at(-1);
    // Each names the hash of the one before: the last signature speaks for all, and of what was read before, in the time
    // of keys that may have been revoked since, the end that was kept.
    if (last && last.seq > (this.end?.seq ?? 0) && !this.isOurs(last))
      return this.changed(`entry ${last.seq} is not signed by a key of ours` satisfies SigningRefusalText);
    for (const { text } of fresh) {
      const verdict = this.book.add(text);
      if (!verdict.ok) return this.changed(verdict.message);
      const { seq, hash } = this.book.head;
      if (this.end?.seq === seq && this.end.hash !== hash)
        return this.changed(`entry ${seq} is another than before` satisfies SigningRefusalText);
    }
    if (last) this.keepEnd();
    return this.state();
  }

  private isOurs({ text, signature }: KeptEntry): boolean {
    const isTrusted = () =>
      trustedKeys(this.keys.keySet).some((key) => verifyText(key, 'carillon/v1/accepted', text, signature));
    if (isTrusted()) return true;
    // Another server may have learned of a new key before.
    this.lookAtKeys();
    return isTrusted();
  }

  /** What was read is not believed any more: it is read again from the beginning the next time. */
  private changed(what: string): BookState {
    this.book = new AcceptedBook();
    return this.state(refuse('book_changed', `the book of what was accepted was changed in the database: ${what}`));
  }

  /** Beyond what its file says; a book that is shorter was cut back, which `isWhole` tells. */
  private keepEnd(): void {
    const { head } = this.book;
    if (this.end && this.end.seq >= head.seq) return;
    this.end = head;
    // Another server may share the file and have read on.
    if ((readEnd(this.places.bookEnd)?.seq ?? 0) >= head.seq) return;
    writeWhole(this.places.bookEnd, `${JSON.stringify(head)}\n`);
  }

  /** As long as what was read before has not been read again, nothing is signed. */
  private notWhole(): Refusal | null {
    if (this.end === null || this.book.head.seq >= this.end.seq) return null;
    const { seq } = this.book.head;
    return refuse(
      'book_changed',
      `the book of what was accepted ends at entry ${seq}, and went to ${this.end.seq} before`,
    );
  }

  private forget(): BookState {
    if (!existsSync(this.places.believe)) return this.state();
    this.book = new AcceptedBook();
    this.end = null;
    rmSync(this.places.bookEnd, { force: true });
    rmSync(this.places.believe, { force: true });
    return this.state();
  }

  private manifest(text: string): { signature: string } | Refusal {
    const { kind, jobId, version, name } = JSON.parse(text) as Partial<Manifest>;
    if (
      kind !== 'carillon/job/v1' ||
      !jobId ||
      !Number.isSafeInteger(version) ||
      canonicalJson(JSON.parse(text)) !== text
    )
      return refuse('bad_manifest', `job ${name}: expected a manifest in canonical JSON`);
    return { signature: this.sign('carillon/v1/manifest', text) };
  }

  private index(proposal: ProposedIndex, nowMs: number): SignedText | Refusal {
    const verdict = this.notWhole() ?? this.book.judgeIndex(proposal, nowMs);
    if (!verdict.ok) return verdict;
    const { hostId, rev, entries, pause } = proposal;
    const index: HostIndex = {
      kind: 'carillon/index/v1',
      hostId,
      rev,
      hash: desiredHash(entries, pause),
      entries: entries.map(({ jobId, version, manifestHash }) => ({ jobId, version, manifestHash })),
      issuedAt: new Date(nowMs).toISOString(),
      notAfter: new Date(nowMs + indexLifeMs).toISOString(),
      signedBy: this.keys.publicKey,
      ...(pause ? { pause: pauseTold(pause) } : {}),
    };
    const text = canonicalJson(index as unknown as Json);
    return { text, signature: this.sign('carillon/v1/index', text) };
  }

  private order(order: CommandOrder): SignedText | Refusal {
    const verdict = this.notWhole() ?? this.book.judgeOrder(order);
    if (!verdict.ok) return verdict;
    const text = canonicalJson({ ...order, signedBy: this.keys.publicKey } as unknown as Json);
    return { text, signature: this.sign('carillon/v1/command', text) };
  }

  private leave(hostId: string, nowMs: number): SignedText | Refusal {
    const verdict = this.notWhole() ?? this.book.judgeLeave(hostId);
    if (!verdict.ok) return verdict;
    const order: LeaveOrder = {
      kind: 'carillon/leave/v1',
      hostId,
      issuedAt: new Date(nowMs).toISOString(),
      notAfter: new Date(nowMs + indexLifeMs).toISOString(),
      signedBy: this.keys.publicKey,
    };
    const text = canonicalJson(order as unknown as Json);
    return { text, signature: this.sign('carillon/v1/leave', text) };
  }

  private auditEnd(head: ChainHead, atMs: number): SignedText | Refusal {
    const { seq, hash } = this.signedEnd ?? head;
    if (head.seq < seq || (head.seq === seq && head.hash !== hash))
      return refuse(
        'rollback',
        `the end of the audit was signed as ${seq}:${hash} before, it is said to be ${head.seq}:${head.hash}`,
      );
    this.signedEnd = head;
    const text = endText(head, atMs);
    return { text, signature: this.sign('carillon/v1/audit-end', text) };
  }

  private sign(context: SigningContext, text: string): string {
    return signText(this.keys.privateKey, context, text);
  }
}

function pauseTold({ fromMs, untilMs, ...pause }: HostPause): NonNullable<HostIndex['pause']> {
  return { ...pause, from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString() };
}

function readEnd(path: string): BookHead | null {
  if (!existsSync(path)) return null;
  return JSON.parse(readFileSync(path, 'utf8')) as BookHead;
}
