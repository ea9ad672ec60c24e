import { BlockList, isIP } from 'node:net';
import type { Rights } from '@carillon/core/access/decide';
import { fullGrant, type Grant } from '@carillon/core/access/grant';
import type { TokenArea } from '@carillon/core/access/roles';
import { Inject, Injectable } from '@nestjs/common';
import { rightsOf, rightsSql } from './account-rows.js';
import type { Holder } from './credential.store.js';
import { Database } from './database.store.js';

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
}

/** A token of the administrator has no account to ask. */
function ownerRights(accountId: string | null, row: unknown): Rights {
  const told = accountId === null ? { ...(row as object), grants: [fullGrant] } : row;
  return rightsOf(told);
}

/** No list: from anywhere. IPv4 that came over an IPv6 socket counts as what it is. */
export function isFrom(address: string, allowed: readonly string[]): boolean {
  if (allowed.length === 0) return true;
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  const list = new BlockList();
  for (const entry of allowed) {
    const [net = '', bits] = entry.split('/');
    const family = isIP(net) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(net, family);
    else list.addSubnet(net, Number(bits), family);
  }
  return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}
