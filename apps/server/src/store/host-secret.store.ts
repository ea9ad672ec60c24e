import type { Body } from '@carillon/contract/agent/catalog';
import type { PasswordTrial } from '@carillon/core/secrets/secret-rules';
import { type VaultName, vaultKey } from '@carillon/core/secrets/secret-use';
import type { HostStanding, UsedIn, UsingJob } from '@carillon/core/secrets/standings';
import { Inject, Injectable } from '@nestjs/common';
import { AcceptedStore } from './accepted.store.js';
import { noteChange } from './audit-act.js';
import { Database } from './database.store.js';
import type { FenceClaim } from './fence.js';
import { type Columns, unnest } from './unnest.js';

type StatusItem = Body<'secrets.status'>['items'][number];

/** Why a host is not given a new password yet: another one tries it. */
export const heldBack = 'tried_elsewhere';

const statusColumns = {
  purpose: ['text', (item: StatusItem) => item.purpose],
  name_key: ['text', (item) => item.name],
  state: ['text', (item) => item.state],
  version: ['int', (item) => item.version],
  code: ['text', (item) => clean(item.code)],
  message: ['text', (item) => clean(item.message)],
} as const satisfies Columns<StatusItem>;

type UsedBy = VaultName & Pick<UsingJob, 'jobId'>;

const usedColumns = {
  purpose: ['text', ({ purpose }: UsedBy) => purpose],
  name: ['text', ({ name }) => name],
  job_id: ['uuid', ({ jobId }) => jobId],
} as const satisfies Columns<UsedBy>;

/** Keys of hosts for their secrets, and what they tell of what they were given. */
@Injectable()
export class HostSecretStore {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
  ) {}

  /** The keys that hosts told. */
  async sealKeys(hostIds: readonly string[]): Promise<Map<string, string>> {
    const { rows } = await this.database.pool.query<{ hostId: string; key: string }>(
      'SELECT host_id AS "hostId", key FROM host_seal_key WHERE host_id = ANY($1::uuid[])',
      [hostIds],
    );
    return new Map(rows.map(({ hostId, key }) => [hostId, key]));
  }

  /** Takes a host's key into the row and into the book. @throws NotSigned when the host has not signed it */
  async noteKey({ hostId, name }: { hostId: string; name: string }, told: Body<'secrets.key'>): Promise<void> {
    const { key, signature } = told;
    await this.database.transaction(async (tx) => {
      await tx.$executeRaw`
        INSERT INTO host_seal_key (host_id, key, signature) VALUES (${hostId}::uuid, ${key}, ${signature})
        ON CONFLICT (host_id) DO UPDATE SET key = excluded.key, signature = excluded.signature`;
      this.accepted.note({ kind: 'seal-key', hostId, key, signature });
      noteChange({ by: name, via: 'agent', kind: 'Host', act: 'told its key for secrets', what: name, after: { key } });
    });
  }

  /** What the host says now takes the place of what it said before. */
  async note({ hostId, fence }: FenceClaim, items: readonly StatusItem[]): Promise<void> {
    const batch = unnest('x', statusColumns, items, 3);
    await this.database.pool.query(
      `WITH held AS (SELECT host_id FROM agent_session WHERE host_id = $1 AND fence = $2),
         told AS (SELECT DISTINCT ON (x.purpose, x.name_key) x.* FROM ${batch.sql}),
         gone AS (DELETE FROM host_secret s USING held WHERE s.host_id = held.host_id
           AND NOT EXISTS (SELECT FROM told WHERE told.purpose = s.purpose AND told.name_key = s.name_key))
       INSERT INTO host_secret (host_id, purpose, name_key, state, version, code, message, updated_at)
       SELECT held.host_id, t.purpose, t.name_key, t.state, t.version, t.code, t.message, now() FROM held, told t
       ON CONFLICT (host_id, purpose, name_key) DO UPDATE SET state = excluded.state, version = excluded.version,
         code = excluded.code, message = excluded.message, updated_at = now()`,
      [hostId, fence, ...batch.values],
    );
  }

  /** Of these hosts, those that have not told of what was changed since: their notice may have been lost. */
  async behind(hostIds: readonly string[]): Promise<string[]> {
    const { rows } = await this.database.pool.query<{ hostId: string }>(
      `SELECT DISTINCT s.host_id AS "hostId" FROM host_secret s JOIN job_secret j USING (purpose, name_key)
       WHERE s.host_id = ANY($1::uuid[]) AND s.version IS DISTINCT FROM j.version
         AND (j.updated_at > s.updated_at OR (s.code = '${heldBack}' AND s.updated_at < now() - interval '1 minute'))`,
      [hostIds],
    );
    return rows.map(({ hostId }) => hostId);
  }

  /** How far the newest password of an account is; null where there is none. */
  async trialOf(account: string): Promise<(PasswordTrial & { readonly version: number }) | null> {
    const { rows } = await this.database.pool.query<PasswordTrial & { version: number }>(
      `SELECT j.version, CASE WHEN j.tried_version = j.version THEN j.tried_host END AS "hostId",
         CASE WHEN j.tried_version = j.version THEN (extract(epoch FROM j.tried_at) * 1000)::float8 END AS "sinceMs",
         coalesce(bool_or(s.state = 'verified'), false) AS "isVerified",
         coalesce(bool_or(s.state = 'failed'), false) AS "isRefused"
       FROM job_secret j LEFT JOIN host_secret s ON s.purpose = j.purpose AND s.name_key = j.name_key AND s.version = j.version
       WHERE j.purpose = 'account' AND j.name_key = $1 GROUP BY j.purpose, j.name_key`,
      [account],
    );
    return rows[0] ?? null;
  }

  /** Lets one host try a password, if nobody else took the turn meanwhile. @param before who had it */
  async claimTrial(account: string, version: number, hostId: string, before: string | null): Promise<boolean> {
    const { rowCount } = await this.database.pool.query(
      `UPDATE job_secret SET tried_version = $2, tried_host = $3, tried_at = now()
       WHERE purpose = 'account' AND name_key = $1 AND version = $2
         AND CASE WHEN tried_version = $2 THEN tried_host END IS NOT DISTINCT FROM $4::uuid`,
      [account, version, hostId, before],
    );
    return rowCount === 1;
  }

  /** Hosts that wait for this one, which tried the newest passwords of these accounts. */
  async waitingFor(hostId: string, accounts: readonly string[]): Promise<string[]> {
    const { rows } = await this.database.pool.query<{ hostId: string }>(
      `SELECT DISTINCT s.host_id AS "hostId" FROM host_secret s JOIN job_secret j USING (purpose, name_key)
       WHERE purpose = 'account' AND name_key = ANY($1) AND j.tried_host = $2 AND s.host_id <> $2
         AND s.version IS DISTINCT FROM j.version`,
      [accounts, hostId],
    );
    return rows.map((row) => row.hostId);
  }

  /** Texts of definitions, by `JOB-ID VERSION`. */
  async definitions(jobs: readonly { jobId: string; version: number }[]): Promise<Map<string, string>> {
    const { rows } = await this.database.pool.query<{ key: string; text: string }>(
      `SELECT v.job_id || ' ' || v.version AS key, v.manifest AS text FROM job_version v
       WHERE (v.job_id, v.version) IN (SELECT * FROM unnest($1::uuid[], $2::int[]))`,
      [jobs.map(({ jobId }) => jobId), jobs.map(({ version }) => version)],
    );
    return new Map(rows.map(({ key, text }) => [key, text]));
  }

  /** All jobs that need something of the vault. */
  async usingJobs(): Promise<UsingJob[]> {
    const { rows } = await this.database.pool.query<UsingJob>(
      `SELECT j.id AS "jobId", j.name, v.spec FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
       WHERE j.deleted_at IS NULL AND (v.spec->'run' ? 'secrets' OR v.spec->>'runAs' LIKE 'user:%' OR v.spec ? 'overrides')
       ORDER BY j.name_key`,
    );
    return rows;
  }

  /** How the hosts of the jobs that use these things stand with each, by core's `vaultKey`, hosts by name: one query. */
  async standings(used: readonly Pick<UsedIn, 'name' | 'jobs'>[]): Promise<ReadonlyMap<string, HostStanding[]>> {
    const pairs = used.flatMap(({ name, jobs }) => jobs.map(({ jobId }) => ({ ...name, jobId })));
    const found = new Map(used.map(({ name }): [string, HostStanding[]] => [vaultKey(name), []]));
    if (pairs.length === 0) return found;
    const batch = unnest('x', usedColumns, pairs);
    const { rows } = await this.database.pool.query<HostStanding & VaultName>(
      `SELECT x.purpose, x.name, a.job_id AS "jobId", h.id AS "hostId", h.name AS host,
         coalesce(h.capabilities, '{}') AS capabilities, s.state, s.version, s.code, s.message, s.updated_at AS "updatedAt"
       FROM ${batch.sql} JOIN assignment a ON a.job_id = x.job_id JOIN host h ON h.id = a.host_id
         LEFT JOIN host_secret s ON s.host_id = h.id AND s.purpose = x.purpose AND s.name_key = x.name
       WHERE a.state <> 'removing' ORDER BY h.name_key, a.job_id`,
      batch.values,
    );
    for (const { purpose, name, ...row } of rows) found.get(vaultKey({ purpose, name }))?.push(row);
    return found;
  }
}

/** Postgres text cannot hold U+0000. */
function clean(text: string | undefined): string | null {
  return text?.replaceAll('\0', '\u2400') ?? null;
}
