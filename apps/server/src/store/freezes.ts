import { type ChangedJob, freezeLeft, freezeOf, type HeldBy } from '@carillon/core/freeze/freeze';
import type { FreezeSpec } from '@carillon/core/freeze/freeze.schema';
import { noteChange } from './audit-act.js';
import type { Transaction } from './database.store.js';
import { hostsOfRollouts } from './rollout-hosts.js';

/** A job that a freeze holds as it is now; or the labels of a host, that are named so. */
export interface FrozenJob {
  readonly job: string;
  readonly by: HeldBy;
}

/** What a freeze holds back is done nevertheless, since somebody who may says so. */
export interface FreezeOverride {
  readonly reason: string;
}

/** What sees that a freeze holds something back; what it throws undoes everything. */
export interface FreezeCheck {
  frozen(frozen: readonly FrozenJob[]): void;
  readonly override?: FreezeOverride | undefined;
}

type Labels = Readonly<Record<string, string>>;

/** All freezes, whether or not they hold now. */
export async function readFreezes(tx: Pick<Transaction, 'alertDocument'>): Promise<FreezeSpec[]> {
  const rows = await tx.alertDocument.findMany({ where: { kind: 'Freeze' } });
  return rows.map(({ spec }) => spec as unknown as FreezeSpec);
}

/**
 * Those of these jobs that a freeze covers now, by the hosts that have them, had them until now, or will have them.
 * @param also labels that hosts of them had until now
 */
export async function frozenJobs(
  tx: Transaction,
  jobIds: readonly string[],
  nowMs: number,
  also: readonly { readonly labels: Labels }[] = [],
): Promise<FrozenJob[]> {
  const freezes = jobIds.length === 0 ? [] : await readFreezes(tx);
  if (freezes.length === 0) return [];
  const jobs = await tx.$queryRaw<(ChangedJob & { id: string })[]>`
    SELECT j.id, j.name, coalesce((SELECT jsonb_agg(DISTINCT jsonb_build_object('labels', h.labels))
      FROM assignment a JOIN host h ON h.id = a.host_id WHERE a.job_id = j.id), '[]') AS hosts
    FROM job j WHERE j.id = ANY(${[...jobIds]}::uuid[]) ORDER BY j.name_key`;
  const coming = await hostsOfRollouts(tx, jobIds);
  return jobs.flatMap(({ id, name, hosts }) => {
    const by = freezeOf(freezes, { name, hosts: [...hosts, ...(coming.get(id)?.hosts ?? []), ...also] }, nowMs);
    return by ? [{ job: name, by }] : [];
  });
}

/** What a freeze holds back of other labels on a host: jobs that would come or go, and leaving the freeze itself. */
export async function frozenLabels(
  tx: Transaction,
  host: { readonly name: string; readonly before: Labels; readonly after: Labels },
  movedJobs: readonly string[],
  nowMs: number,
): Promise<FrozenJob[]> {
  const { name, before, after } = host;
  const jobs = await frozenJobs(tx, movedJobs, nowMs, [{ labels: before }, { labels: after }]);
  const by = freezeLeft(await readFreezes(tx), { before, after }, nowMs);
  return by ? [...jobs, { job: `labels of ${name}`, by }] : jobs;
}

/** Has a check see what is frozen, and writes down what is done nevertheless. */
export function passFreezes(frozen: readonly FrozenJob[], { frozen: see, override }: FreezeCheck): void {
  if (override) noteOverride(frozen, override);
  else see(frozen);
}

/** Writes down whose freeze was not heeded, and why. */
export function noteOverride(frozen: readonly FrozenJob[], { reason }: FreezeOverride): void {
  for (const { job, by } of frozen)
    noteChange({ kind: 'Freeze', act: 'overridden', what: by.name, text: reason, after: { job } });
}
