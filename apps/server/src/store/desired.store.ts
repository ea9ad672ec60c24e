import type { HostGroup, Target } from '@carillon/core/host/target';
import { matchesTarget } from '@carillon/core/host/target';
import { Injectable } from '@nestjs/common';
import type { Transaction } from './database.store.js';

/** Which part of the jobs × hosts matrix to work out again. */
export type ReassignScope = { readonly jobIds: readonly string[] } | { readonly hostIds: readonly string[] };

interface JobRow {
  id: string;
  version: number;
  manifestHash: string;
  targets: Target;
}

interface HostRow {
  id: string;
  name: string;
  labels: Record<string, string>;
}

interface Wanted {
  hostId: string;
  jobId: string;
  version: number;
  manifestHash: string;
}

/** Keeps assignments and each host's desired revision and hash equal to what jobs and targets say. */
@Injectable()
export class DesiredStore {
  /**
   * Works out which hosts should have which job version, inside the caller's transaction.
   * @returns hosts whose desired state changed: hint them after the commit
   */
  async reassign(tx: Transaction, scope: ReassignScope): Promise<string[]> {
    await this.lock(tx, scope);
    const byJob = 'jobIds' in scope;
    const jobs = await this.liveJobs(tx, byJob ? scope.jobIds : null);
    const hosts = await this.activeHosts(tx, byJob ? null : scope.hostIds);
    const groups = await this.groups(tx);
    const wanted = jobs.flatMap((job) =>
      hosts
        .filter((host) => matchesTarget(job.targets, host, groups))
        .map(
          (host): Wanted => ({ hostId: host.id, jobId: job.id, version: job.version, manifestHash: job.manifestHash }),
        ),
    );
    const changed = new Set([...(await this.assign(tx, wanted)), ...(await this.unassign(tx, scope, wanted))]);
    await this.advance(tx, [...changed]);
    return [...changed];
  }

  /** Jobs change one at a time; hosts may join side by side, as each touches only its own rows. */
  private async lock(tx: Transaction, scope: ReassignScope): Promise<void> {
    if ('jobIds' in scope) await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('carillon.reassign'))::text`;
    else {
      await tx.$queryRaw`SELECT pg_advisory_xact_lock_shared(hashtext('carillon.reassign'))::text`;
      await tx.$queryRaw`SELECT id FROM host WHERE id = ANY(${[...scope.hostIds]}::uuid[]) ORDER BY id FOR UPDATE`;
    }
  }

  private liveJobs(tx: Transaction, ids: readonly string[] | null): Promise<JobRow[]> {
    return tx.$queryRaw<JobRow[]>`
      SELECT j.id, v.version, v.manifest_hash AS "manifestHash", v.spec->'targets' AS targets
      FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
      WHERE j.deleted_at IS NULL AND (${ids === null} OR j.id = ANY(${[...(ids ?? [])]}::uuid[]))`;
  }

  private activeHosts(tx: Transaction, ids: readonly string[] | null): Promise<HostRow[]> {
    return tx.$queryRaw<HostRow[]>`
      SELECT id, name, labels FROM host
      WHERE state = 'active' AND (${ids === null} OR id = ANY(${[...(ids ?? [])]}::uuid[]))`;
  }

  private async groups(tx: Transaction): Promise<HostGroup[]> {
    const rows = await tx.hostGroup.findMany();
    return rows.map((row) => ({
      name: row.name,
      ...(row.labels === null ? {} : { labels: row.labels as Record<string, string> }),
      ...(row.hosts.length > 0 ? { hosts: row.hosts } : {}),
    }));
  }

  private async assign(tx: Transaction, wanted: readonly Wanted[]): Promise<string[]> {
    const rows = await tx.$queryRaw<{ hostId: string }[]>`
      INSERT INTO assignment (host_id, job_id, version, manifest_hash, state, updated_at)
      SELECT *, 'desired', now() FROM unnest(
        ${wanted.map((row) => row.hostId)}::uuid[], ${wanted.map((row) => row.jobId)}::uuid[],
        ${wanted.map((row) => row.version)}::int[], ${wanted.map((row) => row.manifestHash)}::text[])
      ON CONFLICT (host_id, job_id) DO UPDATE
        SET version = excluded.version, manifest_hash = excluded.manifest_hash, state = 'desired', code = NULL, message = NULL, updated_at = now()
        WHERE assignment.manifest_hash <> excluded.manifest_hash OR assignment.version <> excluded.version OR assignment.state = 'removing'
      RETURNING host_id AS "hostId"`;
    return rows.map((row) => row.hostId);
  }

  /** What is no longer wanted stays as `removing` until the agent says that the task is gone. */
  private async unassign(tx: Transaction, scope: ReassignScope, wanted: readonly Wanted[]): Promise<string[]> {
    const byJob = 'jobIds' in scope;
    const rows = await tx.$queryRaw<{ hostId: string }[]>`
      UPDATE assignment a SET state = 'removing', code = NULL, message = NULL, updated_at = now()
      WHERE a.state <> 'removing'
        AND ((${byJob} AND a.job_id = ANY(${byJob ? [...scope.jobIds] : []}::uuid[]))
          OR (${!byJob} AND a.host_id = ANY(${byJob ? [] : [...scope.hostIds]}::uuid[])))
        AND NOT EXISTS (
          SELECT 1 FROM unnest(${wanted.map((row) => row.hostId)}::uuid[], ${wanted.map((row) => row.jobId)}::uuid[]) AS w(host_id, job_id)
          WHERE w.host_id = a.host_id AND w.job_id = a.job_id)
      RETURNING a.host_id AS "hostId"`;
    return rows.map((row) => row.hostId);
  }

  /** Next revision and hash of each changed host; the hash equals core's `desiredHash` (a test compares them). */
  private async advance(tx: Transaction, hostIds: readonly string[]): Promise<void> {
    if (hostIds.length === 0) return;
    await tx.$executeRaw`
      UPDATE host h SET desired_rev = h.desired_rev + 1, desired_hash = (
        SELECT encode(sha256(convert_to(coalesce(string_agg(line, '' ORDER BY line COLLATE "C"), ''), 'UTF8')), 'hex')
        FROM (SELECT a.job_id || ':' || a.version || ':' || a.manifest_hash || E'\n' AS line
              FROM assignment a WHERE a.host_id = h.id AND a.state <> 'removing') AS lines)
      WHERE h.id = ANY(${[...hostIds]}::uuid[])`;
  }
}
