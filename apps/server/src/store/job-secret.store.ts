import { type VaultName, type VaultPurpose, vaultName } from '@carillon/core/secrets/secret-use';
import { Inject, Injectable } from '@nestjs/common';
import type { VaultRow } from '../shared/signing/signer-requests.js';
import { sealedHash } from '../shared/signing/vault-desk.js';
import { AcceptedStore } from './accepted.store.js';
import { Database } from './database.store.js';

/** What is told of a secret: everything but its value. */
export interface JobSecretRow extends VaultName {
  /** As it was written. */
  readonly shown: string;
  readonly version: number;
  readonly jobs: readonly string[];
  readonly description: string;
  readonly expiresAt: Date | null;
  readonly author: string;
  readonly updatedAt: Date;
}

/** What somebody hands over or changes; what is absent stays as it is. */
export interface SecretChange {
  readonly purpose: VaultPurpose;
  /** As it is written. */
  readonly shown: string;
  readonly value?: string | undefined;
  readonly jobs?: readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly expiresAt?: Date | null | undefined;
}

const columns = `purpose, name_key AS name, name AS shown, version, jobs, description, expires_at AS "expiresAt", author,
  updated_at AS "updatedAt"`;

/** Secrets of jobs and passwords of their accounts, as ciphertext; values go in and come out for hosts alone, sealed to them. */
@Injectable()
export class JobSecretStore {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
  ) {}

  /**
   * Keeps a new value, or other facts of one that is there. @returns null when there is neither
   * @throws NotSigned
   */
  async put({ purpose, shown, value, ...change }: SecretChange, author: string): Promise<JobSecretRow | null> {
    const name = vaultName(purpose, shown);
    return this.database.transaction(async (tx) => {
      // One value after the other: each gets the next version, which its entry in the book must follow.
      await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('carillon.vault'))::text`;
      const where = { purpose_nameKey: { purpose, nameKey: name.name } };
      const before = await tx.jobSecret.findUnique({ where });
      if (!before && value === undefined) return null;
      const next = value === undefined ? null : await this.accepted.sealForVault(name, value);
      const sealed = next ? new Uint8Array(Buffer.from(next.sealed, 'base64')) : (before?.sealed ?? new Uint8Array());
      const row = {
        name: shown,
        version: next?.valueVersion ?? before?.version ?? 1,
        sealed,
        jobs: [...(change.jobs ?? before?.jobs ?? [])],
        description: change.description ?? before?.description ?? '',
        expiresAt: change.expiresAt === undefined ? (before?.expiresAt ?? null) : change.expiresAt,
        author,
        updatedAt: new Date(),
      };
      await tx.jobSecret.upsert({ where, create: { purpose, nameKey: name.name, ...row }, update: row });
      const { version, jobs } = row;
      this.accepted.note({ kind: 'secret', ...name, version, jobs, sealedHash: hashOf(sealed) });
      return { ...name, shown, ...row };
    });
  }

  /** @returns whether it was there */
  async remove(name: VaultName): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('carillon.vault'))::text`;
      const { count } = await tx.jobSecret.deleteMany({ where: { purpose: name.purpose, nameKey: name.name } });
      if (count > 0) this.accepted.note({ kind: 'secret-gone', ...name });
      return count > 0;
    });
  }

  /** By name. */
  async list(purpose?: VaultPurpose): Promise<JobSecretRow[]> {
    const { rows } = await this.database.pool.query<JobSecretRow>(
      `SELECT ${columns} FROM job_secret WHERE $1::text IS NULL OR purpose = $1 ORDER BY purpose, name_key`,
      [purpose ?? null],
    );
    return rows;
  }

  async get({ purpose, name }: VaultName): Promise<JobSecretRow | null> {
    const { rows } = await this.database.pool.query<JobSecretRow>(
      `SELECT ${columns} FROM job_secret WHERE purpose = $1 AND name_key = $2`,
      [purpose, name],
    );
    return rows[0] ?? null;
  }

  /** Ciphertexts, of some or of all. */
  async sealed(names: readonly VaultName[] | 'all'): Promise<VaultRow[]> {
    const some = names === 'all' ? null : names;
    const { rows } = await this.database.pool.query<VaultRow>(
      `SELECT purpose, name_key AS name, version, translate(encode(sealed, 'base64'), E'\\n', '') AS sealed FROM job_secret
       WHERE $1::text[] IS NULL OR (purpose, name_key) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
      [some?.map(({ purpose }) => purpose) ?? null, some?.map(({ name }) => name) ?? null],
    );
    return rows;
  }
}

function hashOf(sealed: Uint8Array): string {
  return sealedHash(Buffer.from(sealed).toString('base64'));
}
