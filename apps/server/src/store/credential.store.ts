import { createHash, randomBytes } from 'node:crypto';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';

/** `session` a browser's cookie, `link` a one-time ticket, `token` what a program sends. */
export type CredentialKind = 'session' | 'link' | 'token';

export interface Credential {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly name: string;
  readonly expiresAt: Date | null;
}

const columns = 'id, kind, name, expires_at AS "expiresAt"';
const live = 'revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())';

/** Secrets that sign somebody in. Only their hashes are stored; every secret has 256 random bits, so a fast hash will do. */
@Injectable()
export class CredentialStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Makes a secret. @returns the secret, which nobody can read again, and its row */
  async create(kind: CredentialKind, name: string, expiresAt: Date): Promise<{ secret: string; credential: Credential }> {
    const secret = randomBytes(32).toString('base64url');
    const id = makeUuid7(Date.now(), randomBytes(10));
    await this.database.pool.query(
      'INSERT INTO credential (id, kind, hash, name, expires_at) VALUES ($1, $2, $3, $4, $5)',
      [id, kind, hashSecret(secret), name, expiresAt],
    );
    return { secret, credential: { id, kind, name, expiresAt } };
  }

  /**
   * The live credential with this secret. The database compares hashes: how long it takes tells nothing about a secret
   * that one could not already hash.
   */
  async find(kind: CredentialKind, secret: string): Promise<Credential | null> {
    const result = await this.database.pool.query<Credential>(
      `SELECT ${columns} FROM credential WHERE hash = $1 AND kind = $2 AND ${live}`,
      [hashSecret(secret), kind],
    );
    return result.rows[0] ?? null;
  }

  /** Uses a secret that works once: of two callers at the same time one gets null. */
  async redeem(kind: CredentialKind, secret: string): Promise<Credential | null> {
    const result = await this.database.pool.query<Credential>(
      `UPDATE credential SET used_at = now() WHERE hash = $1 AND kind = $2 AND used_at IS NULL AND ${live} RETURNING ${columns}`,
      [hashSecret(secret), kind],
    );
    return result.rows[0] ?? null;
  }

  /** @returns false when it was revoked before */
  async revoke(id: string): Promise<boolean> {
    const result = await this.database.pool.query(
      'UPDATE credential SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL',
      [id],
    );
    return result.rowCount === 1;
  }

  /**
   * Makes this secret the only token of that name: a token that was replaced in its file is dead, one that was put back
   * works again.
   */
  async setToken(name: string, secret: string): Promise<void> {
    const id = makeUuid7(Date.now(), randomBytes(10));
    await this.database.pool.query(
      `WITH old AS (
         UPDATE credential SET revoked_at = now() WHERE kind = 'token' AND name = $2 AND hash <> $3 AND revoked_at IS NULL)
       INSERT INTO credential (id, kind, hash, name) VALUES ($1, 'token', $3, $2)
       ON CONFLICT (hash) DO UPDATE SET revoked_at = NULL, expires_at = NULL`,
      [id, name, hashSecret(secret)],
    );
  }
}

function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
