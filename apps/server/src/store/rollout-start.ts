import { randomBytes } from 'node:crypto';
import { matchesTarget, type Target } from '@carillon/core/host/target';
import { planRings, rolloutSeed } from '@carillon/core/rollout/rings';
import type { RolloutRules } from '@carillon/core/rollout/rollout-rules';
import type { AcceptedRollout } from '@carillon/core/signing/book-entry';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import type { Transaction } from './database.store.js';
import { savedGroups } from './rollout-hosts.js';
import { settleRollout } from './rollout-signal.js';

/** A version that is written now, and how it is to reach its hosts. */
export interface VersionToCome {
  readonly jobId: string;
  readonly name: string;
  readonly version: number;
  /** The current version before; null: the job is new. */
  readonly before: number | null;
  readonly targets: Target;
  readonly rules: RolloutRules | undefined;
  /**
   * `calm`: at once, unless another version is on its way: what the server writes for a single host must not carry a version
   * to all the others.
   */
  readonly pace: 'rules' | 'at once' | 'calm';
  readonly ignoresFreezes: boolean;
  readonly author: string;
  readonly reason: string | null;
}

interface HostRow {
  readonly id: string;
  readonly name: string;
  readonly labels: Record<string, string>;
}

export interface StartedRollout {
  /** Undefined: all hosts have it at once. */
  readonly rollout: AcceptedRollout | undefined;
  /** The version that was on its way. */
  readonly supersedes: number | null;
}

/** What is on its way for a job is superseded by what is written now. */
export async function startRollout(tx: Transaction, coming: VersionToCome): Promise<StartedRollout> {
  const { jobId, version, rules } = coming;
  const layers = await tx.rollout.findMany({ where: { jobId, inForce: true }, orderBy: { version: 'asc' } });
  const [ended] = await tx.$queryRaw<{ version: number }[]>`
    UPDATE rollout SET state = 'superseded', ended_at = now()
    WHERE job_id = ${jobId}::uuid AND state IN ('running', 'halted') RETURNING version`;
  const supersedes = ended?.version ?? null;
  if (supersedes !== null)
    await settleRollout(tx, coming.name, Date.now(), `version ${supersedes} is superseded by version ${version}`);
  const isStaged = coming.pace === 'rules' || (coming.pace === 'calm' && layers.length > 0);
  const seed = rolloutSeed(coming.name, version);
  const base = layers[0] ? layers[0].baseVersion : coming.before;
  const known = [base, ...layers.map((layer) => layer.version)].filter((each) => each !== null);
  const rings = rules && isStaged ? planRings(rules, seed, await hostsConcerned(tx, coming, known)) : [];
  if (!rules || rings.length < 2) {
    if (layers.length > 0) await tx.rollout.updateMany({ where: { jobId, inForce: true }, data: { inForce: false } });
    return { rollout: undefined, supersedes };
  }
  const now = new Date();
  await tx.rollout.create({
    data: {
      id: makeUuid7(Date.now(), randomBytes(10)),
      jobId,
      version,
      baseVersion: base,
      seed,
      rings: JSON.parse(JSON.stringify(rings)) as object[],
      soakMs: BigInt(rules.soakMs),
      haltOn: { ...rules.haltOn },
      ignoresFreezes: coming.ignoresFreezes,
      author: coming.author,
      comment: coming.reason,
      startedAt: now,
      openedAt: now,
      healthySince: now,
    },
  });
  return { rollout: { seed, rings, soakMs: rules.soakMs }, supersedes };
}

/** Hosts that have the job, or are to have it. */
async function hostsConcerned(
  tx: Transaction,
  { jobId, targets }: VersionToCome,
  versions: readonly number[],
): Promise<HostRow[]> {
  const known = await tx.$queryRaw<{ targets: Target }[]>`
    SELECT spec->'targets' AS targets FROM job_version WHERE job_id = ${jobId}::uuid AND version = ANY(${versions}::int[])`;
  const all = [targets, ...known.map((row) => row.targets)];
  const groups = await savedGroups(tx);
  const hosts = await activeHosts(tx);
  return hosts.filter((host) => all.some((target) => matchesTarget(target, host, groups)));
}

const hostsSeen = new WeakMap<Transaction, Promise<HostRow[]>>();

/** An `apply` of a hundred jobs asks once. */
function activeHosts(tx: Transaction): Promise<HostRow[]> {
  const known = hostsSeen.get(tx);
  if (known) return known;
  const asked = tx.$queryRaw<HostRow[]>`SELECT id, name, labels FROM host WHERE state = 'active'`;
  hostsSeen.set(tx, asked);
  return asked;
}
