import { Inject, Injectable } from '@nestjs/common';
import { noteChange } from './audit-act.js';
import { Database } from './database.store.js';
import { poolTransaction } from './pool-transaction.js';

export interface SessionRow {
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly accountId: string | null;
  readonly method: string | null;
  readonly address: string | null;
  readonly agent: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

const alive = `c.kind = 'session' AND c.revoked_at IS NULL AND c.expires_at > now()`;
const sessionSql = `SELECT c.id, c.hash, coalesce(a.name, c.name) AS name, c.account_id AS "accountId", c.method, c.address, c.agent,
  c.created_at AS "createdAt", c.expires_at AS "expiresAt" FROM credential c LEFT JOIN account a ON a.id = c.account_id`;

/** Sessions of browsers, as people look at them. */
@Injectable()
export class SessionListStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async list(before: string | null, limit: number): Promise<SessionRow[]> {
    const result = await this.database.pool.query<SessionRow>(
      `${sessionSql} WHERE ${alive} AND ($1::uuid IS NULL OR c.id < $1) ORDER BY c.id DESC LIMIT $2`,
      [before, limit],
    );
    return result.rows;
  }

  /** @param accountId null: of the administrator of the token file */
  async ofAccount(accountId: string | null): Promise<SessionRow[]> {
    const result = await this.database.pool.query<SessionRow>(
      `${sessionSql} WHERE ${alive} AND c.account_id IS NOT DISTINCT FROM $1::uuid ORDER BY c.id DESC LIMIT 100`,
      [accountId],
    );
    return result.rows;
  }

  async byId(id: string): Promise<SessionRow | null> {
    const result = await this.database.pool.query<SessionRow>(`${sessionSql} WHERE ${alive} AND c.id = $1`, [id]);
    return result.rows[0] ?? null;
  }

  /** The audit says whose it was, not only its number. */
  async end({ id, name, address }: Pick<SessionRow, 'id' | 'name' | 'address'>): Promise<void> {
    await poolTransaction(this.database.pool, async (client) => {
      noteChange({ kind: 'Session', act: 'ended', what: name, after: { session: id, address } });
      await client.query(
        'UPDATE credential SET revoked_at = now(), sign_out_hint = NULL WHERE id = $1 AND revoked_at IS NULL',
        [id],
      );
    });
  }

  /** Ends what an account has open, but for one session. */
  async endOthers(accountId: string, exceptHash: string | null): Promise<void> {
    await this.database.pool.query(
      `UPDATE credential SET revoked_at = now(), sign_out_hint = NULL
       WHERE account_id = $1 AND revoked_at IS NULL AND hash IS DISTINCT FROM $2`,
      [accountId, exceptHash],
    );
  }

  /** Which of these sessions still last, of accounts that are not switched off. */
  async alive(hashes: readonly string[]): Promise<Set<string>> {
    const result = await this.database.pool.query<{ hash: string }>(
      `SELECT c.hash FROM credential c LEFT JOIN account a ON a.id = c.account_id
       WHERE c.hash = ANY($1) AND ${alive} AND a.disabled_at IS NULL`,
      [hashes],
    );
    return new Set(result.rows.map(({ hash }) => hash));
  }
}
