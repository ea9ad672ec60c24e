import type { Body } from '@carillon/contract/agent/catalog';
import type { DesiredEntry } from '@carillon/core/desired/desired-state';
import type { HostState } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { Database } from './database.store.js';
import { type FenceClaim, holdsFence } from './fence.js';
import { poolTransaction } from './pool-transaction.js';
import { unnest } from './unnest.js';

type ApplyStatus = Body<'apply.status'>;
type JobStatus = ApplyStatus['jobs'][number];

export interface HostDesired {
  readonly rev: number;
  readonly hash: string;
  readonly entries: readonly DesiredEntry[];
}

export interface SignedManifest {
  readonly text: string;
  readonly signature: string;
}

export interface DeliveredEntry {
  readonly hostId: string;
  readonly jobId: string;
  readonly manifestHash: string;
}

export interface ToldHost {
  readonly hostId: string;
  readonly rev: number;
}

export interface ChangedHost {
  readonly hostId: string;
  readonly state: HostState;
  readonly desired: { readonly rev: number; readonly hash: string };
}

/** The way of the desired state to the host and of its answer back. */
@Injectable()
export class DeliveryStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Revision, hash and entries of each host, of one moment (one statement); in the order asked. */
  async load(hostIds: readonly string[]): Promise<(HostDesired | null)[]> {
    const result = await this.database.pool.query<{ id: string; rev: string; hash: string; entries: DesiredEntry[] }>(
      `SELECT h.id, h.desired_rev AS rev, h.desired_hash AS hash, coalesce(
         jsonb_agg(jsonb_build_object('jobId', a.job_id, 'version', a.version, 'manifestHash', a.manifest_hash) ORDER BY a.job_id)
           FILTER (WHERE a.job_id IS NOT NULL), '[]') AS entries
       FROM host h LEFT JOIN assignment a ON a.host_id = h.id AND a.state <> 'removing'
       WHERE h.id = ANY($1::uuid[]) GROUP BY h.id`,
      [hostIds],
    );
    const byId = new Map(result.rows.map(({ id, rev, hash, entries }) => [id, { rev: Number(rev), hash, entries }]));
    return hostIds.map((hostId) => byId.get(hostId) ?? null);
  }

  async manifests(entries: readonly DesiredEntry[]): Promise<{ hash: string; manifest: SignedManifest }[]> {
    if (entries.length === 0) return [];
    const batch = unnest(
      'x',
      { job_id: ['uuid', (entry: DesiredEntry) => entry.jobId], version: ['int', (entry) => entry.version] },
      entries,
    );
    const result = await this.database.pool.query<SignedManifest & { hash: string }>(
      `SELECT v.manifest AS text, v.signature, v.manifest_hash AS hash
       FROM job_version v JOIN ${batch.sql} USING (job_id, version)`,
      batch.values,
    );
    return result.rows.map(({ hash, text, signature }) => ({ hash, manifest: { text, signature } }));
  }

  /** Only what was sent, and only if nobody wanted something else meanwhile. */
  async markDelivered(entries: readonly DeliveredEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const batch = unnest(
      'x',
      {
        host_id: ['uuid', (entry: DeliveredEntry) => entry.hostId],
        job_id: ['uuid', (entry) => entry.jobId],
        hash: ['text', (entry) => entry.manifestHash],
      },
      entries,
    );
    await this.database.pool.query(
      `UPDATE assignment a SET state = 'delivered', updated_at = now() FROM ${batch.sql}
       WHERE a.host_id = x.host_id AND a.job_id = x.job_id AND a.manifest_hash = x.hash AND a.state = 'desired'`,
      batch.values,
    );
  }

  /**
   * Notes what became of each job on the host. An answer about another version than the one now wanted is old news.
   * @returns false when a newer session of the host exists
   */
  apply(claim: FenceClaim, status: ApplyStatus): Promise<boolean> {
    return poolTransaction(this.database.pool, async (client) => {
      if (!(await holdsFence(client, claim))) return false;
      await updateAssignments(client, claim.hostId, status.jobs);
      await client.query('UPDATE host SET observed_hash = $2 WHERE id = $1 AND observed_hash IS DISTINCT FROM $2', [
        claim.hostId,
        status.observedHash,
      ]);
      await removeAssignments(client, claim.hostId, status);
      return true;
    });
  }

  /** Hosts that were told another revision than the one now desired, or that are no longer active. */
  async changed(told: readonly ToldHost[]): Promise<ChangedHost[]> {
    const batch = unnest(
      'x',
      { id: ['uuid', (host: ToldHost) => host.hostId], rev: ['bigint', (host) => host.rev] },
      told,
    );
    const result = await this.database.pool.query<{ hostId: string; state: HostState; rev: string; hash: string }>(
      `SELECT h.id AS "hostId", h.state, h.desired_rev AS rev, h.desired_hash AS hash
       FROM host h JOIN ${batch.sql} ON x.id = h.id WHERE h.desired_rev <> x.rev OR h.state <> 'active'`,
      batch.values,
    );
    return result.rows.map((row) => ({
      hostId: row.hostId,
      state: row.state,
      desired: { rev: Number(row.rev), hash: row.hash },
    }));
  }
}

async function updateAssignments(client: pg.PoolClient, hostId: string, jobs: readonly JobStatus[]): Promise<void> {
  const batch = unnest(
    'x',
    {
      job_id: ['uuid', (job: JobStatus) => job.jobId],
      version: ['int', (job) => job.version],
      state: ['assignment_state', (job) => job.state],
      code: ['text', (job) => clean(job.code)],
      message: ['text', (job) => clean(job.message)],
    },
    jobs.filter((job) => job.state !== 'removed'),
  );
  await client.query(
    // "Applied" says what was registered, not how it looks now: only the agent's next look ends a drift.
    `UPDATE assignment a SET state = x.state, code = x.code, message = x.message, updated_at = now(),
       applied_version = CASE x.state WHEN 'applied' THEN x.version ELSE a.applied_version END
     FROM ${batch.sql}
     WHERE a.host_id = $${batch.values.length + 1} AND a.job_id = x.job_id AND a.version = x.version AND a.state <> 'removing'
       AND NOT (a.state = 'drifted' AND x.state = 'applied')`,
    [...batch.values, hostId],
  );
}

/**
 * Rows of jobs that the agent says it removed; and, when what is registered equals what is desired, the rows of jobs
 * that it never had.
 */
async function removeAssignments(client: pg.PoolClient, hostId: string, status: ApplyStatus): Promise<void> {
  await client.query(
    `DELETE FROM assignment a USING host h
     WHERE a.host_id = $1 AND h.id = $1 AND a.state = 'removing' AND (a.job_id = ANY($2::uuid[]) OR h.desired_hash = $3)`,
    [hostId, status.jobs.filter((job) => job.state === 'removed').map((job) => job.jobId), status.observedHash],
  );
}

/** Postgres text cannot hold U+0000; a message must not fail for it. */
function clean(text: string | undefined): string | null {
  return text?.replaceAll('\0', '\u2400') ?? null;
}
