import { type ChangedJob, freezeOf, type HeldBy } from '@carillon/core/freeze/freeze';
import type { FreezeSpec } from '@carillon/core/freeze/freeze.schema';
import { noteChange } from './audit-act.js';
import type { Transaction } from './database.store.js';
import { hostsOfRollouts } from './rollout-hosts.js';

/** A job that a freeze holds as it is now. */
export interface FrozenJob {
  readonly job: string;
  readonly by: HeldBy;
}

/** What a freeze holds back is done nevertheless, since somebody who may says so. */
export interface FreezeOverride {
  readonly reason: string;
}

/** Those of these jobs that a freeze covers now, by the hosts that have them, had them until now, or will have them. */
export async function frozenJobs(tx: Transaction, jobIds: readonly string[], nowMs: number): Promise<FrozenJob[]> {
  const rows = jobIds.length === 0 ? [] : await tx.alertDocument.findMany({ where: { kind: 'Freeze' } });
  if (rows.length === 0) return [];
  const freezes = rows.map(({ spec }) => spec as unknown as FreezeSpec);
  const jobs = await tx.$queryRaw<(ChangedJob & { id: string })[]>`
    SELECT j.id, j.name, coalesce((SELECT jsonb_agg(DISTINCT jsonb_build_object('labels', h.labels))
      FROM assignment a JOIN host h ON h.id = a.host_id WHERE a.job_id = j.id), '[]') AS hosts
    FROM job j WHERE j.id = ANY(${[...jobIds]}::uuid[]) ORDER BY j.name_key`;
  const coming = await hostsOfRollouts(tx, jobIds);
  return jobs.flatMap(({ id, name, hosts }) => {
    const by = freezeOf(freezes, { name, hosts: [...hosts, ...(coming.get(id)?.hosts ?? [])] }, nowMs);
    return by ? [{ job: name, by }] : [];
  });
}

/** Writes down whose freeze was not heeded, and why. */
export function noteOverride(frozen: readonly FrozenJob[], { reason }: FreezeOverride): void {
  for (const { job, by } of frozen)
    noteChange({ kind: 'Freeze', act: 'overridden', what: by.name, text: reason, after: { job } });
}
