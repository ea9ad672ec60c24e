import { canonicalJson, sha256Hex } from '@carillon/core/desired/canonical-json';
import { asJson, type JobSpec } from '@carillon/core/job/job-spec';
import type { DriftKind } from '@carillon/core/state/states';
import type { RecordText } from '@carillon/core/text/record-texts';
import { Inject, Injectable } from '@nestjs/common';
import { Sealer } from '../shared/sealer.js';
import { AcceptedStore, NotSigned } from './accepted.store.js';
import { ApprovalGuard, type Moved } from './approval-permit.js';
import { noteChange } from './audit-act.js';
import { Database, type Transaction } from './database.store.js';
import { DefinitionStore, lockDefinitions } from './definition.store.js';
import { DesiredStore } from './desired.store.js';
import { type FreezeCheck, frozenJobs, passFreezes } from './freezes.js';
import { type ComparedWith, comparedWithSql, definitionSql } from './task-change.store.js';
import { proofPurpose, proofText } from './task-change-proof.js';

/** All that decides whether an edited task becomes what its host should have. */
export interface AdoptionFacts {
  readonly id: string;
  readonly jobId: string;
  readonly hostId: string;
  readonly host: string;
  readonly found: DriftKind;
  readonly definition: string | null;
  readonly comparedWith: ComparedWith | null;
  readonly changedAt: Date | null;
  readonly changedBy: string | null;
  readonly version: number;
  readonly base: JobSpec;
  readonly currentVersion: number;
  readonly current: JobSpec;
  readonly isDeleted: boolean;
  /** The host has told something newer about this task. */
  readonly isOld: boolean;
  readonly definitionHash: string | null;
  readonly proof: string | null;
}

export type AdoptionDecision =
  | { readonly kind: 'adopted'; readonly spec: JobSpec; readonly reason: string; readonly notes: readonly string[] }
  | { readonly kind: 'left'; readonly reasons: readonly string[] };

/** Of a change that was adopted: what to put back. */
export interface UndoFacts {
  readonly job: string;
  readonly host: string;
  /** Version that adopted it. */
  readonly adopted: JobSpec;
  readonly before: JobSpec;
  readonly current: JobSpec;
}

export type Settled = { readonly version: number | null; readonly changedHosts: readonly string[] };

/** Of a version's reason. */
const reasonCharacters = 2_000;

/** Edited tasks whose jobs say that edits are kept. */
@Injectable()
export class TaskAdoptionStore {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(DefinitionStore) private readonly definitions: DefinitionStore,
    @Inject(DesiredStore) private readonly desired: DesiredStore,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
    @Inject(Sealer) private readonly sealer: Sealer,
  ) {}

  /** Jobs that have changes nobody has decided about. @param except ids of those that wait */
  async wanted(limit: number, except: readonly string[] = []): Promise<string[]> {
    const result = await this.database.pool.query<{ jobId: string }>(
      `SELECT DISTINCT job_id AS "jobId" FROM task_change WHERE adoption = 'wanted' AND job_id <> ALL($2::uuid[]) LIMIT $1`,
      [limit, except],
    );
    return result.rows.map(({ jobId }) => jobId);
  }

  /**
   * Decides about the changes of one job, oldest first, in one version of it: an edit made on all hosts at once must not
   * send as many versions to all of them. Takes turns with `apply`, so that what is decided stands on what is stored.
   * @param frozen sees whether a freeze holds the job, where something is to be adopted; what it throws undoes everything
   */
  settle(
    jobId: string,
    limit: number,
    decide: (facts: AdoptionFacts) => AdoptionDecision,
    frozen: FreezeCheck['frozen'],
  ): Promise<Settled> {
    return this.database.transaction(async (tx) => {
      await lockDefinitions(tx);
      const guard = await ApprovalGuard.open(tx);
      const waiting = await this.facts(tx, `c.job_id = $1::uuid AND c.adoption = 'wanted'`, jobId, limit);
      let spec = waiting[0]?.current;
      const adopted: { id: string; host: string; reason: string; notes: readonly string[] }[] = [];
      for (const facts of waiting) {
        const decision = decide({ ...facts, current: spec ?? facts.current });
        const strange = decision.kind === 'adopted' ? await this.strangeness(facts) : null;
        if (strange !== null) await this.leave(tx, facts, [strange]);
        else if (decision.kind === 'left') await this.leave(tx, facts, decision.reasons);
        else {
          spec = decision.spec;
          adopted.push({ id: facts.id, host: facts.host, reason: decision.reason, notes: decision.notes });
        }
      }
      if (adopted.length === 0 || !spec) return { version: null, changedHosts: [] };
      frozen(await frozenJobs(tx, [jobId], Date.now()));
      const reason = adopted.map((each) => each.reason).join('; ');
      const { version } = await this.definitions.putJob(tx, spec, {
        author: 'host',
        pace: 'calm',
        reason: reason.slice(0, reasonCharacters),
      });
      for (const { id, host, notes } of adopted) {
        noteTask('adopted', 'host', { change: id, job: spec.name, host, version });
        await tx.$executeRaw`
          UPDATE task_change SET adoption = 'adopted', adopted_version = ${version}, adoption_reasons = ${[...notes]}::text[]
          WHERE id = ${id}::uuid`;
      }
      const changedHosts = await this.desired.reassign(tx, { jobIds: [jobId] });
      const moved = {
        hostIds: changedHosts,
        jobIds: [jobId],
        targets: [spec.targets],
        facts: { settle: jobId, version },
      };
      await guard.pass(tx, await guard.need(tx, moved));
      return { version, changedHosts };
    });
  }

  /**
   * Decides about one edit that stands, since somebody asks for it.
   * @returns null when there is none, or why it was left
   */
  adopt(
    id: string,
    author: string,
    decide: (facts: AdoptionFacts) => AdoptionDecision,
    freezes: FreezeCheck,
  ): Promise<(Settled & { job: string; host: string; version: number }) | { reasons: readonly string[] } | null> {
    return this.database.transaction(async (tx) => {
      await lockDefinitions(tx);
      const guard = await ApprovalGuard.open(tx);
      const stands = `c.id = $1::uuid AND c.state = 'drifted' AND c.adoption IS DISTINCT FROM 'adopted'`;
      const [facts] = await this.facts(tx, stands, id, 1);
      if (!facts) return null;
      const decision = decide(facts);
      if (decision.kind === 'left') return { reasons: decision.reasons };
      const strange = await this.strangeness(facts);
      if (strange !== null) return { reasons: [strange] };
      passFreezes(await frozenJobs(tx, [facts.jobId], Date.now()), freezes);
      const reason = decision.reason.slice(0, reasonCharacters);
      const { version } = await this.definitions.putJob(tx, decision.spec, { author, reason, pace: 'calm' });
      noteTask('adopted', author, { change: id, job: decision.spec.name, host: facts.host, version });
      await tx.$executeRaw`
        UPDATE task_change SET adoption = 'adopted', adopted_version = ${version}, adoption_reasons = ${[...decision.notes]}::text[]
        WHERE id = ${id}::uuid`;
      const changedHosts = await this.desired.reassign(tx, { jobIds: [facts.jobId] });
      await guard.pass(
        tx,
        await guard.need(tx, movedBy('adopt', { ...facts, spec: decision.spec, version, changedHosts })),
      );
      return { job: facts.base.name, host: facts.host, version, changedHosts };
    });
  }

  /**
   * Writes a version without what was adopted.
   * @returns null when nothing was adopted by this change, or that was taken back already
   */
  undo(
    id: string,
    author: string,
    without: (facts: UndoFacts) => JobSpec,
    freezes: FreezeCheck,
  ): Promise<(UndoFacts & Settled & { readonly version: number }) | null> {
    return this.database.transaction(async (tx) => {
      await lockDefinitions(tx);
      const guard = await ApprovalGuard.open(tx);
      const [facts] = await tx.$queryRaw<(UndoFacts & { jobId: string; currentVersion: number })[]>`
        SELECT j.id AS "jobId", j.current_version AS "currentVersion", j.name AS job, h.name AS host, a.spec AS adopted, b.spec AS before, v.spec AS current
        FROM task_change c JOIN job j ON j.id = c.job_id JOIN host h ON h.id = c.host_id
          JOIN job_version a ON a.job_id = c.job_id AND a.version = c.adopted_version
          JOIN LATERAL (SELECT p.spec FROM job_version p WHERE p.job_id = c.job_id AND p.version < c.adopted_version
            ORDER BY p.version DESC LIMIT 1) AS b ON true
          JOIN job_version v ON v.job_id = c.job_id AND v.version = j.current_version
        WHERE c.id = ${id}::uuid AND c.adoption = 'adopted' AND c.undone_version IS NULL AND j.deleted_at IS NULL`;
      if (!facts) return null;
      await this.requireAccepted(facts);
      passFreezes(await frozenJobs(tx, [facts.jobId], Date.now()), freezes);
      const reason: RecordText = `what was adopted from ${facts.host} was taken back`;
      const spec = without(facts);
      const { version } = await this.definitions.putJob(tx, spec, { author, reason, pace: 'calm' });
      await tx.$executeRaw`UPDATE task_change SET undone_version = ${version} WHERE id = ${id}::uuid`;
      noteTask('took back', author, { change: id, job: facts.job, host: facts.host, version });
      const changedHosts = await this.desired.reassign(tx, { jobIds: [facts.jobId] });
      await guard.pass(tx, await guard.need(tx, movedBy('undo', { ...facts, id, spec, version, changedHosts })));
      return { ...facts, version, changedHosts };
    });
  }

  /** What is taken back is written upon what stands: that must be what was accepted. @throws NotSigned */
  private async requireAccepted(facts: { jobId: string; currentVersion: number; current: JobSpec }): Promise<void> {
    const specHash = sha256Hex(canonicalJson(asJson(facts.current)));
    const [verdict] = await this.accepted.judge([{ jobId: facts.jobId, version: facts.currentVersion, specHash }]);
    if (verdict && !verdict.ok) throw new NotSigned(verdict);
  }

  /**
   * Why nothing may be made of an edit: rows say what the host did, and what the job was, and whoever can write rows could
   * have the server sign it. Null where a host told it and both definitions are those that were accepted.
   */
  private async strangeness(facts: AdoptionFacts): Promise<string | null> {
    const { jobId, definition, definitionHash, proof } = facts;
    const isTold =
      proof !== null &&
      this.sealer.isOurs(proofPurpose, proofText(facts), proof) &&
      (definition === null || sha256Hex(definition) === definitionHash);
    if (!isTold) return 'not_told: nothing shows that the host told this; it may have been written into the database';
    const specHash = (spec: JobSpec) => sha256Hex(canonicalJson(asJson(spec)));
    const verdicts = await this.accepted.judge([
      { jobId, version: facts.version, specHash: specHash(facts.base) },
      { jobId, version: facts.currentVersion, specHash: specHash(facts.current) },
    ]);
    const refusal = verdicts.find((verdict) => !verdict.ok);
    return refusal && !refusal.ok ? `${refusal.code}: ${refusal.message}` : null;
  }

  private facts(tx: Transaction, condition: string, id: string, limit: number): Promise<AdoptionFacts[]> {
    return tx.$queryRawUnsafe<AdoptionFacts[]>(
      `SELECT c.id, c.job_id AS "jobId", c.host_id AS "hostId", h.name AS host, c.found::text AS found,
         ${definitionSql} AS definition, ${comparedWithSql} AS "comparedWith", c.changed_at AS "changedAt",
         c.changed_by AS "changedBy", c.definition_hash AS "definitionHash", c.proof, c.job_version AS version, b.spec AS base, j.current_version AS "currentVersion",
         v.spec AS current, j.deleted_at IS NOT NULL AS "isDeleted",
         EXISTS (SELECT 1 FROM task_change n WHERE n.host_id = c.host_id AND n.job_id = c.job_id AND n.id > c.id) AS "isOld"
       FROM task_change c JOIN job j ON j.id = c.job_id JOIN host h ON h.id = c.host_id
         JOIN job_version b ON b.job_id = c.job_id AND b.version = c.job_version
         JOIN job_version v ON v.job_id = c.job_id AND v.version = j.current_version
       WHERE ${condition} ORDER BY c.id LIMIT $2 FOR UPDATE OF c`,
      id,
      limit,
    );
  }

  private async leave(tx: Transaction, facts: AdoptionFacts, reasons: readonly string[]): Promise<void> {
    const message = `left as it is, since the job cannot say it: ${reasons.join('; ')}`.slice(0, 2_000);
    await tx.$executeRaw`
      UPDATE task_change SET adoption = 'left', adoption_reasons = ${[...reasons]}::text[] WHERE id = ${facts.id}::uuid`;
    await tx.$executeRaw`
      UPDATE assignment SET message = ${message}, updated_at = now()
      WHERE host_id = ${facts.hostId}::uuid AND job_id = ${facts.jobId}::uuid AND version = ${facts.version}
        AND state = 'drifted' AND ${!facts.isOld}`;
  }
}

/** What an adoption, or its end, moves, for who may have to approve it. */
function movedBy(
  act: string,
  of: { id: string; jobId: string; spec: JobSpec; version: number; changedHosts: readonly string[] },
): Moved {
  const { id, jobId, spec, version, changedHosts } = of;
  const facts = { act, change: id, job: jobId, version, spec: sha256Hex(canonicalJson(asJson(spec))) };
  return { hostIds: changedHosts, jobIds: [jobId], targets: [spec.targets], facts };
}

/** What was done about an edit on a host; the version that it made has a row of its own. */
function noteTask(
  act: 'adopted' | 'took back',
  by: string,
  { change, job, host, version }: { change: string; job: string; host: string; version: number },
): void {
  noteChange({ by, kind: 'Task', act, what: `${job} on ${host}`, after: { version }, ref: { change, job, version } });
}
