import { randomBytes } from 'node:crypto';
import { canonicalJson, type Json, sha256Hex } from '@carillon/core/desired/canonical-json';
import type { HostGroup } from '@carillon/core/host/target';
import type { Followed } from '@carillon/core/job/job-cycles';
import { asJson, type JobSpec, makeManifest } from '@carillon/core/job/job-spec';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { carrySource } from '../shared/job-source.js';
import { AcceptedStore } from './accepted.store.js';
import { promisedJobId, whoWrites } from './approval-permit.js';
import { noteChange } from './audit-act.js';
import { groupRecord } from './book-begin.js';
import type { Transaction } from './database.store.js';
import { hostsOfRollouts } from './rollout-hosts.js';
import { startRollout, type VersionToCome } from './rollout-start.js';

export type Change = 'created' | 'updated' | 'unchanged';

/** Names in a warning. */
const shownHosts = 20;

export interface HeldBack {
  readonly jobId: string;
  readonly message: string;
  readonly count: number;
  /** The first of them, by name. */
  readonly hosts: string[];
}

export interface StoredJob {
  readonly jobId: string;
  readonly version: number;
  readonly change: Change;
  /** The definition before; null for a new job. */
  readonly before: JobSpec | null;
  /** The same definition, another text of its file. */
  readonly rewritten: boolean;
  /** The version that was on its way, and is no more. */
  readonly supersedes: number | null;
}

/** Who writes a version, and what is kept with it. */
export interface Authorship {
  readonly author: string;
  /** Why it is written. */
  readonly reason?: string | null | undefined;
  /** The file it was read from, which means the same; without one, that of the version before is carried over. */
  readonly source?: string | null | undefined;
  /** How it reaches its hosts; `rules` when left out: as it says itself. */
  readonly pace?: VersionToCome['pace'] | undefined;
  /** Whoever wrote it said that it does not wait for the end of a freeze. */
  readonly ignoresFreezes?: boolean | undefined;
}

/** One change of definitions at a time: what is checked against the others stays true until the commit. */
export async function lockDefinitions(tx: Transaction): Promise<void> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('carillon.apply'))::text`;
}

/** Writes definitions inside a transaction of the caller. Writing the same again changes nothing. */
@Injectable()
export class DefinitionStore {
  constructor(@Inject(AcceptedStore) private readonly accepted: AcceptedStore) {}

  async groupNames(tx: Transaction): Promise<string[]> {
    return (await tx.hostGroup.findMany({ select: { name: true } })).map((row) => row.name);
  }

  /** Current versions of live jobs by lower-case name. */
  async versionsOf(tx: Transaction, names: readonly string[]): Promise<Map<string, number>> {
    if (names.length === 0) return new Map();
    const nameKey = { in: names.map((name) => name.toLowerCase()) };
    const jobs = await tx.job.findMany({ where: { nameKey, deletedAt: null } });
    return new Map(jobs.map((job) => [job.nameKey, job.currentVersion]));
  }

  /** Live jobs that start after others, on any host. */
  followers(tx: Transaction): Promise<Followed[]> {
    return tx.$queryRaw<Followed[]>`
      SELECT name, after FROM (
        SELECT j.name, ARRAY(SELECT jsonb_array_elements_text(
          jsonb_path_query_array(v.spec, 'lax $.schedule[*] ? (@.kind == "job").job') ||
          jsonb_path_query_array(v.spec, 'lax $.overrides[*].schedule[*] ? (@.kind == "job").job'))) AS after
        FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
        WHERE j.deleted_at IS NULL) AS f
      WHERE cardinality(after) > 0`;
  }

  async putGroup(tx: Transaction, group: HostGroup): Promise<Change> {
    const nameKey = group.name.toLowerCase();
    const old = await tx.hostGroup.findUnique({ where: { nameKey } });
    const labels = group.labels ? { ...group.labels } : null;
    const hosts = [...(group.hosts ?? [])];
    const approvals = group.approval?.required ?? null;
    const isSelecting = (row: typeof old) =>
      row?.name === group.name && same(row.labels, labels) && same(row.hosts, hosts);
    if (old && isSelecting(old) && old.approvals === approvals) return 'unchanged';
    await tx.$executeRaw`
      INSERT INTO host_group (name, name_key, labels, hosts, approvals, updated_at)
      VALUES (${group.name}, ${nameKey}, ${labels === null ? null : JSON.stringify(labels)}::jsonb, ${hosts}::text[],
        ${approvals}, now())
      ON CONFLICT (name_key) DO UPDATE SET name = excluded.name, labels = excluded.labels, hosts = excluded.hosts,
        approvals = excluded.approvals, updated_at = now()`;
    // The book says whom a group selects; that it is protected is a rule of the centre.
    if (!isSelecting(old)) this.accepted.note(groupRecord(group.name, group.labels, group.hosts));
    const before = old && { name: old.name, labels: old.labels as Json, hosts: old.hosts, approvals: old.approvals };
    const after = { name: group.name, labels, hosts, approvals };
    noteChange({ kind: 'HostGroup', act: old ? 'updated' : 'created', what: group.name, before, after });
    return old ? 'updated' : 'created';
  }

  /**
   * A changed job gets a new version; the old ones stay as they were, for ever. So does an unchanged one of which a host
   * has a newer version than we know of (we were restored from a backup): hosts never go back to a lower version.
   * A file that only reads otherwise takes the place of the one that is kept: hosts have nothing of it.
   */
  async putJob(tx: Transaction, spec: JobSpec, authorship: Authorship): Promise<StoredJob> {
    const { author, reason, source, pace = 'rules', ignoresFreezes = false } = authorship;
    const nameKey = spec.name.toLowerCase();
    const specHash = sha256Hex(canonicalJson(asJson(spec)));
    const rows = await tx.$queryRaw<
      { id: string; version: number; specHash: string; spec: JobSpec; source: string | null; onHosts: number }[]
    >`
      SELECT j.id, j.current_version AS version, v.spec_hash AS "specHash", v.spec, s.source,
        (SELECT coalesce(max(a.applied_version), 0)::int FROM assignment a WHERE a.job_id = j.id) AS "onHosts"
      FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
      LEFT JOIN job_source s ON s.job_id = j.id AND s.version = j.current_version
      WHERE j.name_key = ${nameKey} AND j.deleted_at IS NULL`;
    const [old] = rows;
    if (old && old.specHash === specHash && old.onHosts <= old.version) {
      const rewritten = typeof source === 'string' && source !== old.source;
      if (rewritten)
        await tx.$executeRaw`
          INSERT INTO job_source (job_id, version, source) VALUES (${old.id}::uuid, ${old.version}, ${source})
          ON CONFLICT (job_id, version) DO UPDATE SET source = excluded.source`;
      return {
        jobId: old.id,
        version: old.version,
        change: 'unchanged',
        before: old.spec,
        rewritten,
        supersedes: null,
      };
    }
    const jobId = old?.id ?? promisedJobId(nameKey) ?? makeUuid7(Date.now(), randomBytes(10));
    const version = Math.max(old?.version ?? 0, old?.onHosts ?? 0) + 1;
    if (!old) await tx.job.create({ data: { id: jobId, name: spec.name, nameKey, currentVersion: version } });
    const made = makeManifest(jobId, version, spec);
    const manifest = canonicalJson(asJson(made));
    const manifestHash = sha256Hex(manifest);
    const needs = [...(made.needs ?? [])];
    await tx.jobVersion.create({
      data: {
        jobId,
        version,
        spec: JSON.parse(JSON.stringify(spec)) as object,
        specHash,
        manifest,
        manifestHash,
        signature: await this.accepted.signManifest(manifest),
        author,
        writtenBy: whoWrites(),
        reason: reason ?? null,
        needs,
      },
    });
    const { name, targets } = spec;
    const { rollout, supersedes } = await startRollout(tx, {
      jobId,
      name,
      version,
      before: old?.version ?? null,
      targets,
      rules: spec.rollout,
      // Hosts that are ahead of what we know would be told of a version below theirs.
      pace: old && old.onHosts > old.version ? 'at once' : pace,
      ignoresFreezes,
      author,
      reason: reason ?? null,
    });
    const way = rollout ? { rollout } : {};
    this.accepted.note({ kind: 'job', jobId, name, version, manifestHash, specHash, targets, needs, ...way });
    const kept = source ?? (old?.source ? carrySource(old.source, old.spec, spec) : null);
    if (kept !== null) await tx.jobSource.create({ data: { jobId, version, source: kept } });
    if (old)
      await tx.job.update({
        where: { id: jobId },
        data: { name: spec.name, currentVersion: version, updatedAt: new Date() },
      });
    noteChange({
      by: author,
      kind: 'Job',
      act: old ? 'updated' : 'created',
      what: spec.name,
      text: reason ?? null,
      before: old ? { version: old.version, sha256: old.specHash } : null,
      after: { version, sha256: specHash, author },
      ref: { job: jobId, version },
    });
    const change = old ? 'updated' : 'created';
    return { jobId, version, change, before: old?.spec ?? null, rewritten: false, supersedes };
  }

  /** Live jobs whose targets name one of these groups. */
  async jobsOfGroups(tx: Transaction, names: readonly string[]): Promise<string[]> {
    if (names.length === 0) return [];
    const rows = await tx.$queryRaw<{ id: string }[]>`
      SELECT DISTINCT j.id FROM job j JOIN job_version v ON v.job_id = j.id AND (v.version = j.current_version OR EXISTS (
        SELECT FROM rollout r WHERE r.job_id = j.id AND r.in_force AND v.version IN (r.version, r.base_version)))
      WHERE j.deleted_at IS NULL AND EXISTS (
        SELECT 1 FROM jsonb_array_elements_text(v.spec->'targets'->'groups') AS g(name)
        WHERE lower(g.name) = ANY(${names.map((name) => name.toLowerCase())}::text[]))`;
    return rows.map((row) => row.id);
  }

  /** Hosts to which a job is not sent now, since their agents would misread it, by reason. */
  heldBack(tx: Transaction, jobIds: readonly string[]): Promise<HeldBack[]> {
    return tx.$queryRaw<HeldBack[]>`
      SELECT a.job_id AS "jobId", a.held_reason AS message, count(*)::int AS count,
        (array_agg(h.name ORDER BY h.name_key))[1:${shownHosts}::int] AS hosts
      FROM assignment a JOIN host h ON h.id = a.host_id
      WHERE a.job_id = ANY(${[...jobIds]}::uuid[]) AND a.state <> 'removing' AND a.held_version IS NOT NULL
      GROUP BY a.job_id, a.held_reason ORDER BY a.held_reason`;
  }

  /** Names of hosts whose edits a job has adopted at some time. */
  async adoptedHosts(tx: Transaction, jobId: string): Promise<string[]> {
    const rows = await tx.$queryRaw<{ name: string }[]>`
      SELECT h.name FROM host h WHERE EXISTS (
        SELECT 1 FROM task_change c WHERE c.host_id = h.id AND c.job_id = ${jobId}::uuid AND c.adoption = 'adopted')
      ORDER BY h.name_key`;
    return rows.map(({ name }) => name);
  }

  /** Hosts that should have each job, with their time zones: of a version on its way, those that will in the end. */
  async hostsOfJobs(
    tx: Transaction,
    jobIds: readonly string[],
  ): Promise<Map<string, { count: number; timezones: string[] }>> {
    const rows = await tx.$queryRaw<{ jobId: string; count: number; timezones: string[] }[]>`
      SELECT a.job_id AS "jobId", count(*)::int AS count, array_agg(DISTINCT h.timezone) AS timezones
      FROM assignment a JOIN host h ON h.id = a.host_id
      WHERE a.job_id = ANY(${[...jobIds]}::uuid[]) AND a.state <> 'removing' GROUP BY a.job_id`;
    const found = new Map(rows.map(({ jobId, ...rest }) => [jobId, rest]));
    for (const [jobId, { hosts }] of await hostsOfRollouts(tx, jobIds))
      found.set(jobId, { count: hosts.length, timezones: [...new Set(hosts.map(({ timezone }) => timezone))] });
    return found;
  }
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson((a ?? null) as Json) === canonicalJson((b ?? null) as Json);
}
