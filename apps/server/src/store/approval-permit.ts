import { AsyncLocalStorage } from 'node:async_hooks';
import { type ApprovalNeed, approvalNeeded, personOf } from '@carillon/core/approval/change-request';
import { canonicalJson, type Json, sha256Hex } from '@carillon/core/desired/canonical-json';
import { type HostGroup, matchesTarget, type Target, type TargetHost } from '@carillon/core/host/target';
import { whoActs } from './audit-act.js';
import type { Transaction } from './database.store.js';

/** What a change request is about: bound to it, and told with it. */
export interface Need extends ApprovalNeed {
  /** Of what would be done, upon what: other facts give another hash. */
  readonly hash: string;
  readonly hostIds: readonly string[];
  readonly jobIds: readonly string[];
  /** Versions that it would write. */
  readonly versions: readonly WrittenVersion[];
}

/** A version of a job that a change writes. The id of a new job is kept, so that it can be signed before it is there. */
export interface WrittenVersion {
  readonly name: string;
  readonly jobId: string;
  readonly version: number;
}

/** A change that others must approve first; it is taken back. */
export class ApprovalNeeded extends Error {
  constructor(readonly need: Need) {
    super(`hosts of the protected group ${need.groups.join(', ')} need ${need.required} approvals`);
  }
}

/** An approved request that is carried out. */
export interface Permit {
  /** Who asked for it: it is done as his. */
  readonly author: string;
  /** What new jobs are to be called by, by name in lower case. */
  readonly newJobs?: ReadonlyMap<string, string>;
  /** In the transaction that carries it out, before it is kept. What it throws undoes everything. */
  finish(tx: Transaction, need: Need | null): Promise<void>;
}

const permits = new AsyncLocalStorage<Permit>();

/** Carries out an approved request: what it changes needs no other approval. */
export function withPermit<T>(permit: Permit, work: () => Promise<T>): Promise<T> {
  return permits.run(permit, work);
}

/** Who writes what is written now: whoever asked for it first, or the signed-in caller; null: the server by itself. */
export function whoWrites(): string | null {
  const author = permits.getStore()?.author ?? whoActs();
  return author === 'carillon' ? null : personOf(author);
}

/** The id that a new job of this name was to get when it was asked for. */
export function promisedJobId(nameKey: string): string | undefined {
  return permits.getStore()?.newJobs?.get(nameKey);
}

/** What a transaction has moved. */
export interface Moved {
  /** Hosts whose desired state it changed. */
  readonly hostIds: readonly string[];
  readonly jobIds?: readonly string[];
  readonly versions?: readonly WrittenVersion[];
  /** As they were before, where their labels change. */
  readonly hostsBefore?: readonly TargetHost[];
  readonly changedGroups?: readonly string[];
  /** Of the jobs that it changed: hosts that come to have them later count, too. */
  readonly targets?: readonly Target[];
  /** What is done, upon what: part of what an approval is bound to. */
  readonly facts: unknown;
}

/** Which groups are protected as a transaction begins, and whether what it does touches one. */
export class ApprovalGuard {
  private constructor(private readonly groups: readonly HostGroup[]) {}

  /** To be asked before anything is written, under the lock of whoever changes definitions or hosts. */
  static async open(tx: Transaction): Promise<ApprovalGuard> {
    const rows = await tx.$queryRaw<
      { name: string; labels: Record<string, string> | null; hosts: string[]; approvals: number | null }[]
    >`SELECT name, labels, hosts, approvals FROM host_group
      WHERE EXISTS (SELECT FROM host_group WHERE approvals IS NOT NULL)`;
    return new ApprovalGuard(
      rows.map(({ name, labels, hosts, approvals }) => ({
        name,
        ...(labels ? { labels } : {}),
        ...(hosts.length > 0 ? { hosts } : {}),
        ...(approvals === null ? {} : { approval: { required: approvals } }),
      })),
    );
  }

  /** @returns null when nobody has to approve it */
  async need(tx: Transaction, moved: Moved): Promise<Need | null> {
    if (this.groups.length === 0) return null;
    const { hostIds, jobIds = [], hostsBefore = [], changedGroups = [], targets = [], versions = [], facts } = moved;
    const hosts = await tx.$queryRaw<{ id: string; name: string; labels: Record<string, string> }[]>`
      SELECT id, name, labels FROM host`;
    const changed = new Set(hostIds);
    const isMoved = (host: TargetHost & { id: string }) =>
      changed.has(host.id) || targets.some((target) => matchesTarget(target, host, this.groups));
    const now = hosts.filter(isMoved);
    const targetedGroups = targets.flatMap(({ groups = [] }) => groups);
    const need = approvalNeeded({
      groups: this.groups,
      hosts: [...hostsBefore, ...now],
      changedGroups,
      targetedGroups,
    });
    if (!need) return null;
    const told = { facts: JSON.parse(JSON.stringify(facts)) as Json, groups: [...need.groups], hosts: [...need.hosts] };
    const inside = new Set(need.hosts);
    return {
      ...need,
      hash: sha256Hex(canonicalJson(told)).slice(0, 16),
      hostIds: hosts.filter(({ name }) => inside.has(name)).map(({ id }) => id),
      jobIds,
      versions,
    };
  }

  /** Is a host in the same protected groups with these labels as with those? */
  isSameInside(before: TargetHost, after: TargetHost): boolean {
    const inside = (host: TargetHost) =>
      this.groups
        .filter(({ approval, name }) => approval && matchesTarget({ groups: [name] }, host, this.groups))
        .map(({ name }) => name)
        .join();
    return inside(before) === inside(after);
  }

  /** Whether there are protected groups at all. */
  get isNeeded(): boolean {
    return this.groups.length > 0;
  }

  /** Before a transaction is kept. @throws ApprovalNeeded unless nobody has to approve it, or it was approved */
  async pass(tx: Transaction, need: Need | null): Promise<void> {
    const permit = permits.getStore();
    if (permit) await permit.finish(tx, need);
    else if (need) throw new ApprovalNeeded(need);
  }
}
