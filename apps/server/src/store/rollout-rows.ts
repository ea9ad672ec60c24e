import type { RolloutCourse, RolloutLayer } from '@carillon/core/rollout/course';
import type { RingHealth, RolloutState, StepReason } from '@carillon/core/rollout/next-step';
import type { PlannedRing } from '@carillon/core/rollout/rings';
import type { HaltRule } from '@carillon/core/rollout/rollout-rules';
import type { Transaction } from './database.store.js';

/** A rollout as it is kept. Instants in epoch milliseconds. */
export interface RolloutRow {
  readonly id: string;
  readonly jobId: string;
  readonly job: string;
  readonly version: number;
  readonly baseVersion: number | null;
  readonly seed: string;
  readonly rings: readonly PlannedRing[];
  readonly open: number;
  readonly soakMs: number;
  readonly haltOn: HaltRule;
  readonly state: RolloutState;
  readonly ignoresFreezes: boolean;
  readonly reason: StepReason | null;
  readonly author: string;
  readonly comment: string | null;
  readonly startedMs: number;
  readonly openedMs: number;
  readonly settledMs: number | null;
  readonly healthySinceMs: number;
  readonly endedMs: number | null;
  /** Of a job that is there, its newest version. */
  readonly isNewest: boolean;
}

/** A rollout with how its hosts are. */
export interface RolloutWithHealth extends RolloutRow {
  readonly health: RingHealth;
}

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;

/** Of `rollout r` with `job j`. */
export const rolloutColumns = `r.id, r.job_id AS "jobId", j.name AS job, r.version, r.base_version AS "baseVersion", r.seed, r.rings,
  r.open, r.soak_ms::float8 AS "soakMs", r.halt_on AS "haltOn", r.state, r.ignores_freezes AS "ignoresFreezes", r.reason,
  r.author, r.comment, ${ms('r.started_at')} AS "startedMs", ${ms('r.opened_at')} AS "openedMs",
  ${ms('r.settled_at')} AS "settledMs", ${ms('r.healthy_since')} AS "healthySinceMs", ${ms('r.ended_at')} AS "endedMs",
  (j.deleted_at IS NULL AND j.current_version = r.version) AS "isNewest"`;

/** What is on its way for jobs; those for which nothing is are left out. @param jobIds null: of all */
export async function rolloutCourses(
  tx: Transaction,
  jobIds: readonly string[] | null,
): Promise<Map<string, RolloutCourse>> {
  const rows = await tx.$queryRaw<(RolloutLayer & { jobId: string; baseVersion: number | null })[]>`
    SELECT job_id AS "jobId", base_version AS "baseVersion", version, seed, rings, open FROM rollout
    WHERE in_force AND (${jobIds === null} OR job_id = ANY(${[...(jobIds ?? [])]}::uuid[])) ORDER BY job_id, version`;
  const courses = new Map<string, RolloutCourse>();
  for (const { jobId, baseVersion, ...layer } of rows) {
    const course = courses.get(jobId) ?? { base: baseVersion, layers: [] };
    courses.set(jobId, { ...course, layers: [...course.layers, layer] });
  }
  return courses;
}
