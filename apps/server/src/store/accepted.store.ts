import type { CommandOrder } from '@carillon/contract/agent/command-messages';
import type { VaultName } from '@carillon/core/secrets/secret-use';
import type { ProposedIndex } from '@carillon/core/signing/accepted-book';
import { type AcceptedRecord, type BookHead, type KeptEntry, noEntry } from '@carillon/core/signing/book-entry';
import type { Refusal } from '@carillon/core/signing/refusal';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Signer } from '../shared/signer.js';
import {
  type BookState,
  isRefusal,
  type SealAsk,
  type SealedValue,
  type SignedText,
  type SignerCalls,
} from '../shared/signing/signer-requests.js';
import { beforeCommit } from './at-commit.js';
import { whoActs } from './audit-act.js';
import type { RawQuery } from './audit-append.js';
import { allThatStands } from './book-begin.js';
import { Database } from './database.store.js';
import { poolTransaction, rawQuery } from './pool-transaction.js';
import { SigningAlarmStore } from './signing-alarm.store.js';

/** The signer does not sign: what the database says is not what was accepted. */
export class NotSigned extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

/** Entries that are handed to the signer at once. */
const entriesPerRead = 500;
/** Of what stands when a book begins. */
const recordsPerEntry = 500;
/** Definitions change while an index is asked for; not this often in a row. */
const mostLooks = 5;

/**
 * The book of everything that was accepted and moves a host's desired state: written by the transaction that changes it,
 * signed, only added to. See docs/decisions/0012-signed-definitions.md.
 */
@Injectable()
export class AcceptedStore {
  private readonly logger = new Logger('Signing');
  /** How far the signer has read, and in which of its lives. */
  private read = { seq: 0, generation: 0 };
  private beginning: Promise<void> | undefined;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Signer) private readonly signer: Signer,
    @Inject(SigningAlarmStore) private readonly alarm: SigningAlarmStore,
  ) {}

  /** Writes down what is changed, inside the transaction that changes it; it is in the book with its commit. */
  note(record: AcceptedRecord): void {
    beforeCommit(this, record, (query, records: readonly AcceptedRecord[]) => this.append(query, records));
  }

  /** Signs a definition that somebody asked for. @throws NotSigned */
  async signManifest(text: string): Promise<string> {
    return orThrow(await this.signer.ask('manifest', { text })).signature;
  }

  /**
   * Signed indexes of hosts, or why one is not signed. Definitions may change while they are loaded: only what is still
   * wrong when nothing was accepted meanwhile is wrong.
   * @param load what the database says that these hosts should have, of one moment
   */
  async indexes<P extends ProposedIndex>(
    load: () => Promise<readonly P[]>,
  ): Promise<{ readonly proposal: P; readonly signed: SignedText | Refusal }[]> {
    let { generation } = this.signer;
    let head = await this.sync();
    for (let look = 1; ; look += 1) {
      const proposals = await load();
      const nowMs = Date.now();
      const answers = isRefusal(head)
        ? proposals.map(() => head as Refusal)
        : await this.signer.ask('indexes', { nowMs, proposals });
      const later = answers.some(isRefusal) ? await this.sync() : head;
      const isAsBefore = isSame(later, head) && this.signer.generation === generation;
      if (isAsBefore || look === mostLooks)
        return proposals.map((proposal, index) => ({ proposal, signed: answers[index] as SignedText | Refusal }));
      head = later;
      ({ generation } = this.signer);
    }
  }

  /** Signs commands that somebody gives now. @throws NotSigned for the first that must not be */
  async orders(orders: readonly CommandOrder[]): Promise<SignedText[]> {
    const { generation } = this.signer;
    const head = await this.sync();
    const answers = isRefusal(head) ? [head] : await this.signer.ask('orders', { orders });
    const refusal = answers.find(isRefusal);
    if (refusal && this.signer.generation !== generation) return this.orders(orders);
    if (refusal) return this.giveUp(refusal);
    return answers.map((answer) => orThrow(answer as SignedText | Refusal));
  }

  /** That a host is to go, signed; or why it is not. */
  async leave(hostId: string): Promise<SignedText | Refusal> {
    const head = await this.sync();
    if (isRefusal(head)) return head;
    const [signed] = await this.signer.ask('leaves', { nowMs: Date.now(), hostIds: [hostId] });
    return signed as SignedText | Refusal;
  }

  /**
   * Seals a value for the vault. To be called inside the transaction that stores it, which holds the vault's lock,
   * so that two values of one name come one after the other. @throws NotSigned
   */
  async sealForVault(name: VaultName, value: string): Promise<SealedValue> {
    const head = await this.sync();
    return orThrow(isRefusal(head) ? head : await this.signer.ask('vaultPut', { name, value }));
  }

  /** Values sealed to hosts, or why one is not given. */
  async sealToHosts(asks: readonly SealAsk[]): Promise<readonly (SealedValue | Refusal)[]> {
    const head = await this.sync();
    return isRefusal(head) ? asks.map(() => head) : this.signer.ask('vaultSeal', { asks });
  }

  /** Are these the definitions that were accepted? */
  async judge(
    definitions: SignerCalls['judge']['ask']['definitions'],
  ): Promise<readonly ({ readonly ok: true } | Refusal)[]> {
    const head = await this.sync();
    if (isRefusal(head)) return definitions.map(() => head);
    return this.signer.ask('judge', { definitions });
  }

  /** What the book says; null while it cannot be read. */
  async contents(): Promise<SignerCalls['contents']['answer'] | Refusal> {
    const head = await this.sync();
    return isRefusal(head) ? head : this.signer.ask('contents', {});
  }

  /** Signs the book's end with the key that is good now, for servers that have read none of it yet. */
  async vouch(): Promise<void> {
    await poolTransaction(this.database.pool, (client) => this.append(rawQuery(client), []));
  }

  /** Lets the signer read what was added to the book, here or by other servers. @returns where it ends now */
  async sync(): Promise<BookHead | Refusal> {
    let state = await this.readOn(this.query);
    if (mustBegin(state)) {
      this.beginning ??= this.begin().finally(() => {
        this.beginning = undefined;
      });
      await this.beginning;
      state = await this.readOn(this.query);
    }
    return state.flaw ?? state.head;
  }

  private readonly query: RawQuery = async <T>(sql: string, values: readonly unknown[]) =>
    (await this.database.pool.query({ text: sql, values: [...values] })).rows as T[];

  private async append(query: RawQuery, records: readonly AcceptedRecord[]): Promise<void> {
    // A book begins by itself, since this transaction may yet be taken back.
    if (this.read.seq === 0) await this.sync();
    await lock(query);
    for (;;) {
      const { generation } = this.signer;
      const { flaw } = await this.readOn(query);
      const ask = { by: whoActs(), atMs: Date.now(), records };
      const entry = flaw ?? (await this.signer.ask('accept', ask));
      if (!isRefusal(entry)) return insert(query, [entry]);
      // One that was started again in between had not read the book yet.
      if (this.signer.generation === generation) return this.giveUp(entry);
    }
  }

  /** @throws NotSigned, after people were told */
  private async giveUp(refusal: Refusal): Promise<never> {
    await this.alarm.raise('database', refusal);
    throw new NotSigned(refusal);
  }

  /** A book begins with what stands in the database: there is nothing yet that it could be held against. */
  private async begin(): Promise<void> {
    const isAnew = await poolTransaction(this.database.pool, async (client) => {
      const query = rawQuery(client);
      await lock(query);
      const state = await this.readOn(query);
      if (!mustBegin(state)) return false;
      if (state.isToBelieve) await query('DELETE FROM accepted_entry', []);
      const records = await allThatStands(query);
      const entries: KeptEntry[] = [];
      for (let at = 0; at === 0 || at < records.length; at += recordsPerEntry) {
        const after = entries.at(-1) ?? { seq: 0, hash: noEntry };
        const ask = { by: 'carillon', atMs: Date.now(), records: records.slice(at, at + recordsPerEntry), after };
        entries.push(orThrow(await this.signer.ask('accept', ask)));
      }
      await insert(query, entries);
      this.logger.log(`the book of what was accepted begins with ${records.length} records`);
      return state.isToBelieve;
    });
    if (!isAnew) return;
    await this.signer.ask('forget', {});
    this.logger.warn('the database is believed as it is now, as somebody at the server said');
  }

  /** Side by side: who asked earlier may know less of the book, which the signer sees. */
  private async readOn(query: RawQuery): Promise<BookState> {
    for (;;) {
      const { generation } = this.signer;
      const seq = this.read.generation === generation ? this.read.seq : 0;
      const entries = await query<KeptEntry>(
        `SELECT seq::float8 AS seq, hash, CASE WHEN seq > $1 THEN text ELSE '' END AS text, signature
         FROM accepted_entry WHERE seq >= $1 ORDER BY seq LIMIT ${entriesPerRead}`,
        [seq],
      );
      const state = await this.signer.ask('read', { from: seq, entries });
      this.read = { seq: state.head.seq, generation };
      // It began anew, or forgot what it did not believe.
      if (state.head.seq < seq && !state.flaw) continue;
      if (entries.length < entriesPerRead || state.flaw) return { ...state, flaw: state.flaw ?? state.short };
    }
  }
}

/** There is no book yet, or somebody at the server says that it is to begin anew. */
function mustBegin({ isBegun, isToBelieve, head, flaw }: BookState): boolean {
  return isToBelieve || (!isBegun && head.seq === 0 && flaw === null);
}

/** Alone until the commit, so that entries follow each other as their transactions do. */
async function lock(query: RawQuery): Promise<void> {
  await query(`SELECT pg_advisory_xact_lock(hashtext('carillon.accepted'))::text`, []);
}

async function insert(query: RawQuery, entries: readonly KeptEntry[]): Promise<void> {
  await query(
    `INSERT INTO accepted_entry (seq, hash, text, signature)
     SELECT x.seq, x.hash, x.text, x.signature
     FROM jsonb_to_recordset($1::jsonb) AS x(seq bigint, hash text, text text, signature text)`,
    [JSON.stringify(entries)],
  );
}

/** @throws NotSigned */
function orThrow<T extends object>(answer: T | Refusal): T {
  if (isRefusal(answer)) throw new NotSigned(answer);
  return answer;
}

function isSame(a: BookHead | Refusal, b: BookHead | Refusal): boolean {
  return isRefusal(a) || isRefusal(b) ? isRefusal(a) && isRefusal(b) : a.seq === b.seq && a.hash === b.hash;
}
