import { randomBytes } from 'node:crypto';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';

export interface Session {
  readonly name: string;
  readonly expiresAtMs: number;
}

/** Secrets that sign browsers in or let them listen: sessions and one-time tickets. Only hashes come here. */
@Injectable()
export class CredentialStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  addSession(hash: string, name: string, expiresAtMs: number): Promise<void> {
    return this.add('session', hash, name, expiresAtMs);
  }

  addTicket(hash: string, name: string, expiresAtMs: number): Promise<void> {
    return this.add('link', hash, name, expiresAtMs);
  }

  addLiveTicket(hash: string, name: string, expiresAtMs: number): Promise<void> {
    return this.add('live', hash, name, expiresAtMs);
  }

  /** The session while it lasts. */
  async session(hash: string): Promise<Session | null> {
    const result = await this.database.pool.query<{ name: string; expiresAt: Date }>(
      `SELECT name, expires_at AS "expiresAt" FROM credential
       WHERE hash = $1 AND kind = 'session' AND revoked_at IS NULL AND expires_at > now()`,
      [hash],
    );
    const row = result.rows[0];
    return row ? { name: row.name, expiresAtMs: row.expiresAt.getTime() } : null;
  }

  async endSession(hash: string): Promise<void> {
    await this.database.pool.query(
      `UPDATE credential SET revoked_at = now() WHERE hash = $1 AND kind = 'session' AND revoked_at IS NULL`,
      [hash],
    );
  }

  /** Uses a ticket up: of two callers at the same time one gets null. @returns whom it signs in */
  useTicket(hash: string): Promise<string | null> {
    return this.use('link', hash);
  }

  /** The same for a ticket of the live socket. @returns who listens */
  useLiveTicket(hash: string): Promise<string | null> {
    return this.use('live', hash);
  }

  private async use(kind: 'link' | 'live', hash: string): Promise<string | null> {
    const result = await this.database.pool.query<{ name: string }>(
      `UPDATE credential SET used_at = now()
       WHERE hash = $1 AND kind = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now() RETURNING name`,
      [hash, kind],
    );
    return result.rows[0]?.name ?? null;
  }

  private async add(kind: 'session' | 'link' | 'live', hash: string, name: string, expiresAtMs: number): Promise<void> {
    await this.database.pool.query(
      'INSERT INTO credential (id, kind, hash, name, expires_at) VALUES ($1, $2, $3, $4, $5)',
      [makeUuid7(Date.now(), randomBytes(10)), kind, hash, name, new Date(expiresAtMs)],
    );
  }
}
