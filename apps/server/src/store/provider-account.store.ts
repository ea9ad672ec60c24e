import { randomBytes } from 'node:crypto';
import type { Grant } from '@carillon/core/access/grant';
import type { ProviderIdentity } from '@carillon/core/access/provider-identity';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { noteChange } from './audit-act.js';
import { Database } from './database.store.js';
import { poolTransaction } from './pool-transaction.js';

/** A sign-in that is under way. */
export interface BegunSignIn {
  /** Of PKCE. */
  readonly verifier: string;
  readonly nonce: string;
  /** Under which the browser reached us. */
  readonly origin: string;
}

export type ProviderAccount =
  | { readonly kind: 'account'; readonly id: string; readonly name: string; readonly changed: boolean }
  | { readonly kind: 'disabled' | 'name_taken' };

interface Row {
  readonly id: string;
  readonly name: string;
  readonly groups: string[];
  readonly disabled: boolean;
}

/** Who set what the configuration says; no account is called so. */
export const configurationAuthor = '(configuration)';

/** Accounts for which an identity provider vouches, and sign-ins that are under way there. */
@Injectable()
export class ProviderAccountStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async begin(stateHash: string, { verifier, nonce, origin }: BegunSignIn, expiresAtMs: number): Promise<void> {
    await this.database.pool.query(
      'INSERT INTO oidc_sign_in (state_hash, verifier, nonce, origin, expires_at) VALUES ($1, $2, $3, $4, $5)',
      [stateHash, verifier, nonce, origin, new Date(expiresAtMs)],
    );
  }

  /** Uses it up: of two callers at the same time one gets null, as for one that is too old. */
  async take(stateHash: string): Promise<BegunSignIn | null> {
    const result = await this.database.pool.query<BegunSignIn & { fresh: boolean }>(
      'DELETE FROM oidc_sign_in WHERE state_hash = $1 RETURNING verifier, nonce, origin, expires_at > now() AS fresh',
      [stateHash],
    );
    const row = result.rows[0];
    return row?.fresh ? { verifier: row.verifier, nonce: row.nonce, origin: row.origin } : null;
  }

  /**
   * The account of an identity, made when it comes for the first time, with the groups of this moment. Somebody who is
   * called so already is another: names say nothing of who it is.
   */
  async signIn(issuer: string, { subject, name, groups }: ProviderIdentity): Promise<ProviderAccount> {
    const found = await this.find(issuer, subject);
    if (found === null) {
      const made = await this.create(issuer, { subject, name, groups });
      if (made) return { kind: 'account', ...made, changed: false };
    }
    // Of two browsers that came first at the same moment one has made it.
    const row = found ?? (await this.find(issuer, subject));
    if (row === null) return { kind: 'name_taken' };
    if (row.disabled) return { kind: 'disabled' };
    await this.database.pool.query('UPDATE account SET groups = $2, signed_in_at = now() WHERE id = $1', [
      row.id,
      groups,
    ]);
    const changed = row.groups.length !== groups.length || row.groups.some((group) => !groups.includes(group));
    return { kind: 'account', id: row.id, name: row.name, changed };
  }

  /** Makes the groups of the configuration those that it names now; what people set of others stays. */
  async configureGroups(groups: readonly { name: string; grants: readonly Grant[] }[]): Promise<void> {
    await this.database.pool.query('DELETE FROM group_role WHERE author = $1 AND name <> ALL($2)', [
      configurationAuthor,
      groups.map(({ name }) => name),
    ]);
    for (const { name, grants } of groups)
      await this.database.pool.query(
        `INSERT INTO group_role AS g (name, grants, author) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET grants = excluded.grants, author = excluded.author, updated_at = now()
         WHERE g.grants <> excluded.grants OR g.author <> excluded.author`,
        [name, JSON.stringify(grants), configurationAuthor],
      );
  }

  private async find(issuer: string, subject: string): Promise<Row | null> {
    const result = await this.database.pool.query<Row>(
      `SELECT id, name, groups, disabled_at IS NOT NULL AS disabled FROM account WHERE issuer = $1 AND subject = $2`,
      [issuer, subject],
    );
    return result.rows[0] ?? null;
  }

  private async create(issuer: string, { subject, name, groups }: ProviderIdentity) {
    return await poolTransaction(this.database.pool, async (client) => {
      const { rows } = await client.query<{ id: string; name: string }>(
        `INSERT INTO account (id, name, name_key, kind, issuer, subject, groups, author, signed_in_at)
         VALUES ($1, $2, $3, 'person', $4, $5, $6, $4, now()) ON CONFLICT DO NOTHING RETURNING id, name`,
        [makeUuid7(Date.now(), randomBytes(10)), name, name.toLowerCase(), issuer, subject, groups],
      );
      const [made] = rows;
      const after = { issuer, subject, groups: [...groups] };
      if (made) noteChange({ by: issuer, via: 'open', kind: 'Account', act: 'created', what: made.name, after });
      return made;
    });
  }
}
