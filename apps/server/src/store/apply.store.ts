import type { ChannelType } from '@carillon/core/alert/documents/channel.schema';
import { type CalendarDays, withDays } from '@carillon/core/calendar/named-days';
import { heldBackCode } from '@carillon/core/desired/hold-back';
import type { Document } from '@carillon/core/document/read-document';
import { overridesLost } from '@carillon/core/job/host-overrides';
import type { Followed } from '@carillon/core/job/job-cycles';
import type { JobSpec } from '@carillon/core/job/job-spec';
import type { Problem } from '@carillon/core/problem';
import { describeRing } from '@carillon/core/rollout/rollout-rules';
import { type VaultPurpose, vaultKey } from '@carillon/core/secrets/secret-use';
import type { RecordText } from '@carillon/core/text/record-texts';
import { Inject, Injectable } from '@nestjs/common';
import { AcceptedStore } from './accepted.store.js';
import { AlertDocumentStore, type DocumentPlace } from './alert-document.store.js';
import { refreshAlertWatch } from './alert-watch.js';
import { ApprovalGuard, type Moved, type Need, type WrittenVersion } from './approval-permit.js';
import { calendarDays, type FollowingJob, followingJobs } from './calendars.js';
import { Database, type Transaction } from './database.store.js';
import { type Change, DefinitionStore, lockDefinitions } from './definition.store.js';
import { deleteJob } from './delete-job.js';
import { DesiredStore } from './desired.store.js';
import { type FreezeOverride, type FrozenJob, frozenJobs, noteOverride } from './freezes.js';
import { hostsOfNamed, type PlanFacts, storedDocuments } from './plan-facts.js';
import { hostsOfRollouts, type RolloutHosts } from './rollout-hosts.js';

/** What it means, and as it was written. */
export type WrittenDocument = Document & { readonly written: object };

export interface AppliedDocument {
  readonly kind: Document['kind'];
  readonly name: string;
  readonly change: Change;
  /** Of jobs. */
  readonly version: number | null;
  /** Of jobs: how many hosts should have it. */
  readonly hosts: number | null;
  /** Of an unchanged job whose file reads otherwise now. */
  readonly rewritten?: boolean;
  /** Of a changed job that reaches its hosts in rings, or takes the place of one that did. */
  readonly rollout?: AppliedRollout;
  /** What will not be as written, though it was stored. Absent when there is nothing. */
  readonly warnings?: readonly ApplyWarning[];
}

export interface AppliedRollout {
  /** None: all hosts have it at once. */
  readonly rings: readonly { readonly ring: string; readonly hosts: readonly string[] }[];
  readonly soakMs: number;
  /** The version that was on its way, and is no more. */
  readonly supersedes: number | null;
}

/** A job that was deleted, since the files of its set have it no more. */
export interface PrunedJob {
  readonly name: string;
  /** Hosts that had it. */
  readonly hosts: readonly string[];
}

export interface ApplyWarning {
  readonly code: string;
  readonly message: string;
  readonly count: number;
  readonly hosts: readonly string[];
}

export interface ApplyFacts {
  readonly knownGroups: readonly string[];
  readonly knownPolicies: readonly string[];
  /** Channels and what each falls back to, names in lower case. */
  readonly fallbacks: ReadonlyMap<string, string | null>;
  /** How each of these channels is reached, by name in lower case. */
  readonly channelTypes: ReadonlyMap<string, ChannelType>;
  /** With those among the documents. */
  readonly calendars: CalendarDays;
  /** On-call schedules. */
  readonly knownSchedules: readonly string[];
  /** Jobs that start after others. */
  readonly followers: readonly Followed[];
  /** Current versions of jobs by lower-case name, of those that are asked about. */
  readonly versions: ReadonlyMap<string, number>;
  /** Secrets and accounts of the centre and the jobs that they are for, by core's `vaultKey`. */
  readonly secretJobs: ReadonlyMap<string, readonly string[]>;
  /** When alert documents were changed last, by `placeKey`, of those that are asked about. */
  readonly changedAt: ReadonlyMap<string, Date>;
}

export type DocumentProblem = Problem & { readonly document: number };

/** Rules that need to see what is stored. They get facts and give problems; the first problem undoes everything. */
export interface ApplyChecks {
  /** Names of jobs whose current versions `before` wants to see. */
  readonly versionsOf: readonly string[];
  /** Alert documents of which `before` wants to see when they were changed last. */
  readonly changesOf: readonly DocumentPlace[];
  before(facts: ApplyFacts): DocumentProblem[];
  /** @param documents what was asked for with the days of calendars, and jobs that follow a calendar after it */
  after(
    documents: readonly (WrittenDocument | FollowingJob)[],
    hostsOfDocument: ReadonlyMap<number, { readonly count: number; readonly timezones: readonly string[] }>,
  ): DocumentProblem[];
  /** Sees the changed jobs that a freeze holds; what it throws undoes everything. */
  frozen(frozen: readonly FrozenJob[]): void;
  /** Sees what all of it would change, before it is kept; what it throws undoes everything. @returns the plan's hash */
  readonly plan: (
    documents: readonly WrittenDocument[],
    facts: PlanFacts,
    results: readonly AppliedDocument[],
  ) => string;
  /** Whether it wants to, where nobody has to approve anything. */
  readonly isPlanned: boolean;
}

/** Who applies documents, and what is kept with them. */
export interface Applied {
  readonly author: string;
  readonly reason?: string | undefined;
  /** The set that its jobs are kept in. With `prune`, jobs of the set that are not among the documents are deleted. */
  readonly set?: { readonly name: string; readonly prune: boolean } | undefined;
  /** No freeze holds it back, nor its rollouts. */
  readonly override?: FreezeOverride | undefined;
  /** The text of each document, where it is known. */
  readonly sources: readonly (string | null)[];
}

export type ApplyOutcome =
  | {
      readonly kind: 'done';
      /** What was asked for, with the days of calendars, and then the jobs that follow a calendar among them. */
      readonly documents: readonly WrittenDocument[];
      /** Of each of the documents. */
      readonly results: AppliedDocument[];
      readonly pruned: PrunedJob[];
      readonly changedHosts: string[];
      /** Versions that were written. */
      readonly versions: readonly WrittenVersion[];
      /** Of what was planned. */
      readonly planHash: string | null;
      /** Of a dry run: what others would have to approve. */
      readonly need?: Need | null;
    }
  | { readonly kind: 'refused'; readonly problems: DocumentProblem[] };

/** Some ten statements a job, and up to five hundred of them; it waits for the applies before it too. */
const longestApplyMs = 150_000;

/** Names in a warning. */
const shownHosts = 20;

/** Carries an outcome out of a transaction that must not be kept. */
class RolledBack extends Error {
  constructor(readonly outcome: ApplyOutcome) {
    super('rolled back');
  }
}

/** All documents together or none, in one transaction. */
@Injectable()
export class ApplyStore {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(DefinitionStore) private readonly definitions: DefinitionStore,
    @Inject(DesiredStore) private readonly desired: DesiredStore,
    @Inject(AlertDocumentStore) private readonly alertDocuments: AlertDocumentStore,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
  ) {}

  /** `dryRun` does all the work and takes it back, so that it tells exactly what would happen. */
  async apply(
    documents: readonly WrittenDocument[],
    by: Applied,
    checks: ApplyChecks,
    dryRun: boolean,
  ): Promise<ApplyOutcome> {
    try {
      return await this.database.transaction(async (tx) => {
        await lockDefinitions(tx);
        if (dryRun) await spareWork(tx);
        const guard = await ApprovalGuard.open(tx);
        const outcome = await this.write(tx, documents, by, {
          ...checks,
          isPlanned: checks.isPlanned || guard.isNeeded,
        });
        if (outcome.kind === 'refused') throw new RolledBack(outcome);
        const need = await guard.need(tx, movedBy(outcome));
        if (dryRun) throw new RolledBack({ ...outcome, need });
        await guard.pass(tx, need);
        return outcome;
      }, longestApplyMs);
    } catch (error) {
      if (error instanceof RolledBack) return error.outcome;
      throw error;
    }
  }

  private async write(
    tx: Transaction,
    asked: readonly WrittenDocument[],
    by: Applied,
    checks: ApplyChecks,
  ): Promise<ApplyOutcome> {
    const { definitions } = this;
    const calendars = await calendarDays(tx, asked);
    const problems = checks.before({
      knownGroups: await definitions.groupNames(tx),
      knownPolicies: await this.alertDocuments.names(tx, 'AlertPolicy'),
      fallbacks: await this.alertDocuments.fallbacks(tx),
      channelTypes: await this.alertDocuments.channelTypes(tx),
      calendars,
      knownSchedules: await this.alertDocuments.names(tx, 'OnCall'),
      followers: await definitions.followers(tx),
      versions: await definitions.versionsOf(tx, checks.versionsOf),
      secretJobs: await secretJobs(tx),
      changedAt: await this.alertDocuments.changedAt(tx, checks.changesOf),
    });
    if (problems.length > 0) return { kind: 'refused', problems };
    const following = await followingJobs(tx, asked, calendars);
    const documents = [...asked.map((document) => withDaysOf(document, calendars)), ...following];
    const planned = checks.isPlanned && {
      stored: await storedDocuments(tx, documents),
      hostsBefore: await hostsOfNamed(tx, documents),
    };

    const results: AppliedDocument[] = new Array(documents.length);
    const jobOfDocument = new Map<number, string>();
    const changedJobs = new Set<string>();
    const changedGroups: string[] = [];
    const superseded = new Map<string, number>();
    for (const [index, document] of groupsFirst(documents)) {
      switch (document.kind) {
        case 'HostGroup': {
          const { name } = document.spec;
          const change = await definitions.putGroup(tx, document.spec);
          if (change !== 'unchanged') changedGroups.push(name);
          results[index] = { kind: document.kind, name, change, version: null, hosts: null };
          break;
        }
        case 'Job': {
          const { author, override } = by;
          const reason = by.reason ?? reasonOf(following[index - asked.length]);
          const authorship = { author, reason, ignoresFreezes: override !== undefined, source: by.sources[index] };
          const stored = await definitions.putJob(tx, document.spec, authorship);
          const { jobId, version, change, before, rewritten, supersedes } = stored;
          if (supersedes !== null) superseded.set(jobId, supersedes);
          const lost = before && change === 'updated' ? await this.adoptionsLost(tx, jobId, before, document.spec) : [];
          jobOfDocument.set(index, jobId);
          if (change !== 'unchanged') changedJobs.add(jobId);
          const { name } = document.spec;
          const text = rewritten ? { rewritten } : {};
          results[index] = { kind: document.kind, name, change, version, hosts: 0, ...text, warnings: lost };
          break;
        }
        default: {
          const { kind, spec, written } = document;
          const change = await this.alertDocuments.put(tx, document, by.author, written, by.sources[index]);
          results[index] = { kind, name: spec.name, change, version: null, hosts: null };
        }
      }
    }
    const askedJobs = [...jobOfDocument].flatMap(([index, jobId]) => (index < asked.length ? [jobId] : []));
    const pruned = by.set ? await this.keepSet(tx, by.set, askedJobs, by.reason) : [];
    for (const { id } of pruned) changedJobs.add(id);
    for (const jobId of await definitions.jobsOfGroups(tx, changedGroups)) changedJobs.add(jobId);
    const hasPolicies = results.some(({ kind, change }) => kind === 'AlertPolicy' && change !== 'unchanged');
    if (hasPolicies || changedJobs.size > 0) await refreshAlertWatch(tx, hasPolicies ? 'all' : [...changedJobs]);
    const changedHosts = changedJobs.size > 0 ? await this.desired.reassign(tx, { jobIds: [...changedJobs] }) : [];

    const hosts = await definitions.hostsOfJobs(tx, [...jobOfDocument.values()]);
    const byDocument = new Map(
      [...jobOfDocument].map(([index, jobId]) => [index, hosts.get(jobId) ?? { count: 0, timezones: [] }]),
    );
    const late = checks.after(documents, byDocument);
    if (late.length > 0) return { kind: 'refused', problems: late };
    const frozen = await frozenJobs(tx, [...changedJobs], Date.now());
    checks.frozen(frozen);
    if (by.override) noteOverride(frozen, by.override);
    const planHash = planned
      ? checks.plan(documents, { ...planned, hostsAfter: await hostsOfNamed(tx, documents), pruned }, results)
      : null;
    const rollouts = await hostsOfRollouts(tx, [...changedJobs]);
    const heldBack = await definitions.heldBack(tx, [...jobOfDocument.values()]);
    const counted = results.map((result, index) => {
      const held = heldBack.flatMap(({ jobId, ...where }) =>
        jobId === jobOfDocument.get(index) ? [{ code: heldBackCode, ...where }] : [],
      );
      const { warnings: earlier = [], ...told } = result;
      const warnings = [...earlier, ...held];
      const found = warnings.length > 0 ? { warnings } : {};
      const jobId = result.change === 'unchanged' ? undefined : jobOfDocument.get(index);
      const way = jobId === undefined ? {} : wayOf(rollouts.get(jobId), superseded.get(jobId) ?? null);
      return { ...told, hosts: byDocument.get(index)?.count ?? result.hosts, ...way, ...found };
    });
    const versions = results.flatMap(({ name, change, version }, index): WrittenVersion[] => {
      const jobId = jobOfDocument.get(index);
      return jobId === undefined || version === null || change === 'unchanged' ? [] : [{ name, jobId, version }];
    });
    const gone = pruned.map(({ id: _, ...job }) => job);
    return { kind: 'done', documents, results: counted, pruned: gone, changedHosts, versions, planHash };
  }

  /** Notes to which set the jobs belong. @returns jobs of the set that are deleted, as they are not among them */
  private async keepSet(
    tx: Transaction,
    { name, prune }: NonNullable<Applied['set']>,
    jobIds: readonly string[],
    reason: string | undefined,
  ): Promise<(PrunedJob & { id: string })[]> {
    await tx.$executeRaw`
      UPDATE job SET managed_by = ${name} WHERE id = ANY(${[...jobIds]}::uuid[]) AND managed_by IS DISTINCT FROM ${name}`;
    if (!prune) return [];
    const gone = await tx.$queryRaw<(PrunedJob & { id: string })[]>`
      SELECT j.id, j.name, ARRAY(SELECT h.name FROM assignment a JOIN host h ON h.id = a.host_id
        WHERE a.job_id = j.id AND a.state <> 'removing' ORDER BY h.name_key) AS hosts
      FROM job j WHERE j.deleted_at IS NULL AND j.managed_by = ${name} AND NOT j.id = ANY(${[...jobIds]}::uuid[]) ORDER BY j.name_key`;
    for (const job of gone)
      await deleteJob(tx, this.accepted, job, reason ?? (`its set ${name} has it no more` satisfies RecordText));
    return gone;
  }

  /** Whoever applies a file that does not have what was adopted takes it back; he may not know. */
  private async adoptionsLost(
    tx: Transaction,
    jobId: string,
    before: JobSpec,
    after: JobSpec,
  ): Promise<ApplyWarning[]> {
    if (!before.overrides) return [];
    const hosts = overridesLost(before, after, await this.definitions.adoptedHosts(tx, jobId));
    if (hosts.length === 0) return [];
    const message: RecordText = 'what was edited there and adopted is not in this definition, and is taken back';
    return [{ code: 'adopted_lost', message, count: hosts.length, hosts: hosts.slice(0, shownHosts) }];
  }
}

/** What is taken back need not refer to anything, nor be expected of a host: both took most of the time of a large plan. */
async function spareWork(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SET CONSTRAINTS ALL DEFERRED`;
  await tx.$executeRaw`SET LOCAL carillon.dry_run = 'on'`;
}

function withDaysOf(document: WrittenDocument, calendars: CalendarDays): WrittenDocument {
  return document.kind === 'Job' ? { ...document, spec: withDays(document.spec, calendars) } : document;
}

/** Why a job gets a version that nobody wrote. */
function reasonOf(following: FollowingJob | undefined): RecordText | undefined {
  return following && `calendar ${following.calendar.name} has other days`;
}

/** Groups say which hosts are in the rings of jobs that come with them. */
function groupsFirst<T extends Document>(documents: readonly T[]): [number, T][] {
  const entries = [...documents.entries()];
  const isGroup = ([, { kind }]: [number, T]) => kind === 'HostGroup';
  return [...entries.filter(isGroup), ...entries.filter((entry) => !isGroup(entry))];
}

function wayOf(rollout: RolloutHosts | undefined, supersedes: number | null): Pick<AppliedDocument, 'rollout'> {
  if (!rollout) return supersedes === null ? {} : { rollout: { rings: [], soakMs: 0, supersedes } };
  const rings = rollout.rings.map(({ rule }, index) => ({
    ring: describeRing(rule),
    hosts: rollout.hosts.filter(({ ring }) => ring === index).map(({ name }) => name),
  }));
  return { rollout: { rings, soakMs: rollout.soakMs, supersedes } };
}

/** What an apply moves, for who may have to approve it. */
function movedBy({
  documents,
  results,
  changedHosts,
  versions,
  planHash,
}: Extract<ApplyOutcome, { kind: 'done' }>): Moved {
  const changed = documents.filter((_, index) => results[index]?.change !== 'unchanged');
  return {
    hostIds: changedHosts,
    changedGroups: changed.flatMap(({ kind, spec }) => (kind === 'HostGroup' ? [spec.name] : [])),
    targets: changed.flatMap((document) => (document.kind === 'Job' ? [document.spec.targets] : [])),
    versions,
    facts: { apply: planHash },
  };
}

async function secretJobs(tx: Transaction): Promise<Map<string, string[]>> {
  const rows = await tx.jobSecret.findMany({ select: { purpose: true, nameKey: true, jobs: true } });
  return new Map(
    rows.map(({ purpose, nameKey, jobs }) => [vaultKey({ purpose: purpose as VaultPurpose, name: nameKey }), jobs]),
  );
}
