import { canonicalJson, sha256Hex } from '@carillon/core/desired/canonical-json';
import type { HeldBy } from '@carillon/core/freeze/freeze';
import { asJson, type JobSpec } from '@carillon/core/job/job-spec';
import type { RingHealth, StepReason } from '@carillon/core/rollout/next-step';
import { describeStep } from '@carillon/core/rollout/step-words';
import { isBadRun, isFinalRun, runStates } from '@carillon/core/state/states';
import { lowestUuidAt } from '@carillon/core/state/uuid7';
import type { RecordText } from '@carillon/core/text/record-texts';
import { Inject, Injectable } from '@nestjs/common';
import { AcceptedStore, NotSigned } from './accepted.store.js';
import { ApprovalGuard } from './approval-permit.js';
import { noteChange } from './audit-act.js';
import { Database, type Transaction } from './database.store.js';
import { DefinitionStore, lockDefinitions } from './definition.store.js';
import { DesiredStore } from './desired.store.js';
import { frozenJobs } from './freezes.js';
import { presenceSql } from './presence-sql.js';
import { type RolloutRow, rolloutColumns } from './rollout-rows.js';
import { settleRollout, signalHalt } from './rollout-signal.js';

const fromRollouts = 'FROM rollout r JOIN job j ON j.id = r.job_id';
const named = (states: readonly string[]) => states.map((state) => `'${state}'`).join(', ');
/** Whoever stopped a run, or a condition that left it out, says nothing of the version. */
const countedRuns = named(runStates.filter((state) => isFinalRun(state) && state !== 'skipped' && state !== 'killed'));
const badRuns = named(runStates.filter((state) => isBadRun(state) && state !== 'killed'));
/** Runs carry the clocks of their hosts. */
const clockSlackMs = 3_600_000;
const mostUnderWay = 1_000;

/** What somebody, or the server itself, did with a rollout that was as he knew it. */
export type RolloutChange = 'done' | 'changed meanwhile';

/** Rollouts: how they stand, and each of their steps as one transaction. */
@Injectable()
export class RolloutStore {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
    @Inject(DefinitionStore) private readonly definitions: DefinitionStore,
    @Inject(DesiredStore) private readonly desired: DesiredStore,
  ) {}

  /** Newest first. @param before id of the last of the page before */
  async list(query: {
    readonly underWay?: boolean | undefined;
    readonly job?: string | undefined;
    readonly before: string | null;
    readonly limit: number;
  }): Promise<RolloutRow[]> {
    const { rows } = await this.database.pool.query<RolloutRow>(
      `SELECT ${rolloutColumns} ${fromRollouts}
       WHERE ($1::uuid IS NULL OR r.id < $1) AND (NOT $2 OR r.state IN ('running', 'halted'))
         AND ($3::text IS NULL OR (j.name_key = $3 AND j.deleted_at IS NULL)) ORDER BY r.id DESC LIMIT $4`,
      [query.before, query.underWay === true, query.job?.toLowerCase() ?? null, query.limit],
    );
    return rows;
  }

  /** The newest rollout of a job that is there; null: it had none. */
  async newest(job: string): Promise<RolloutRow | null> {
    return (await this.list({ job, before: null, limit: 1 }))[0] ?? null;
  }

  /** Those that go on by themselves. */
  async running(): Promise<RolloutRow[]> {
    const { rows } = await this.database.pool.query<RolloutRow>(
      `SELECT ${rolloutColumns} ${fromRollouts} WHERE r.state = 'running' ORDER BY r.started_at LIMIT ${mostUnderWay}`,
    );
    return rows;
  }

  /** How the hosts of the open rings are, and what the version did there; in the order asked. */
  async health(rollouts: readonly RolloutRow[]): Promise<RingHealth[]> {
    return Promise.all(rollouts.map((rollout) => this.healthOf(rollout)));
  }

  private async healthOf({ jobId, version, healthySinceMs }: RolloutRow): Promise<RingHealth> {
    const { rows } = await this.database.pool.query<RingHealth>(
      `SELECT x.*, y.* FROM (
         SELECT count(*)::int AS hosts, count(*) FILTER (WHERE place = 'applied')::int AS applied,
           count(*) FILTER (WHERE place = 'failed')::int AS failed, count(*) FILTER (WHERE place = 'held')::int AS "heldBack",
           count(*) FILTER (WHERE place = 'offline')::int AS offline
         FROM (SELECT CASE WHEN a.held_version IS NOT NULL THEN 'held' WHEN a.state IN ('failed', 'rejected') THEN 'failed'
             WHEN a.applied_version = a.version THEN 'applied'
             WHEN ${presenceSql} IN ('offline', 'never-seen') THEN 'offline' ELSE 'waiting' END AS place
           FROM assignment a LEFT JOIN agent_session s ON s.host_id = a.host_id
           WHERE a.job_id = $1 AND a.state <> 'removing' AND coalesce(a.held_version, a.version) = $2) AS p) AS x,
       (SELECT count(*) FILTER (WHERE state IN (${countedRuns}))::int AS runs,
          count(*) FILTER (WHERE state IN (${badRuns}))::int AS "badRuns"
        FROM run WHERE job_id = $1 AND job_version = $2 AND id >= $3 AND finished_at >= $4) AS y`,
      [jobId, version, lowestUuidAt(healthySinceMs - clockSlackMs), new Date(healthySinceMs)],
    );
    return rows[0] as RingHealth;
  }

  /** The freeze that holds it now; null: none. */
  async frozenBy({ jobId }: RolloutRow, nowMs: number): Promise<HeldBy | null> {
    const [found] = await this.database.prisma.$transaction((tx) => frozenJobs(tx, [jobId], nowMs));
    return found?.by ?? null;
  }

  /** Notes why it waits. @param settled the hosts that can be reached have it as of now */
  async wait(rollout: RolloutRow, reason: StepReason, settled: boolean, nowMs: number): Promise<void> {
    await this.database.pool.query(
      `UPDATE rollout SET reason = $3, settled_at = CASE WHEN $4 THEN $5 ELSE settled_at END
       WHERE id = $1 AND open = $2 AND state = 'running' AND (reason IS DISTINCT FROM $3::jsonb OR $4)`,
      [rollout.id, rollout.open, JSON.stringify(reason), settled, new Date(nowMs)],
    );
  }

  /**
   * Opens the next ring, if it is as it was looked at. The signer judges whether that may be.
   * @returns hosts whose desired state changed
   * @throws NotSigned
   */
  async open(rollout: RolloutRow, reason: StepReason, nowMs: number): Promise<string[]> {
    const { id, jobId, job, version, open, rings } = rollout;
    return this.database.transaction(async (tx) => {
      await lockDefinitions(tx);
      const now = new Date(nowMs);
      const changed = await tx.$executeRaw`
        UPDATE rollout SET open = open + 1, opened_at = ${now}, settled_at = NULL, reason = ${JSON.stringify(reason)}::jsonb
        WHERE id = ${id}::uuid AND state = 'running' AND open = ${open}`;
      if (changed === 0) return [];
      // With the last ring, all hosts have the version: what it lay over counts no more.
      if (open + 1 >= rings.length) await this.standDown(tx, jobId);
      this.accepted.note({ kind: 'rollout-step', jobId, version, open: open + 1 });
      noteChange({
        ...{ kind: 'Rollout', act: 'opened', what: job, text: describeStep(reason) },
        after: { version, ring: open + 1, of: rings.length },
        ref: { job: jobId, version },
      });
      return this.desired.reassign(tx, { jobIds: [jobId] });
    });
  }

  /** Stands still until somebody says otherwise, and people are told. */
  async halt(rollout: RolloutRow, reason: StepReason, nowMs: number, comment?: string): Promise<RolloutChange> {
    const { id, jobId, job, version, open, rings } = rollout;
    return this.database.transaction(async (tx) => {
      await lockDefinitions(tx);
      const [changed] = await tx.$queryRaw<{ inForce: boolean }[]>`
        UPDATE rollout SET state = 'halted', reason = ${JSON.stringify(reason)}::jsonb
        WHERE id = ${id}::uuid AND state = 'running' AND open = ${open} RETURNING in_force AS "inForce"`;
      if (!changed) return 'changed meanwhile';
      // When all rings are open there is nothing left to hold.
      if (changed.inForce) this.accepted.note({ kind: 'rollout-halt', jobId, version });
      const text = comment ?? describeStep(reason);
      noteChange({
        ...{ kind: 'Rollout', act: 'halted', what: job, text, ref: { job: jobId, version } },
        after: { version, ring: open, of: rings.length },
      });
      // Whoever halts it knows.
      const told = `version ${version} of ${job} was halted at ring ${open} of ${rings.length}: ${text}`;
      if (comment === undefined) await signalHalt(tx, job, nowMs, told);
      return 'done';
    });
  }

  /** Goes on, after another soak; what was counted until now counts no more. */
  async resume(
    { id, jobId, job, version, open, rings }: RolloutRow,
    comment: string,
    nowMs: number,
  ): Promise<RolloutChange> {
    return this.database.transaction(async (tx) => {
      await lockDefinitions(tx);
      const now = new Date(nowMs);
      const [changed] = await tx.$queryRaw<{ inForce: boolean }[]>`
        UPDATE rollout SET state = 'running', reason = NULL, opened_at = ${now}, settled_at = NULL, healthy_since = ${now}
        WHERE id = ${id}::uuid AND state = 'halted' AND open = ${open} RETURNING in_force AS "inForce"`;
      if (!changed) return 'changed meanwhile';
      if (changed.inForce) this.accepted.note({ kind: 'rollout-resume', jobId, version });
      noteChange({
        ...{ kind: 'Rollout', act: 'resumed', what: job, text: comment, ref: { job: jobId, version } },
        after: { version, ring: open, of: rings.length },
      });
      await settleRollout(tx, job, nowMs, `version ${version} was resumed`);
      return 'done';
    });
  }

  /** All of its hosts have it. */
  async finish({ id, jobId, job, version, open }: RolloutRow, reason: StepReason, nowMs: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      const changed = await tx.$executeRaw`
        UPDATE rollout SET state = 'done', ended_at = ${new Date(nowMs)}, reason = ${JSON.stringify(reason)}::jsonb
        WHERE id = ${id}::uuid AND state = 'running' AND open = ${open}`;
      if (changed === 0) return;
      const text = describeStep(reason);
      noteChange({ kind: 'Rollout', act: 'done', what: job, text, after: { version }, ref: { job: jobId, version } });
      await settleRollout(tx, job, nowMs, `version ${version} is on its hosts`);
    });
  }

  /**
   * Writes the version anew that all hosts had before, for all of them at once.
   * @returns null when the rollout is not the newest of its job any more, or there was no version before
   * @throws NotSigned when the version before is not as it was accepted
   */
  async rollBack(
    rollout: RolloutRow,
    by: { readonly author: string; readonly comment: string },
    nowMs: number,
  ): Promise<{ version: number; changedHosts: string[] } | null> {
    const { id, jobId, job, version, baseVersion } = rollout;
    return this.database.transaction(async (tx) => {
      await lockDefinitions(tx);
      const guard = await ApprovalGuard.open(tx);
      const [before] = await tx.$queryRaw<{ spec: JobSpec }[]>`
        SELECT v.spec FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = ${baseVersion}
        WHERE j.id = ${jobId}::uuid AND j.deleted_at IS NULL AND j.current_version = ${version}`;
      if (!before || baseVersion === null) return null;
      await this.requireAccepted(jobId, baseVersion, before);
      await tx.$executeRaw`
        UPDATE rollout SET state = 'rolled_back', ended_at = ${new Date(nowMs)} WHERE id = ${id}::uuid`;
      const reason: RecordText = `rolled back from version ${version} to what version ${baseVersion} says: ${by.comment}`;
      const written = await this.definitions.putJob(tx, before.spec, { author: by.author, reason, pace: 'at once' });
      noteChange({
        ...{ kind: 'Rollout', act: 'rolled back', what: job, text: by.comment, ref: { job: jobId, version } },
        after: { version: written.version, sameAs: baseVersion },
      });
      await settleRollout(tx, job, nowMs, `version ${version} was rolled back`);
      const changedHosts = await this.desired.reassign(tx, { jobIds: [jobId] });
      const facts = { rollBack: id, version, sameAs: baseVersion };
      const targets = [before.spec.targets];
      await guard.pass(tx, await guard.need(tx, { hostIds: changedHosts, jobIds: [jobId], targets, facts }));
      return { version: written.version, changedHosts };
    });
  }

  /** A definition that is written again must be one that was accepted, and not what somebody made of it in the database. */
  private async requireAccepted(jobId: string, version: number, { spec }: { spec: JobSpec }): Promise<void> {
    const specHash = sha256Hex(canonicalJson(asJson(spec)));
    const [verdict] = await this.accepted.judge([{ jobId, version, specHash }]);
    if (verdict && !verdict.ok) throw new NotSigned(verdict);
  }

  private async standDown(tx: Transaction, jobId: string): Promise<void> {
    await tx.$executeRaw`UPDATE rollout SET in_force = false WHERE job_id = ${jobId}::uuid AND in_force`;
  }
}
