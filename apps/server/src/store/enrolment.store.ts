import { randomBytes } from 'node:crypto';
import type { Body } from '@carillon/contract/agent/catalog';
import type { Json } from '@carillon/core/desired/canonical-json';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { judgeToken, type TokenBounds, type TokenFlaw } from '@carillon/core/host/join-token';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { AcceptedStore, NotSigned } from './accepted.store.js';
import { noteChange } from './audit-act.js';
import { Database, type Transaction } from './database.store.js';
import { DesiredStore } from './desired.store.js';

export interface Enrolment {
  /** SHA-256 of the token's secret. */
  readonly tokenHash: string;
  readonly publicKey: string;
  readonly facts: Body<'enroll'>['facts'];
  /** As the gateway sees it; null where it does not know. */
  readonly address: string | null;
  /** Nobody is let in by a token alone, whatever it says. */
  readonly approveAll: boolean;
  readonly nowMs: number;
}

export interface TokenRefusal {
  readonly kind: 'refused';
  /** Null: there is no such token. */
  readonly tokenId: string | null;
  readonly flaw: TokenFlaw;
  /** For those who look after hosts: an outsider learns nothing about which tokens exist. */
  readonly message: string;
}

export type Enrolled =
  | {
      readonly kind: 'enrolled';
      readonly hostId: string;
      readonly name: string;
      readonly state: 'active' | 'pending';
    }
  | TokenRefusal;

/** Undoes the transaction of an enrolment whose token is not good. */
class TokenRefused extends Error {
  constructor(readonly refusal: TokenRefusal) {
    super(refusal.message);
  }
}

const noToken: Pick<TokenRefusal, 'flaw' | 'message'> = { flaw: 'unknown', message: 'there is no such token' };

interface Token extends TokenBounds {
  readonly id: string;
  /** JSON. */
  readonly labels: string;
  readonly needsApproval: boolean;
}

/** Turns a join token into a host. */
@Injectable()
export class EnrolmentStore {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(DesiredStore) private readonly desired: DesiredStore,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
  ) {}

  /** Token use, host, session row and first assignments: all or nothing. The caller has checked the proof. */
  redeem(enrolment: Enrolment): Promise<Enrolled> {
    return this.database
      .transaction(async (tx): Promise<Enrolled> => {
        const before = await this.earlier(tx, enrolment);
        if (before) return before;
        const token = await this.requireToken(tx, enrolment);
        const state = token.needsApproval || enrolment.approveAll ? 'pending' : 'active';
        const host = await this.insertHost(tx, enrolment, token.labels, state);
        // Who waits has nothing, and stands in no book, before somebody lets him in.
        if (state === 'active') await this.desired.reassign(tx, { hostIds: [host.hostId], areNew: true });
        // Last: every host that joins with the same token waits for this row until the commit.
        await this.useToken(tx, enrolment.tokenHash, token);
        const { publicKey, tokenHash, address } = enrolment;
        const labels = JSON.parse(token.labels) as Record<string, string>;
        if (state === 'active') this.accepted.note({ kind: 'host', ...host, labels, publicKey, token: tokenHash });
        noteChange({
          by: host.name,
          via: 'agent',
          from: address ?? undefined,
          kind: 'Host',
          act: state === 'active' ? 'enrolled' : 'asked to join',
          what: host.name,
          after: { host: host.hostId, publicKey, labels: labels as Json },
          ref: { token: token.id },
        });
        return { kind: 'enrolled', ...host, state };
      })
      .catch((error: unknown): Enrolled => {
        if (error instanceof TokenRefused) return error.refusal;
        // A row that nobody made by the way that leads into the book; whoever looks after signing was told.
        if (error instanceof NotSigned && error.refusal.code === 'unknown_token')
          return { kind: 'refused', tokenId: null, flaw: 'unknown', message: error.refusal.message };
        throw error;
      });
  }

  /**
   * An agent whose answer was lost asks again with the same key, which it proved to hold: it gets the host it already
   * has, and the token is not used twice.
   */
  private async earlier(tx: Transaction, { publicKey, tokenHash }: Enrolment): Promise<Enrolled | null> {
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext(${`carillon.enrol.${publicKey}`}))::text`;
    const rows = await tx.$queryRaw<{ hostId: string; name: string; state: 'active' | 'pending' }[]>`
      SELECT id AS "hostId", name, state FROM host WHERE public_key = ${publicKey} AND state IN ('active', 'pending')
        AND EXISTS (SELECT 1 FROM enrolment_token WHERE hash = ${tokenHash} AND revoked_at IS NULL) LIMIT 1`;
    return rows[0] ? { kind: 'enrolled', ...rows[0] } : null;
  }

  /** @throws TokenRefused */
  private async requireToken(tx: Transaction, { tokenHash, facts, address, nowMs }: Enrolment): Promise<Token> {
    const [token = null] = await tx.$queryRaw<Token[]>`
      SELECT id, labels::text AS labels, uses, used, (extract(epoch FROM expires_at) * 1000)::float8 AS "expiresMs",
        revoked_at IS NOT NULL AS "isRevoked", coalesce(addresses, '{}') AS addresses, host_names AS "hostNames",
        needs_approval AS "needsApproval"
      FROM enrolment_token WHERE hash = ${tokenHash}`;
    const verdict = judgeToken(token, { address, hostname: facts.hostname }, nowMs);
    if (token && verdict.ok) return token;
    const { flaw, message } = verdict.ok ? noToken : verdict;
    throw new TokenRefused({ kind: 'refused', tokenId: token?.id ?? null, flaw, message });
  }

  /** The update counts only while uses are left, so two agents at once cannot share the last one. */
  private async useToken(tx: Transaction, hash: string, { id }: Token): Promise<void> {
    const used = await tx.$executeRaw`
      UPDATE enrolment_token SET used = used + 1
      WHERE hash = ${hash} AND used < uses AND expires_at > now() AND revoked_at IS NULL`;
    if (used === 1) return;
    throw new TokenRefused({ kind: 'refused', tokenId: id, flaw: 'used_up', message: 'others were faster' });
  }

  /** Host and session row, under the host's own name, else the first free of name-2, name-3 …; a name lost to a simultaneous insert is skipped. */
  private async insertHost(
    tx: Transaction,
    { facts, publicKey, address, nowMs }: Enrolment,
    labels: string,
    state: 'active' | 'pending',
  ) {
    const hostId = makeUuid7(nowMs, randomBytes(10));
    const { hostname } = facts;
    const insert = async (name: string): Promise<boolean> => {
      const inserted = await tx.$executeRaw`
        WITH joined AS (INSERT INTO host (id, name, name_key, state, labels, os, timezone, agent_version, scheduler, capabilities, fingerprint, public_key, desired_hash, joined_from)
        VALUES (${hostId}::uuid, ${name}, ${name.toLowerCase()}, ${state}::host_state, ${labels}::jsonb, ${facts.os}, ${facts.timezone}, ${facts.agentVersion},
          ${facts.scheduler}, ${facts.capabilities}, ${facts.fingerprint}, ${publicKey}, ${desiredHash([])}, ${address})
        ON CONFLICT (name_key) DO NOTHING RETURNING id)
        INSERT INTO agent_session (host_id) SELECT id FROM joined`;
      return inserted === 1;
    };
    // Nearly always free: who else has it is looked up only when it is not.
    if (await insert(hostname)) return { hostId, name: hostname };
    if ((await this.makeRoom(tx, hostname)) && (await insert(hostname))) return { hostId, name: hostname };
    const taken = await this.takenNames(tx, hostname);
    for (let suffix = 2; ; suffix += 1) {
      const name = `${hostname}-${suffix}`;
      if (!taken.has(name.toLowerCase()) && (await insert(name))) return { hostId, name };
    }
  }

  /** A host that was taken out keeps its runs under another name. */
  private async makeRoom(tx: Transaction, name: string): Promise<boolean> {
    const moved = await tx.$executeRaw`
      UPDATE host SET name = name || '~' || left(id::text, 13), name_key = name_key || '~' || left(id::text, 13)
      WHERE name_key = ${name.toLowerCase()} AND state = 'retired'`;
    return moved === 1;
  }

  private async takenNames(tx: Transaction, hostname: string): Promise<Set<string>> {
    const key = hostname.toLowerCase();
    const rows = await tx.$queryRaw<{ nameKey: string }[]>`
      SELECT name_key AS "nameKey" FROM host WHERE name_key = ${key} OR starts_with(name_key, ${`${key}-`})`;
    return new Set(rows.map((row) => row.nameKey));
  }
}
