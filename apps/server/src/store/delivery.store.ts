import type { Body } from '@carillon/contract/agent/catalog';
import { shortenText } from '@carillon/core/alert/shorten-text';
import type { DesiredEntry } from '@carillon/core/desired/desired-state';
import type { HostPause } from '@carillon/core/desired/pause';
import type { HostState } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { insertTaskSignalsSql, type NewTaskSignal, taskColumns } from './alert-signals.js';
import { Database } from './database.store.js';
import type { FenceClaim } from './fence.js';
import { type Columns, unnest } from './unnest.js';

type ApplyStatus = Body<'apply.status'>;
type JobStatus = ApplyStatus['jobs'][number];

export interface HostDesired {
  readonly rev: number;
  readonly hash: string;
  readonly entries: readonly DesiredEntry[];
  readonly pause?: HostPause | undefined;
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
    const result = await this.database.pool.query<{
      id: string;
      rev: string;
      hash: string;
      entries: DesiredEntry[];
      pause: HostPause | null;
    }>(
      `SELECT h.id, h.desired_rev AS rev, h.desired_hash AS hash, coalesce(
         jsonb_agg(jsonb_build_object('jobId', a.job_id, 'version', a.version, 'manifestHash', a.manifest_hash) ORDER BY a.job_id)
           FILTER (WHERE a.job_id IS NOT NULL), '[]') AS entries,
         (SELECT jsonb_build_object('id', p.id, 'fromMs', ${epochMs('p.from_at')}, 'untilMs', ${epochMs('p.until_at')},
            'afterwards', p.afterwards, 'by', p.made_by, 'reason', p.reason)
          FROM host_pause p WHERE p.host_id = h.id AND p.ended_at IS NULL) AS pause
       FROM host h LEFT JOIN assignment a ON a.host_id = h.id AND a.state <> 'removing'
         AND a.held_version IS DISTINCT FROM a.version
       WHERE h.id = ANY($1::uuid[]) GROUP BY h.id`,
      [hostIds],
    );
    const byId = new Map(
      result.rows.map(({ id, rev, hash, entries, pause }) => [
        id,
        { rev: Number(rev), hash, entries, ...(pause ? { pause } : {}) },
      ]),
    );
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
  async apply(claim: FenceClaim, status: ApplyStatus): Promise<boolean> {
    const there = unnest(
      'x',
      statusColumns,
      status.jobs.filter((job) => job.state !== 'removed'),
      5,
    );
    const signals = unnest('x', taskColumns, signalsOf(claim.hostId, status.jobs), 5 + there.values.length);
    const removed = status.jobs.filter((job) => job.state === 'removed').map((job) => job.jobId);
    const result = await this.database.pool.query(noteAppliedSql(there.sql, signals.sql), [
      claim.hostId,
      claim.fence,
      status.observedHash,
      removed,
      ...there.values,
      ...signals.values,
    ]);
    return result.rowCount === 1;
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

const epochMs = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`;

/** A host that has a newer version than we know of was told of it before we were restored; not of a million versions. */
const believedLead = 1_000_000;

/** What policies may ask about: a definition that was refused or could not be registered, or is there now. */
function signalsOf(hostId: string, jobs: readonly JobStatus[]): NewTaskSignal[] {
  return jobs.flatMap(({ jobId, state, code, message }) => {
    if (state === 'removed') return [];
    const text = shortenText(message ?? code ?? '', 500) || null;
    return [{ jobId, hostId, atMs: Date.now(), what: state, drift: null, text, code: clean(code) }];
  });
}

const statusColumns = {
  job_id: ['uuid', (job: JobStatus) => job.jobId],
  version: ['int', (job: JobStatus) => job.version],
  state: ['assignment_state', (job: JobStatus) => job.state],
  code: ['text', (job: JobStatus) => clean(job.code)],
  message: ['text', (job: JobStatus) => clean(job.message)],
  registered: ['int', (job: JobStatus) => job.registeredVersion ?? null],
} as const satisfies Columns<JobStatus>;

/**
 * One statement: thousands of hosts answer at the same time. Its parts see one moment, and no row belongs to two of them.
 * The session's row stays locked, so that no newer session begins meanwhile.
 *
 * - Assignments before the host, as whoever changes jobs takes them: else the two would wait for each other in a circle.
 *   Postgres begins with the last part; that the host's waits for the others' counts turns it around.
 * - "Applied" says what was registered, not how it looks now: only the agent's next look ends a drift.
 * - Hosts tell of all their jobs each time: what is as it was keeps the time since when it is so.
 * - What is being removed goes when the agent says that it removed it; and, when what is registered equals what is
 *   desired, also what it never had.
 */
const noteAppliedSql = (there: string, signals: string) => `WITH held AS MATERIALIZED (
    SELECT host_id FROM agent_session WHERE host_id = $1 AND fence = $2 FOR SHARE),
  noted AS (
    UPDATE assignment a SET state = x.state, code = x.code, message = x.message,
      updated_at = CASE WHEN (a.state, a.code, a.message) IS DISTINCT FROM (x.state, x.code, x.message) THEN now() ELSE a.updated_at END,
      applied_version = CASE WHEN x.state = 'applied' THEN x.version
        WHEN x.registered < a.version + ${believedLead} THEN x.registered ELSE a.applied_version END
    FROM held, ${there}
    WHERE a.host_id = held.host_id AND a.job_id = x.job_id AND a.version = x.version AND a.state <> 'removing'
      AND a.held_version IS DISTINCT FROM a.version AND NOT (a.state = 'drifted' AND x.state = 'applied')
    RETURNING 1),
  gone AS (
    DELETE FROM assignment a USING held, host h
    WHERE a.host_id = held.host_id AND h.id = held.host_id AND a.state = 'removing'
      AND (a.job_id = ANY($4::uuid[]) OR h.desired_hash = $3)
    RETURNING 1),
  changed AS MATERIALIZED (SELECT (SELECT count(*) FROM noted) + (SELECT count(*) FROM gone) AS rows),
  observed AS (
    UPDATE host h SET observed_hash = $3 FROM held, changed
    WHERE h.id = held.host_id AND changed.rows >= 0 AND h.observed_hash IS DISTINCT FROM $3),
  signalled AS (${insertTaskSignalsSql(`held, ${signals}`)})
  SELECT FROM held`;

/** Postgres text cannot hold U+0000; a message must not fail for it. */
function clean(text: string | undefined): string | null {
  return text?.replaceAll('\0', '\u2400') ?? null;
}
