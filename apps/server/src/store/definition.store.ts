import { randomBytes } from 'node:crypto';
import { canonicalJson, type Json, sha256Hex } from '@carillon/core/desired/canonical-json';
import type { HostGroup } from '@carillon/core/host/target';
import type { AlertPolicySpec } from '@carillon/core/job/job-file';
import { asJson, type JobSpec, makeManifest } from '@carillon/core/job/job-spec';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { Signer } from '../shared/signer.js';
import type { Transaction } from './database.store.js';

export type Change = 'created' | 'updated' | 'unchanged';

export interface StoredJob {
  readonly jobId: string;
  readonly version: number;
  readonly change: Change;
}

/** One change of definitions at a time: what is checked against the others stays true until the commit. */
export async function lockDefinitions(tx: Transaction): Promise<void> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('carillon.apply'))::text`;
}

/** Writes definitions inside a transaction of the caller. Writing the same again changes nothing. */
@Injectable()
export class DefinitionStore {
  constructor(@Inject(Signer) private readonly signer: Signer) {}

  async groupNames(tx: Transaction): Promise<string[]> {
    return (await tx.hostGroup.findMany({ select: { name: true } })).map((row) => row.name);
  }

  async policyNames(tx: Transaction): Promise<string[]> {
    return (await tx.alertPolicy.findMany({ select: { name: true } })).map((row) => row.name);
  }

  async putGroup(tx: Transaction, group: HostGroup): Promise<Change> {
    const nameKey = group.name.toLowerCase();
    const old = await tx.hostGroup.findUnique({ where: { nameKey } });
    const labels = group.labels ? { ...group.labels } : null;
    const hosts = [...(group.hosts ?? [])];
    if (old && old.name === group.name && same(old.labels, labels) && same(old.hosts, hosts)) return 'unchanged';
    await tx.$executeRaw`
      INSERT INTO host_group (name, name_key, labels, hosts, updated_at)
      VALUES (${group.name}, ${nameKey}, ${labels === null ? null : JSON.stringify(labels)}::jsonb, ${hosts}::text[], now())
      ON CONFLICT (name_key) DO UPDATE SET name = excluded.name, labels = excluded.labels, hosts = excluded.hosts, updated_at = now()`;
    return old ? 'updated' : 'created';
  }

  async putPolicy(tx: Transaction, policy: AlertPolicySpec): Promise<Change> {
    const nameKey = policy.name.toLowerCase();
    const old = await tx.alertPolicy.findUnique({ where: { nameKey } });
    if (old && same(old.spec, policy)) return 'unchanged';
    const spec = JSON.parse(JSON.stringify(policy)) as object;
    await tx.alertPolicy.upsert({
      where: { nameKey },
      create: { name: policy.name, nameKey, spec },
      update: { name: policy.name, spec, updatedAt: new Date() },
    });
    return old ? 'updated' : 'created';
  }

  /** A changed job gets a new version; the old ones stay as they were, for ever. */
  async putJob(tx: Transaction, spec: JobSpec, author: string): Promise<StoredJob> {
    const nameKey = spec.name.toLowerCase();
    const specHash = sha256Hex(canonicalJson(asJson(spec)));
    const rows = await tx.$queryRaw<{ id: string; version: number; specHash: string }[]>`
      SELECT j.id, j.current_version AS version, v.spec_hash AS "specHash"
      FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
      WHERE j.name_key = ${nameKey} AND j.deleted_at IS NULL`;
    const [old] = rows;
    if (old && old.specHash === specHash) return { jobId: old.id, version: old.version, change: 'unchanged' };
    const jobId = old?.id ?? makeUuid7(Date.now(), randomBytes(10));
    const version = (old?.version ?? 0) + 1;
    if (!old) await tx.job.create({ data: { id: jobId, name: spec.name, nameKey, currentVersion: version } });
    const manifest = canonicalJson(asJson(makeManifest(jobId, version, spec)));
    await tx.jobVersion.create({
      data: {
        jobId,
        version,
        spec: JSON.parse(JSON.stringify(spec)) as object,
        specHash,
        manifest,
        manifestHash: sha256Hex(manifest),
        signature: this.signer.sign('carillon/v1/manifest', manifest),
        author,
      },
    });
    if (old)
      await tx.job.update({
        where: { id: jobId },
        data: { name: spec.name, currentVersion: version, updatedAt: new Date() },
      });
    return { jobId, version, change: old ? 'updated' : 'created' };
  }

  /** Live jobs whose targets name one of these groups. */
  async jobsOfGroups(tx: Transaction, names: readonly string[]): Promise<string[]> {
    if (names.length === 0) return [];
    const rows = await tx.$queryRaw<{ id: string }[]>`
      SELECT j.id FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
      WHERE j.deleted_at IS NULL AND EXISTS (
        SELECT 1 FROM jsonb_array_elements_text(v.spec->'targets'->'groups') AS g(name)
        WHERE lower(g.name) = ANY(${names.map((name) => name.toLowerCase())}::text[]))`;
    return rows.map((row) => row.id);
  }

  /** Hosts that should have each job now, with their time zones. */
  async hostsOfJobs(
    tx: Transaction,
    jobIds: readonly string[],
  ): Promise<Map<string, { count: number; timezones: string[] }>> {
    const rows = await tx.$queryRaw<{ jobId: string; count: number; timezones: string[] }[]>`
      SELECT a.job_id AS "jobId", count(*)::int AS count, array_agg(DISTINCT h.timezone) AS timezones
      FROM assignment a JOIN host h ON h.id = a.host_id
      WHERE a.job_id = ANY(${[...jobIds]}::uuid[]) AND a.state <> 'removing' GROUP BY a.job_id`;
    return new Map(rows.map(({ jobId, ...rest }) => [jobId, rest]));
  }
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson((a ?? null) as Json) === canonicalJson((b ?? null) as Json);
}
