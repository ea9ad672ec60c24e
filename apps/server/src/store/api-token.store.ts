import type { Rights } from '@carillon/core/access/decide';
import { fullGrant, type Grant, grantsSchema } from '@carillon/core/access/grant';
import type { TokenArea } from '@carillon/core/access/roles';
import type { Json } from '@carillon/core/desired/canonical-json';
import { isInNetworks } from '@carillon/core/host/networks';
import { Inject, Injectable } from '@nestjs/common';
import { rightsOf, rightsSql } from './account-rows.js';
import { noteChange } from './audit-act.js';
import type { Holder } from './credential.store.js';
import { Database } from './database.store.js';
import { poolTransaction } from './pool-transaction.js';

export interface NewToken {
  readonly id: string;
  readonly accountId: string | null;
  readonly name: string;
  readonly hash: string;
  readonly area: TokenArea;
  readonly grants: readonly Grant[] | null;
  readonly addresses: readonly string[];
  readonly author: string;
  readonly expiresAt: Date;
  readonly replaces: string | null;
}

export interface TokenRow extends Omit<NewToken, 'hash'> {
  readonly owner: string;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
  readonly usedAt: Date | null;
  readonly usedFrom: string | null;
}

const rowSql = `SELECT t.id, t.account_id AS "accountId", coalesce(a.name, 'admin') AS owner, t.name, t.area, t.grants,
  t.addresses, t.author, t.created_at AS "createdAt", t.expires_at AS "expiresAt", t.revoked_at AS "revokedAt",
  t.used_at AS "usedAt", t.used_from AS "usedFrom", t.replaces
  FROM api_token t LEFT JOIN account a ON a.id = t.account_id`;
/** Written at most so often, since a busy program comes many times a second. */
const noteUseEveryMs = 60_000;

/** API tokens, by hash only. */
@Injectable()
export class ApiTokenStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Whom a token lets in from an address, with the rights of this moment; null when it lets nobody in. */
  async use(
    id: string,
    hash: string,
    address: string,
  ): Promise<(Holder & { rights: Rights; expiresAtMs: number }) | null> {
    const result = await this.database.pool.query<{
      accountId: string | null;
      name: string;
      rights: unknown;
      expiresAt: Date;
      addresses: string[];
      noted: boolean;
    }>(
      `SELECT t.account_id AS "accountId", coalesce(a.name, 'admin') || ':' || t.name AS name, t.expires_at AS "expiresAt",
         t.addresses, coalesce(t.used_at > now() - ${noteUseEveryMs} * interval '1 millisecond', false)
           AND t.used_from IS NOT DISTINCT FROM $3 AS noted, ${rightsSql('token')}
       FROM api_token t LEFT JOIN account a ON a.id = t.account_id
       WHERE t.id = $1 AND t.hash = $2 AND t.revoked_at IS NULL AND t.expires_at > now() AND a.disabled_at IS NULL`,
      [id, hash, address],
    );
    const row = result.rows[0];
    if (!row || !isFrom(address, row.addresses)) return null;
    if (!row.noted)
      await this.database.pool.query('UPDATE api_token SET used_at = now(), used_from = $2 WHERE id = $1', [
        id,
        address,
      ]);
    const { accountId, name, expiresAt } = row;
    return { accountId, name, expiresAtMs: expiresAt.getTime(), rights: ownerRights(accountId, row.rights) };
  }

  async add(token: NewToken): Promise<TokenRow> {
    await poolTransaction(this.database.pool, (client) => {
      const { id, accountId: account, name, area, addresses, replaces } = token;
      const grants = token.grants && (JSON.parse(JSON.stringify(token.grants)) as Json);
      const expiresAt = token.expiresAt.toISOString();
      const act = replaces ? 'rotated' : 'created';
      const after = { id, account, area, grants, addresses, replaces, expiresAt };
      noteChange({ kind: 'AccessToken', act, what: name, after });
      return client.query(
        `INSERT INTO api_token (id, account_id, name, hash, area, grants, addresses, author, expires_at, replaces)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [
          token.id,
          token.accountId,
          token.name,
          token.hash,
          token.area,
          token.grants ? JSON.stringify(token.grants) : null,
          token.addresses,
          token.author,
          token.expiresAt,
          token.replaces,
        ],
      );
    });
    const row = await this.byId(token.id);
    if (!row) throw new Error(`token ${token.id}: written and not there`);
    return row;
  }

  async byId(id: string): Promise<TokenRow | null> {
    return (await this.rows(`${rowSql} WHERE t.id = $1`, [id]))[0] ?? null;
  }

  /** The newest first; `before` is the time and id of the last one that was shown. */
  list(before: { at: Date; id: string } | null, limit: number): Promise<TokenRow[]> {
    return this.rows(
      `${rowSql} WHERE ($1::timestamptz IS NULL OR (t.created_at, t.id) < ($1, $2)) ORDER BY t.created_at DESC, t.id DESC LIMIT $3`,
      [before?.at ?? null, before?.id ?? null, limit],
    );
  }

  /** @param accountId null: of the administrator of the token file */
  ofAccount(accountId: string | null): Promise<TokenRow[]> {
    return this.rows(
      `${rowSql} WHERE t.account_id IS NOT DISTINCT FROM $1::uuid ORDER BY t.created_at DESC, t.id DESC LIMIT 500`,
      [accountId],
    );
  }

  async revoke(id: string): Promise<void> {
    await this.database.pool.query('UPDATE api_token SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL', [
      id,
    ]);
  }

  /** It has a successor, and goes on no longer than until then. */
  async endBy(id: string, end: Date): Promise<void> {
    await this.database.pool.query('UPDATE api_token SET expires_at = least(expires_at, $2) WHERE id = $1', [id, end]);
  }

  private async rows(sql: string, values: unknown[]): Promise<TokenRow[]> {
    const result = await this.database.pool.query<TokenRow>(sql, values);
    return result.rows.map((row) => ({ ...row, grants: row.grants === null ? null : grantsSchema.parse(row.grants) }));
  }
}

/** A token of the administrator has no account to ask. */
function ownerRights(accountId: string | null, row: unknown): Rights {
  const told = accountId === null ? { ...(row as object), grants: [fullGrant] } : row;
  return rightsOf(told);
}

/** No list: from anywhere. */
export function isFrom(address: string, allowed: readonly string[]): boolean {
  return allowed.length === 0 || isInNetworks(address, allowed);
}
