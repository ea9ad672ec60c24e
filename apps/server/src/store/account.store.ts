import { randomBytes } from 'node:crypto';
import { type Grant, grantsSchema } from '@carillon/core/access/grant';
import type { Json } from '@carillon/core/desired/canonical-json';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { noteChange } from './audit-act.js';
import { Database } from './database.store.js';
import { poolTransaction } from './pool-transaction.js';

export interface AccountRow {
  readonly id: string;
  readonly name: string;
  readonly kind: 'person' | 'service';
  readonly issuer: string | null;
  readonly grants: Grant[];
  readonly groups: string[];
  readonly passwordHash: string | null;
  readonly totpSecret: Buffer | null;
  readonly totpConfirmedAt: Date | null;
  readonly totpStep: number | null;
  readonly recoveryHashes: string[];
  readonly author: string;
  readonly createdAt: Date;
  readonly disabledAt: Date | null;
  readonly signedInAt: Date | null;
}

export interface GroupRoleRow {
  readonly name: string;
  readonly grants: Grant[];
  readonly author: string;
}

const columns = `id, name, kind, issuer, grants, groups, password_hash AS "passwordHash", totp_secret AS "totpSecret",
  totp_confirmed_at AS "totpConfirmedAt", totp_step::float8 AS "totpStep", recovery_hashes AS "recoveryHashes", author,
  created_at AS "createdAt", disabled_at AS "disabledAt", signed_in_at AS "signedInAt"`;

/** Who may sign in, and what they were granted. */
@Injectable()
export class AccountStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  list(after: string | null, limit: number): Promise<AccountRow[]> {
    return this.rows(
      `SELECT ${columns} FROM account WHERE ($1::text IS NULL OR name_key > $1) ORDER BY name_key LIMIT $2`,
      [after, limit],
    );
  }

  async byName(name: string): Promise<AccountRow | null> {
    return (await this.rows(`SELECT ${columns} FROM account WHERE name_key = $1`, [name.toLowerCase()]))[0] ?? null;
  }

  async byId(id: string): Promise<AccountRow | null> {
    return (await this.rows(`SELECT ${columns} FROM account WHERE id = $1`, [id]))[0] ?? null;
  }

  /** @returns null when somebody is called so already */
  async create(
    name: string,
    kind: AccountRow['kind'],
    grants: readonly Grant[],
    author: string,
  ): Promise<AccountRow | null> {
    const rows = await this.rows(
      `INSERT INTO account (id, name, name_key, kind, grants, author) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (name_key) DO NOTHING RETURNING ${columns}`,
      [makeUuid7(Date.now(), randomBytes(10)), name, name.toLowerCase(), kind, JSON.stringify(grants), author],
    );
    return rows[0] ?? null;
  }

  /** @returns null when nobody is called so */
  async change(
    name: string,
    { grants, disabled }: { grants?: readonly Grant[] | undefined; disabled?: boolean | undefined },
  ): Promise<AccountRow | null> {
    return poolTransaction(this.database.pool, async (client) => {
      const key = name.toLowerCase();
      const old = await client.query(`SELECT ${columns} FROM account WHERE name_key = $1 FOR UPDATE`, [key]);
      const { rows } = await client.query(
        `UPDATE account SET grants = coalesce($2::jsonb, grants),
           disabled_at = CASE $3::boolean WHEN true THEN coalesce(disabled_at, now()) WHEN false THEN NULL ELSE disabled_at END
         WHERE name_key = $1 RETURNING ${columns}`,
        [key, grants ? JSON.stringify(grants) : null, disabled ?? null],
      );
      const [before, after] = [old.rows[0], rows[0]].map((row) => (row ? rowOf(row) : null));
      if (before && after) {
        const shown = { before: shownOf(before), after: shownOf(after) };
        noteChange({ kind: 'Account', act: 'updated', what: after.name, ...shown });
      }
      return after ?? null;
    });
  }

  async remove(name: string): Promise<AccountRow | null> {
    return poolTransaction(this.database.pool, async (client) => {
      const key = name.toLowerCase();
      const { rows } = await client.query(`DELETE FROM account WHERE name_key = $1 RETURNING ${columns}`, [key]);
      const gone = rows[0] ? rowOf(rows[0]) : null;
      if (gone) noteChange({ kind: 'Account', act: 'deleted', what: gone.name, before: shownOf(gone) });
      return gone;
    });
  }

  async setPassword(id: string, hash: string): Promise<void> {
    await this.run('UPDATE account SET password_hash = $2 WHERE id = $1', [id, hash]);
  }

  /** The same password by another method, unless it was changed meanwhile. */
  async renewHash(id: string, from: string, to: string): Promise<void> {
    await this.run('UPDATE account SET password_hash = $3 WHERE id = $1 AND password_hash = $2', [id, from, to]);
  }

  /** Takes password and second factor away, and every session with them: what somebody lost may be in other hands. */
  async forgetSecrets(id: string): Promise<void> {
    await this.run(
      `WITH gone AS (UPDATE credential SET revoked_at = now() WHERE account_id = $1 AND revoked_at IS NULL)
       UPDATE account SET password_hash = NULL, totp_secret = NULL, totp_confirmed_at = NULL, totp_step = NULL,
         recovery_hashes = '{}' WHERE id = $1`,
      [id],
    );
  }

  async beginTotp(id: string, sealed: Buffer): Promise<void> {
    await this.run(
      'UPDATE account SET totp_secret = $2, totp_step = NULL WHERE id = $1 AND totp_confirmed_at IS NULL',
      [id, sealed],
    );
  }

  async confirmTotp(id: string, recoveryHashes: readonly string[]): Promise<void> {
    await this.run('UPDATE account SET totp_confirmed_at = now(), recovery_hashes = $2 WHERE id = $1', [
      id,
      recoveryHashes,
    ]);
  }

  async removeTotp(id: string): Promise<void> {
    await this.run(
      `UPDATE account SET totp_secret = NULL, totp_confirmed_at = NULL, totp_step = NULL, recovery_hashes = '{}'
       WHERE id = $1`,
      [id],
    );
  }

  /** Uses the code of a step up. @returns false when another sign-in was faster */
  async useTotpStep(id: string, step: number): Promise<boolean> {
    return (
      (await this.run('UPDATE account SET totp_step = $2 WHERE id = $1 AND coalesce(totp_step, -1) < $2', [id, step])) >
      0
    );
  }

  /** Uses a recovery code up. @returns false when it is none, or was used */
  async useRecoveryCode(id: string, hash: string): Promise<boolean> {
    return (
      (await this.run(
        'UPDATE account SET recovery_hashes = array_remove(recovery_hashes, $2) WHERE id = $1 AND $2 = ANY(recovery_hashes)',
        [id, hash],
      )) > 0
    );
  }

  async noteSignIn(id: string): Promise<void> {
    await this.run('UPDATE account SET signed_in_at = now() WHERE id = $1', [id]);
  }

  /** Members of a group, whose rights change with it. */
  async idsInGroup(group: string): Promise<string[]> {
    const result = await this.database.pool.query<{ id: string }>('SELECT id FROM account WHERE $1 = ANY(groups)', [
      group,
    ]);
    return result.rows.map(({ id }) => id);
  }

  async groupRoles(): Promise<GroupRoleRow[]> {
    const result = await this.database.pool.query<GroupRoleRow>(
      'SELECT name, grants, author FROM group_role ORDER BY name',
    );
    return result.rows.map((row) => ({ ...row, grants: grantsSchema.parse(row.grants) }));
  }

  async setGroupRole(name: string, grants: readonly Grant[], author: string): Promise<void> {
    await poolTransaction(this.database.pool, async (client) => {
      const old = await client.query<{ grants: Json }>('SELECT grants FROM group_role WHERE name = $1 FOR UPDATE', [
        name,
      ]);
      if (grants.length === 0) await client.query('DELETE FROM group_role WHERE name = $1', [name]);
      else
        await client.query(
          `INSERT INTO group_role (name, grants, author) VALUES ($1, $2, $3)
           ON CONFLICT (name) DO UPDATE SET grants = excluded.grants, author = excluded.author, updated_at = now()`,
          [name, JSON.stringify(grants), author],
        );
      noteChange({
        kind: 'Account',
        act: 'granted to a group',
        what: name,
        before: old.rows[0]?.grants ?? null,
        after: grants.length === 0 ? null : asJson(grants),
      });
    });
  }

  private async rows(sql: string, values: unknown[]): Promise<AccountRow[]> {
    const result = await this.database.pool.query<AccountRow>(sql, values);
    return result.rows.map(rowOf);
  }

  private async run(sql: string, values: unknown[]): Promise<number> {
    return (await this.database.pool.query(sql, values)).rowCount ?? 0;
  }
}

const rowOf = (row: AccountRow): AccountRow => ({ ...row, grants: grantsSchema.parse(row.grants) });
const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

/** What the audit keeps of an account. */
function shownOf({ kind, issuer, grants, groups, disabledAt }: AccountRow): Json {
  return asJson({ kind, issuer, grants, groups, disabled: disabledAt !== null });
}
