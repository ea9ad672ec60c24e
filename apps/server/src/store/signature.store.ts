import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { verifyText } from '@carillon/core/desired/signing';
import { Inject, Injectable } from '@nestjs/common';
import { Signer } from '../shared/signer.js';
import { isRefusal } from '../shared/signing/signer-requests.js';
import { AcceptedStore } from './accepted.store.js';
import { Database } from './database.store.js';

interface StoredManifest {
  readonly jobId: string;
  readonly version: number;
  readonly name: string;
  readonly text: string;
  readonly hash: string;
  readonly signature: string;
}

export interface BadManifest {
  readonly name: string;
  readonly code: 'bad_signature' | 'bad_manifest' | 'unknown_job' | 'book_changed';
  readonly message: string;
}

/** The signatures of stored definitions. */
@Injectable()
export class SignatureStore {
  /** Found good, with the keys that were trusted then: checking one takes a fifth of a millisecond. */
  private good = new Set<string>();
  private goodAt = 0;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Signer) private readonly signer: Signer,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
  ) {}

  /** Lets the signer read what was accepted meanwhile. */
  async readBook(): Promise<void> {
    await this.accepted.sync();
  }

  /** Current definitions whose text or signature is not good any more. */
  async badManifests(): Promise<BadManifest[]> {
    const { bad, unsigned } = await this.check();
    const message = (name: string) => `job ${name}: the signature of its definition is not by a key of ours`;
    return [...bad, ...unsigned.map(({ name }) => ({ name, code: 'bad_signature' as const, message: message(name) }))];
  }

  /** Signs current definitions anew whose key is not good any more, if they are those that were accepted. */
  async renew(): Promise<void> {
    for (const { jobId, version, text } of (await this.check()).unsigned) {
      const signature = await this.accepted.signManifest(text);
      await this.database.pool.query(
        'UPDATE job_version SET signature = $3 WHERE job_id = $1 AND version = $2 AND manifest = $4',
        [jobId, version, signature, text],
      );
    }
    await this.accepted.vouch();
  }

  private async check(): Promise<{ bad: BadManifest[]; unsigned: StoredManifest[] }> {
    const { trusted, version } = this.signer.trust;
    if (this.goodAt !== version) this.good = new Set();
    this.goodAt = version;
    const { rows } = await this.database.pool.query<StoredManifest & { specHash: string }>(
      `SELECT v.job_id AS "jobId", v.version, j.name, v.manifest AS text, v.manifest_hash AS hash, v.spec_hash AS "specHash", v.signature
       FROM job_version v JOIN job j ON j.id = v.job_id
       WHERE j.deleted_at IS NULL AND (v.version = j.current_version
         OR EXISTS (SELECT FROM assignment a WHERE a.job_id = v.job_id AND a.version = v.version))`,
    );
    const verdicts = await this.accepted.judge(
      rows.map(({ jobId, version: number, text, specHash }) => ({
        jobId,
        version: number,
        specHash,
        manifestHash: sha256Hex(text),
      })),
    );
    const bad: BadManifest[] = [];
    const unsigned: StoredManifest[] = [];
    for (const [index, row] of rows.entries()) {
      const verdict = verdicts[index];
      if (verdict && isRefusal(verdict)) {
        bad.push({ name: row.name, code: verdict.code as BadManifest['code'], message: verdict.message });
        continue;
      }
      const key = `${row.hash} ${row.signature}`;
      if (this.good.has(key)) continue;
      if (trusted.some((each) => verifyText(each, 'carillon/v1/manifest', row.text, row.signature))) this.good.add(key);
      else unsigned.push(row);
    }
    return { bad, unsigned };
  }
}
