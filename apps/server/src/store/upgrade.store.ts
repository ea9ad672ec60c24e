import { randomBytes } from 'node:crypto';
import { canonicalJson, type Json } from '@carillon/core/desired/canonical-json';
import type { Target } from '@carillon/core/host/target';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import type { RecordText } from '@carillon/core/text/record-texts';
import type { Release, SignedRelease } from '@carillon/core/upgrade/release';
import { brokenVersionCodes, haltAfterFailures, type UpgradeHost } from '@carillon/core/upgrade/upgrade-plan';
import { Inject, Injectable } from '@nestjs/common';
import { noteChange } from './audit-act.js';
import { Database } from './database.store.js';
import type { FenceClaim } from './fence.js';
import { type Client, poolTransaction } from './pool-transaction.js';

export interface ReleaseRow extends SignedRelease {
  readonly sha256: string;
  readonly version: string;
  readonly platform: Release['platform'];
  readonly bytes: number;
  readonly received: number;
  readonly complete: boolean;
  readonly expiresAt: Date;
  readonly author: string;
  readonly createdAt: Date;
}

export interface RingRow {
  readonly id: string;
  readonly version: string;
  readonly target: Target;
  readonly percent: number;
  readonly healthWithinMs: number;
  readonly author: string;
  readonly updatedAt: Date;
}

export interface HostUpgradeRow extends UpgradeHost {
  readonly nameKey: string;
  readonly last: {
    readonly version: string;
    readonly state: 'downloading' | 'trying' | 'installed' | 'failed';
    readonly code: string | null;
    readonly message: string | null;
    readonly at: string;
  } | null;
}

const releaseSql = `SELECT r.sha256, r.version, r.platform, r.bytes::float8 AS bytes, r.complete, r.text, r.signature,
    r.expires_at AS "expiresAt", r.author, r.created_at AS "createdAt",
    (SELECT coalesce(sum(length(p.data)), 0)::float8 FROM release_part p WHERE p.sha256 = r.sha256) AS received
  FROM release r`;

const ringSql = `SELECT id, version, target, percent, health_within_ms AS "healthWithinMs", author, updated_at AS "updatedAt"
  FROM upgrade_ring`;

const hostSql = `SELECT h.id, h.name, h.name_key AS "nameKey", h.labels, h.agent_version AS version, h.capabilities,
    ARRAY(SELECT u.version FROM host_upgrade u WHERE u.host_id = h.id AND u.state = 'failed') AS "failedVersions",
    (SELECT json_build_object('version', u.version, 'state', u.state, 'code', u.code, 'message', u.message, 'at', u.at)
     FROM host_upgrade u WHERE u.host_id = h.id ORDER BY u.at DESC LIMIT 1) AS last
  FROM host h WHERE h.state = 'active'`;

/** Versions of the agent: what is published, who is to get it, what became of it. */
@Injectable()
export class UpgradeStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Announces a release. One that is there already stays; another one of the same version and platform is refused. */
  async announce({ text, signature }: SignedRelease, release: Release, author: string): Promise<ReleaseRow | 'taken'> {
    await this.database.pool.query(
      `INSERT INTO release (sha256, version, platform, bytes, text, signature, expires_at, author)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
      [
        release.sha256,
        release.version,
        release.platform,
        release.bytes,
        text,
        signature,
        new Date(release.expires),
        author,
      ],
    );
    const row = await this.release(release.sha256);
    return row?.version === release.version && row.platform === release.platform ? row : 'taken';
  }

  async release(sha256: string): Promise<ReleaseRow | undefined> {
    const { rows } = await this.database.pool.query<ReleaseRow>(`${releaseSql} WHERE r.sha256 = $1`, [sha256]);
    return rows[0];
  }

  /** Newest first. */
  async releases(before: Date | null, limit: number): Promise<ReleaseRow[]> {
    const { rows } = await this.database.pool.query<ReleaseRow>(
      `${releaseSql} WHERE $1::timestamptz IS NULL OR r.created_at < $1 ORDER BY r.created_at DESC LIMIT $2`,
      [before, limit],
    );
    return rows;
  }

  /** Adds bytes at the end; of several callers with the same bytes one wins. @returns whether it was us */
  async addPart(sha256: string, offset: number, data: Buffer): Promise<boolean> {
    const { rowCount } = await this.database.pool.query(
      `INSERT INTO release_part (sha256, "offset", data) SELECT $1, $2, $3
       WHERE $2 = (SELECT coalesce(sum(length(data)), 0) FROM release_part WHERE sha256 = $1) ON CONFLICT DO NOTHING`,
      [sha256, offset, data],
    );
    return rowCount === 1;
  }

  /** At most `limit` bytes from an offset on; what one part holds. */
  async read(sha256: string, offset: number, limit: number): Promise<{ data: Buffer; bytes: number } | undefined> {
    const { rows } = await this.database.pool.query<{ data: Buffer; bytes: number }>(
      `SELECT substring(p.data FROM ($2 - p."offset" + 1)::int FOR $3) AS data, r.bytes::float8 AS bytes
       FROM release r JOIN release_part p ON p.sha256 = r.sha256
       WHERE r.sha256 = $1 AND p."offset" <= $2 AND p."offset" + length(p.data) > $2`,
      [sha256, offset, limit],
    );
    return rows[0];
  }

  async complete(sha256: string): Promise<void> {
    await this.database.pool.query('UPDATE release SET complete = true WHERE sha256 = $1', [sha256]);
  }

  /** Its bytes were wrong: they must come again. */
  async dropParts(sha256: string): Promise<void> {
    await this.database.pool.query('DELETE FROM release_part WHERE sha256 = $1', [sha256]);
  }

  /** Makes a ring, or changes the one of this version and target. */
  async setRing(ring: Omit<RingRow, 'id' | 'updatedAt'>, nowMs: number): Promise<RingRow> {
    const target = canonicalJson(ring.target as unknown as Json);
    const { rows } = await this.database.pool.query<RingRow>(
      `INSERT INTO upgrade_ring (id, version, target, target_key, percent, health_within_ms, author, updated_at)
       VALUES ($1, $2, $3::jsonb, $3, $4, $5, $6, $7)
       ON CONFLICT (version, target_key) DO UPDATE
         SET percent = excluded.percent, health_within_ms = excluded.health_within_ms, author = excluded.author,
           updated_at = excluded.updated_at
       RETURNING id, version, target, percent, health_within_ms AS "healthWithinMs", author, updated_at AS "updatedAt"`,
      [
        makeUuid7(nowMs, randomBytes(10)),
        ring.version,
        target,
        ring.percent,
        ring.healthWithinMs,
        ring.author,
        new Date(nowMs),
      ],
    );
    return rows[0]!;
  }

  /** By age. */
  async rings(after: string | null = null, limit = 1_000): Promise<RingRow[]> {
    const { rows } = await this.database.pool.query<RingRow>(
      `${ringSql} WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2`,
      [after, limit],
    );
    return rows;
  }

  async dropRings(version: string): Promise<number> {
    return (await this.database.pool.query('DELETE FROM upgrade_ring WHERE version = $1', [version])).rowCount ?? 0;
  }

  /** A version that is planned again has another chance on hosts that went back from it. */
  async forgetFailures(version: string): Promise<void> {
    await this.database.pool.query(`DELETE FROM host_upgrade WHERE version = $1 AND state = 'failed'`, [version]);
  }

  async activeHostIds(): Promise<string[]> {
    const { rows } = await this.database.pool.query<{ id: string }>(`SELECT id FROM host WHERE state = 'active'`);
    return rows.map(({ id }) => id);
  }

  async hosts(ids: readonly string[]): Promise<HostUpgradeRow[]> {
    const { rows } = await this.database.pool.query<HostUpgradeRow>(`${hostSql} AND h.id = ANY($1::uuid[])`, [ids]);
    return rows;
  }

  /** By name; of one host where it is named. */
  async hostPage(after: string | null, limit: number, host?: string): Promise<HostUpgradeRow[]> {
    const { rows } = await this.database.pool.query<HostUpgradeRow>(
      `${hostSql} AND ($1::text IS NULL OR h.name_key COLLATE "C" > $1) AND ($3::text IS NULL OR h.name_key = $3) ORDER BY h.name_key COLLATE "C" LIMIT $2`,
      [after, limit, host?.toLowerCase() ?? null],
    );
    return rows;
  }

  /** What is published, whole and not expired, and how often a version was gone back from. */
  async published(): Promise<{ releases: ReleaseRow[]; failures: Record<string, number> }> {
    const releases = await this.database.pool.query<ReleaseRow>(
      `${releaseSql} WHERE r.complete AND r.expires_at > now()`,
    );
    const failures = await this.database.pool.query<{ version: string; count: number }>(
      `SELECT version, count(*)::int AS count FROM host_upgrade WHERE state = 'failed' AND code = ANY($1) GROUP BY version`,
      [brokenVersionCodes],
    );
    return {
      releases: releases.rows,
      failures: Object.fromEntries(failures.rows.map(({ version, count }) => [version, count])),
    };
  }

  /** Keeps what an agent says of an upgrade. @returns false when a newer session of the host has begun */
  async note(claim: FenceClaim, status: NonNullable<HostUpgradeRow['last']>): Promise<boolean> {
    const { version, state, code } = status;
    if (state !== 'failed' || code === null || !brokenVersionCodes.includes(code))
      return await put(this.database.pool, claim, status);
    return poolTransaction(this.database.pool, async (client) => {
      // One after the other, so that one of them is the last straw.
      await client.query(`SELECT pg_advisory_xact_lock(hashtext('carillon.upgrade'), hashtext($1))`, [version]);
      const before = await failuresOf(client, version);
      const isNoted = await put(client, claim, status);
      if (before < haltAfterFailures && (await failuresOf(client, version)) >= haltAfterFailures)
        noteChange({
          ...{ by: 'carillon', kind: 'Upgrade', act: 'halted', what: version },
          text: `${haltAfterFailures} hosts went back from it: no other host is offered it` satisfies RecordText,
        });
      return isNoted;
    });
  }
}

async function failuresOf(client: Client, version: string): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM host_upgrade WHERE version = $1 AND state = 'failed' AND code = ANY($2)`,
    [version, brokenVersionCodes],
  );
  return rows[0]?.count ?? 0;
}

/** @returns false when another connection of the host took over */
async function put(
  client: Pick<Client, 'query'>,
  claim: FenceClaim,
  { version, state, code, message, at }: NonNullable<HostUpgradeRow['last']>,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `INSERT INTO host_upgrade (host_id, version, state, code, message, at)
       SELECT $1, $3, $4, $5, $6, $7::timestamptz FROM agent_session WHERE host_id = $1 AND fence = $2
       ON CONFLICT (host_id, version) DO UPDATE
         SET state = excluded.state, code = excluded.code, message = excluded.message, at = excluded.at`,
    [claim.hostId, claim.fence, version, state, code, message, at],
  );
  return rowCount === 1;
}
