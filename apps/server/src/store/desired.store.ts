import { holdBackReason } from '@carillon/core/desired/hold-back';
import { pauseCapability } from '@carillon/core/desired/pause';
import type { HostGroup, Target } from '@carillon/core/host/target';
import { matchesTarget } from '@carillon/core/host/target';
import { type RolloutCourse, versionFor } from '@carillon/core/rollout/course';
import { Injectable } from '@nestjs/common';
import type { Transaction } from './database.store.js';
import { rolloutCourses } from './rollout-rows.js';

/** Which part of the jobs × hosts matrix to work out again. */
export type ReassignScope =
  | { readonly jobIds: readonly string[] }
  /** `areNew`: made in this transaction, so that nobody else knows them, and nothing is assigned to them. */
  | { readonly hostIds: readonly string[]; readonly areNew?: boolean };

interface JobRow {
  id: string;
  version: number;
  manifestHash: string;
  needs: string[];
  targets: Target;
}

interface HostRow {
  id: string;
  name: string;
  labels: Record<string, string>;
  capabilities: string[];
}

interface Wanted {
  hostId: string;
  jobId: string;
  version: number;
  manifestHash: string;
  /** Why it is not sent; null when it is. */
  heldReason: string | null;
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
    if (jobs.length === 0 && isNew(scope)) return [];
    const hosts = await this.activeHosts(tx, byJob ? null : scope.hostIds);
    const groups = await this.groups(tx);
    const courses = await rolloutCourses(tx, byJob ? scope.jobIds : null);
    const wanted = jobs.flatMap((job) =>
      hosts
        .filter((host) => isMeant(host.id, job, courses) && matchesTarget(job.targets, host, groups))
        .map(
          (host): Wanted => ({
            hostId: host.id,
            jobId: job.id,
            version: job.version,
            manifestHash: job.manifestHash,
            heldReason: holdBackReason(job.needs, host.capabilities),
          }),
        ),
    );
    const able = wanted.filter(({ heldReason }) => heldReason === null);
    const changed = new Set([
      ...(await this.assign(tx, able)),
      ...(await this.holdBack(tx, wanted)),
      ...(isNew(scope) ? [] : await this.unassign(tx, scope, wanted)),
      ...('hostIds' in scope && !scope.areNew ? await this.endPauses(tx, scope.hostIds) : []),
    ]);
    await this.advance(tx, [...changed]);
    return [...changed];
  }

  /** Jobs change one at a time; hosts may join side by side, as each touches only its own rows. */
  async lock(tx: Transaction, scope: ReassignScope): Promise<void> {
    if ('jobIds' in scope) await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('carillon.reassign'))::text`;
    else {
      await tx.$queryRaw`SELECT pg_advisory_xact_lock_shared(hashtext('carillon.reassign'))::text`;
      if (isNew(scope)) return;
      await tx.$queryRaw`SELECT id FROM host WHERE id = ANY(${[...scope.hostIds]}::uuid[]) ORDER BY id FOR UPDATE`;
    }
  }

  /** In the versions that hosts may have now: the current one, and those that it is on its way to take the place of. */
  private liveJobs(tx: Transaction, ids: readonly string[] | null): Promise<JobRow[]> {
    return tx.$queryRaw<JobRow[]>`
      SELECT j.id, v.version, v.manifest_hash AS "manifestHash", v.needs, v.spec->'targets' AS targets
      FROM job j JOIN job_version v ON v.job_id = j.id AND (v.version = j.current_version OR EXISTS (
        SELECT FROM rollout r WHERE r.job_id = j.id AND r.in_force AND v.version IN (r.version, r.base_version)))
      WHERE j.deleted_at IS NULL AND (${ids === null} OR j.id = ANY(${[...(ids ?? [])]}::uuid[]))`;
  }

  activeHosts(tx: Transaction, ids: readonly string[] | null): Promise<HostRow[]> {
    return tx.$queryRaw<HostRow[]>`
      SELECT id, name, labels, coalesce(capabilities, '{}') AS capabilities FROM host
      WHERE state = 'active' AND (${ids === null} OR id = ANY(${[...(ids ?? [])]}::uuid[]))`;
  }

  async groups(tx: Transaction): Promise<HostGroup[]> {
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
        SET version = excluded.version, manifest_hash = excluded.manifest_hash, state = 'desired', code = NULL, message = NULL,
          held_version = NULL, held_reason = NULL, updated_at = now()
        WHERE assignment.manifest_hash <> excluded.manifest_hash OR assignment.version <> excluded.version OR assignment.state = 'removing'
          OR assignment.held_version IS NOT NULL
      RETURNING host_id AS "hostId"`;
    return rows.map((row) => row.hostId);
  }

  /**
   * What agents would misread is noted and not sent. An older version that a host has, and can do, stays there; without
   * one, the job stays away (`held_version = version`, which leaves it out of what the host is told).
   */
  private async holdBack(tx: Transaction, wanted: readonly Wanted[]): Promise<string[]> {
    const held = wanted.filter(({ heldReason }) => heldReason !== null);
    if (held.length === 0) return [];
    const rows = await tx.$queryRaw<{ hostId: string }[]>`
      INSERT INTO assignment AS a (host_id, job_id, version, manifest_hash, state, held_version, held_reason, updated_at)
      SELECT x.host_id, x.job_id, x.version, x.manifest_hash, 'rejected', x.version, x.reason, now() FROM unnest(
        ${held.map((row) => row.hostId)}::uuid[], ${held.map((row) => row.jobId)}::uuid[],
        ${held.map((row) => row.version)}::int[], ${held.map((row) => row.manifestHash)}::text[],
        ${held.map((row) => row.heldReason)}::text[]) AS x(host_id, job_id, version, manifest_hash, reason)
      ON CONFLICT (host_id, job_id) DO UPDATE SET
        (version, manifest_hash, state) = (
          SELECT CASE WHEN k.keep THEN a.version ELSE excluded.version END,
            CASE WHEN k.keep THEN a.manifest_hash ELSE excluded.manifest_hash END,
            CASE WHEN k.keep THEN a.state ELSE 'rejected'::assignment_state END
          FROM (SELECT a.state <> 'removing' AND a.version < excluded.version
            AND a.held_version IS DISTINCT FROM a.version AS keep) AS k),
        held_version = excluded.held_version, held_reason = excluded.held_reason,
        code = NULL, message = NULL, updated_at = now()
      WHERE a.state = 'removing' OR a.held_version IS DISTINCT FROM excluded.held_version
        OR a.held_reason IS DISTINCT FROM excluded.held_reason
      RETURNING a.host_id AS "hostId"`;
    return rows.map((row) => row.hostId);
  }

  /** An agent that was put back to an older version would take no desired state that holds a pause. */
  private async endPauses(tx: Transaction, hostIds: readonly string[]): Promise<string[]> {
    const rows = await tx.$queryRaw<{ hostId: string }[]>`
      UPDATE host_pause p SET ended_at = least(now(), p.until_at), ended_by = 'agent_too_old' FROM host h
      WHERE h.id = p.host_id AND p.ended_at IS NULL AND h.id = ANY(${[...hostIds]}::uuid[])
        AND NOT ${pauseCapability} = ANY(coalesce(h.capabilities, '{}')) RETURNING p.host_id AS "hostId"`;
    return rows.map((row) => row.hostId);
  }

  /** What is no longer wanted stays as `removing` until the agent says that the task is gone. */
  private async unassign(tx: Transaction, scope: ReassignScope, wanted: readonly Wanted[]): Promise<string[]> {
    const byJob = 'jobIds' in scope;
    const rows = await tx.$queryRaw<{ hostId: string }[]>`
      UPDATE assignment a SET state = 'removing', code = NULL, message = NULL, held_version = NULL, held_reason = NULL, updated_at = now()
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
  async advance(tx: Transaction, hostIds: readonly string[]): Promise<void> {
    if (hostIds.length === 0) return;
    await tx.$executeRaw`
      UPDATE host SET desired_rev = desired_rev + 1, desired_hash = desired_hash_of(id)
      WHERE id = ANY(${[...hostIds]}::uuid[])`;
  }
}

/** Where nothing is on its way there is one version, which is everybody's. */
function isMeant(hostId: string, { id, version }: JobRow, courses: ReadonlyMap<string, RolloutCourse>): boolean {
  const course = courses.get(id);
  return course === undefined || versionFor(hostId, course) === version;
}

function isNew(scope: ReassignScope): boolean {
  return 'hostIds' in scope && scope.areNew === true;
}
