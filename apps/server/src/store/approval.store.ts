import type { SignedApproval } from '@carillon/core/approval/signed-approval';
import type { DesiredEntry } from '@carillon/core/desired/desired-state';
import { Inject, Injectable } from '@nestjs/common';
import { noteChange } from './audit-act.js';
import { Database } from './database.store.js';
import { poolTransaction } from './pool-transaction.js';

export interface ApproverKeyRow {
  readonly key: string;
  readonly owner: string;
  readonly accountId: string;
  readonly name: string;
  readonly createdAt: Date;
  /** Of a security key: by which browsers find it. */
  readonly credentialId: string | null;
}

export type NewApproverKey = Omit<ApproverKeyRow, 'owner' | 'createdAt'>;

/** A job version as approvers sign it. */
export interface DefinitionToSign {
  readonly jobId: string;
  readonly name: string;
  readonly version: number;
  readonly manifest: string;
  readonly manifestHash: string;
  /** Who wrote it: the signed-in caller, where that was noted. */
  readonly author: string;
  /** As that one called himself. */
  readonly saidAuthor: string;
  /** Names of the hosts that should have it. */
  readonly hosts: readonly string[];
  readonly refusedBy: readonly string[];
  readonly approvals: readonly {
    readonly key: string;
    readonly signedBy: string;
    readonly at: string;
    readonly text: string;
  }[];
}

const keyColumns = `k.key, a.name AS owner, k.account_id AS "accountId", k.name, k.created_at AS "createdAt", k.credential_id AS "credentialId"`;

/** Public keys of approvers, and what they signed. None of it is believed by hosts: they judge by their own lists. */
@Injectable()
export class ApprovalStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async keys(): Promise<ApproverKeyRow[]> {
    const { rows } = await this.database.pool.query<ApproverKeyRow>(
      `SELECT ${keyColumns} FROM approver_key k JOIN account a ON a.id = k.account_id ORDER BY a.name_key, k.created_at`,
    );
    return rows;
  }

  async key(key: string): Promise<ApproverKeyRow | null> {
    const { rows } = await this.database.pool.query<ApproverKeyRow>(
      `SELECT ${keyColumns} FROM approver_key k JOIN account a ON a.id = k.account_id WHERE k.key = $1`,
      [key],
    );
    return rows[0] ?? null;
  }

  /** @returns false where it is registered already */
  async addKey({ key, accountId, name, credentialId }: NewApproverKey): Promise<boolean> {
    const { rowCount } = await this.database.pool.query(
      `INSERT INTO approver_key (key, account_id, name, credential_id) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO NOTHING`,
      [key, accountId, name, credentialId],
    );
    return rowCount === 1;
  }

  /**
   * Notes how often a security key was used, as its authenticator says. Those that do not count say 0 for ever.
   * @returns false where it had been used as often before: somebody has a copy of it, or says again what was said
   */
  async noteUse(key: string, signCount: number): Promise<boolean> {
    const { rowCount } = await this.database.pool.query(
      'UPDATE approver_key SET sign_count = $2 WHERE key = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0))',
      [key, signCount],
    );
    return rowCount === 1;
  }

  async removeKey(key: string): Promise<void> {
    await this.database.pool.query('DELETE FROM approver_key WHERE key = $1', [key]);
  }

  /** The current version of a live job. */
  async toSign(name: string): Promise<DefinitionToSign | null> {
    const { rows } = await this.database.pool.query<DefinitionToSign>(
      `SELECT j.id AS "jobId", j.name, v.version, v.manifest, v.manifest_hash AS "manifestHash",
         coalesce(v.written_by, v.author) AS author, v.author AS "saidAuthor",
         (SELECT coalesce(json_agg(h.name ORDER BY h.name_key), '[]') FROM assignment a JOIN host h ON h.id = a.host_id
          WHERE a.job_id = j.id AND a.state <> 'removing') AS hosts,
         (SELECT coalesce(json_agg(h.name ORDER BY h.name_key), '[]') FROM assignment a JOIN host h ON h.id = a.host_id
          WHERE a.job_id = j.id AND a.state = 'rejected' AND a.code = 'not_approved') AS "refusedBy",
         (SELECT coalesce(json_agg(json_build_object('key', d.key, 'signedBy', d.signed_by, 'at', d.at, 'text', d.text)
            ORDER BY d.at), '[]') FROM definition_approval d WHERE d.job_id = j.id AND d.version = v.version) AS approvals
       FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
       WHERE j.name_key = $1 AND j.deleted_at IS NULL`,
      [name.toLowerCase()],
    );
    return rows[0] ?? null;
  }

  /**
   * Keeps what was signed, in the place of what the same key signed of this version before; hosts that wait for it are told.
   * @returns ids of these hosts
   */
  async keep(definition: DefinitionToSign, { text, signature, key }: SignedApproval, by: string): Promise<string[]> {
    const { jobId, version, name } = definition;
    return poolTransaction(this.database.pool, async (client) => {
      await client.query(
        `INSERT INTO definition_approval (job_id, version, key, text, signature, signed_by) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (job_id, version, key) DO UPDATE SET text = excluded.text, signature = excluded.signature,
           signed_by = excluded.signed_by, at = now()`,
        [jobId, version, key, text, signature, by],
      );
      noteChange({
        kind: 'Job',
        act: 'approval signed',
        what: name,
        after: { version, key },
        ref: { job: jobId, version },
      });
      // Whoever has the definition and refused it asks again where the number of its desired state has moved on.
      const { rows } = await client.query<{ id: string }>(
        `UPDATE host h SET desired_rev = desired_rev + 1 FROM assignment a
         WHERE a.host_id = h.id AND a.job_id = $1 AND a.state NOT IN ('applied', 'drifted', 'removing') RETURNING h.id`,
        [jobId],
      );
      return rows.map(({ id }) => id);
    });
  }

  /** What was signed of these definitions. */
  async of(entries: readonly DesiredEntry[]): Promise<SignedApproval[]> {
    if (entries.length === 0) return [];
    const { rows } = await this.database.pool.query<SignedApproval>(
      `SELECT d.text, d.signature, d.key FROM definition_approval d
       JOIN unnest($1::uuid[], $2::int[]) AS x(job_id, version) USING (job_id, version) ORDER BY d.job_id, d.at`,
      [entries.map(({ jobId }) => jobId), entries.map(({ version }) => version)],
    );
    return rows;
  }
}
