import { type HostGroup, matchesTarget, type Target } from '@carillon/core/host/target';
import { type PlannedRing, ringOf } from '@carillon/core/rollout/rings';
import type { Transaction } from './database.store.js';

/** A host to which a version is on its way. */
export interface RolloutHost {
  readonly name: string;
  readonly timezone: string;
  readonly labels: Readonly<Record<string, string>>;
  /** From 0. */
  readonly ring: number;
}

/** A version on its way, with all hosts that have or will have it, by name. */
export interface RolloutHosts {
  readonly job: string;
  readonly version: number;
  readonly rings: readonly PlannedRing[];
  readonly soakMs: number;
  readonly hosts: readonly RolloutHost[];
}

/**
 * The newest versions on their way, by job. What stands in assignments is what hosts should have now; this is what they
 * should have in the end.
 */
export async function hostsOfRollouts(
  tx: Transaction,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, RolloutHosts>> {
  if (jobIds.length === 0) return new Map();
  const rollouts = await tx.$queryRaw<
    (Omit<RolloutHosts, 'hosts'> & { jobId: string; seed: string; targets: Target })[]
  >`
    SELECT r.job_id AS "jobId", j.name AS job, r.version, r.seed, r.rings, r.soak_ms::float8 AS "soakMs", v.spec->'targets' AS targets
    FROM rollout r JOIN job j ON j.id = r.job_id AND j.current_version = r.version AND j.deleted_at IS NULL
    JOIN job_version v ON v.job_id = r.job_id AND v.version = r.version
    WHERE r.in_force AND r.job_id = ANY(${[...jobIds]}::uuid[])`;
  if (rollouts.length === 0) return new Map();
  const hosts = await tx.$queryRaw<{ id: string; name: string; timezone: string; labels: Record<string, string> }[]>`
    SELECT id, name, timezone, labels FROM host WHERE state = 'active' ORDER BY name_key`;
  const groups = await savedGroups(tx);
  return new Map(
    rollouts.map(({ jobId, seed, targets, ...rollout }) => {
      const members = hosts.filter((host) => matchesTarget(targets, host, groups));
      const placed = members.map(({ id, ...host }) => ({ ...host, ring: ringOf(id, seed, rollout.rings) }));
      return [jobId, { ...rollout, hosts: placed }];
    }),
  );
}

/** Groups as targets are compared with them. */
export async function savedGroups(tx: Transaction): Promise<HostGroup[]> {
  return (await tx.hostGroup.findMany()).map((row) => ({
    name: row.name,
    ...(row.labels === null ? {} : { labels: row.labels as Record<string, string> }),
    ...(row.hosts.length > 0 ? { hosts: row.hosts } : {}),
  }));
}
