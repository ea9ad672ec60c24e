import type { HostOverride } from '@carillon/core/job/job-spec';
import type { WhyVersion } from '@carillon/core/why/due-fire';
import type { WhyFacts } from '@carillon/core/why/why-facts';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import { readWhyFacts } from './why-facts.js';

export interface WhyJob {
  readonly id: string;
  readonly name: string;
  readonly deletedMs: number | null;
  /** Newest first. */
  readonly versions: (WhyVersion & { readonly overrides: readonly HostOverride[] | null })[];
}

export interface WhyHost {
  readonly id: string;
  readonly name: string;
  readonly nameKey: string;
  readonly timezone: string;
}

const versionsRead = 200;
const ms = (column: string) => `extract(epoch FROM ${column}) * 1000`;

/** What the answer to "why didn't it run?" is found in. */
@Injectable()
export class WhyStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** A job with its versions; one that was deleted, when there is no other of the name. */
  async job(name: string): Promise<WhyJob | null> {
    const result = await this.database.pool.query<WhyJob>(
      `SELECT j.id, j.name, (${ms('j.deleted_at')})::float8 AS "deletedMs",
         (SELECT json_agg(v ORDER BY v.version DESC) FROM (
            SELECT version, (${ms('created_at')})::float8 AS "createdMs", spec->'schedule' AS schedule, spec->'overrides' AS overrides,
              coalesce((spec->>'enabled')::bool, true) AS enabled, coalesce(spec->>'onMissed', 'skip') AS "onMissed"
            FROM job_version WHERE job_id = j.id ORDER BY version DESC LIMIT $2) v) AS versions
       FROM job j WHERE j.name_key = $1 ORDER BY j.deleted_at DESC NULLS FIRST LIMIT 1`,
      [name.toLowerCase(), versionsRead],
    );
    return result.rows[0] ?? null;
  }

  /** Hosts that have the job, by name. */
  async hostsOf(jobId: string, page: { after: string | null; limit: number }): Promise<WhyHost[]> {
    const result = await this.database.pool.query<WhyHost>(
      `SELECT h.id, h.name, h.name_key AS "nameKey", h.timezone FROM assignment a JOIN host h ON h.id = a.host_id
       WHERE a.job_id = $1 AND ($2::text IS NULL OR h.name_key > $2) ORDER BY h.name_key LIMIT $3`,
      [jobId, page.after, page.limit],
    );
    return result.rows;
  }

  async host(name: string): Promise<WhyHost | null> {
    const result = await this.database.pool.query<WhyHost>(
      'SELECT id, name, name_key AS "nameKey", timezone FROM host WHERE name_key = $1',
      [name.toLowerCase()],
    );
    return result.rows[0] ?? null;
  }

  /** What is known of a job on a host around a fire. */
  around(job: { id: string; taskPath: string }, hostId: string, fireMs: number, nowMs: number): Promise<WhyFacts> {
    return readWhyFacts(this.database.pool, job, hostId, { firstMs: fireMs, lastMs: fireMs, nowMs });
  }
}
