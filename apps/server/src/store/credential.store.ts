import { randomBytes } from 'node:crypto';
import type { Rights } from '@carillon/core/access/decide';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { rightsOf, rightsSql } from './account-rows.js';
import { noteChange } from './audit-act.js';
import { Database } from './database.store.js';
import { poolTransaction } from './pool-transaction.js';

/** Whom a secret belongs to; without an account, to the administrator of the token file. */
export interface Holder {
  readonly name: string;
  readonly accountId: string | null;
}

export interface Session extends Holder {
  readonly expiresAtMs: number;
  readonly isLocal: boolean;
  /** Null: of the administrator of the token file. */
  readonly rights: Rights | null;
}

/** Where a session was begun. */
export interface Beginning {
  readonly address?: string | undefined;
  readonly agent?: string | undefined;
  readonly method: string;
  /** By which its provider knows it, sealed. */
  readonly signOutHint?: Uint8Array | undefined;
}

const mostAgentLetters = 300;

/** Secrets that sign browsers in or let them listen: sessions and one-time tickets. Only hashes come here. */
@Injectable()
export class CredentialStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async addSession(
    hash: string,
    { name, accountId }: Holder,
    { address, agent, method, signOutHint = undefined }: Beginning,
    expiresAtMs: number,
  ): Promise<void> {
    await poolTransaction(this.database.pool, async (client) => {
      noteChange({ by: name, via: 'open', from: address, kind: 'Session', act: 'signed in', what: name, text: method });
      await client.query(
        `INSERT INTO credential (id, kind, hash, name, account_id, expires_at, address, agent, method, sign_out_hint)
         VALUES ($1, 'session', $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          ...[newId(), hash, name, accountId, new Date(expiresAtMs), address, agent?.slice(0, mostAgentLetters)],
          ...[method, signOutHint],
        ],
      );
    });
  }

  addTicket(hash: string, holder: Holder, expiresAtMs: number): Promise<void> {
    return this.add('link', hash, holder, null, expiresAtMs);
  }

  /** A link with which a person sets the password of his account. */
  addInvitation(hash: string, holder: Holder, expiresAtMs: number): Promise<void> {
    return this.add('invite', hash, holder, null, expiresAtMs);
  }

  addLiveTicket(hash: string, holder: Holder, sessionHash: string | null, expiresAtMs: number): Promise<void> {
    return this.add('live', hash, holder, sessionHash, expiresAtMs);
  }

  /** The session while it lasts, with the rights of this moment. */
  async session(hash: string): Promise<Session | null> {
    const result = await this.database.pool.query<Holder & { expiresAt: Date; isLocal: boolean; rights: unknown }>(
      `SELECT coalesce(a.name, c.name) AS name, c.account_id AS "accountId", c.expires_at AS "expiresAt", a.issuer IS NULL AS "isLocal", ${rightsSql('session')}
       FROM credential c LEFT JOIN account a ON a.id = c.account_id
       WHERE c.hash = $1 AND c.kind = 'session' AND c.revoked_at IS NULL AND c.expires_at > now() AND a.disabled_at IS NULL`,
      [hash],
    );
    const row = result.rows[0];
    if (!row) return null;
    const { name, accountId, expiresAt, isLocal } = row;
    return {
      name,
      accountId,
      isLocal,
      expiresAtMs: expiresAt.getTime(),
      rights: accountId === null ? null : rightsOf(row.rights),
    };
  }

  /** @returns by which its provider knows it, sealed; null where none does, or it was ended before */
  async endSession(hash: string): Promise<Uint8Array | null> {
    const { rows } = await this.database.pool.query<{ signOutHint: Buffer | null }>(
      `UPDATE credential c SET revoked_at = now(), sign_out_hint = NULL
       FROM (SELECT id, sign_out_hint FROM credential WHERE hash = $1 AND kind = 'session' AND revoked_at IS NULL FOR UPDATE) was
       WHERE c.id = was.id RETURNING was.sign_out_hint AS "signOutHint"`,
      [hash],
    );
    return rows[0]?.signOutHint ?? null;
  }

  /** Uses a ticket up: of two callers at the same time one gets null. @returns whom it signs in */
  useTicket(hash: string): Promise<Holder | null> {
    return this.use('link', hash);
  }

  useInvitation(hash: string): Promise<Holder | null> {
    return this.use('invite', hash);
  }

  /** The same for a ticket of the live socket. @returns who listens, and on behalf of which session */
  useLiveTicket(hash: string): Promise<(Holder & { readonly sessionHash: string | null }) | null> {
    return this.use('live', hash);
  }

  private async use(kind: Kind, hash: string): Promise<(Holder & { readonly sessionHash: string | null }) | null> {
    const result = await this.database.pool.query<Holder & { sessionHash: string | null }>(
      `UPDATE credential c SET used_at = now()
       WHERE hash = $1 AND kind = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()
         AND NOT EXISTS (SELECT FROM account a WHERE a.id = c.account_id AND a.disabled_at IS NOT NULL)
       RETURNING name, account_id AS "accountId", session_hash AS "sessionHash"`,
      [hash, kind],
    );
    return result.rows[0] ?? null;
  }

  private async add(
    kind: Kind,
    hash: string,
    { name, accountId }: Holder,
    sessionHash: string | null,
    expiresAtMs: number,
  ): Promise<void> {
    await this.database.pool.query(
      `INSERT INTO credential (id, kind, hash, name, account_id, session_hash, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [newId(), kind, hash, name, accountId, sessionHash, new Date(expiresAtMs)],
    );
  }
}

type Kind = 'link' | 'invite' | 'live';

function newId(): string {
  return makeUuid7(Date.now(), randomBytes(10));
}
