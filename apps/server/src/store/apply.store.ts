import type { Document } from '@carillon/core/job/job-file';
import type { Problem } from '@carillon/core/problem';
import { Inject, Injectable } from '@nestjs/common';
import { Database, type Transaction } from './database.store.js';
import { type Change, DefinitionStore, lockDefinitions } from './definition.store.js';
import { DesiredStore } from './desired.store.js';

export interface AppliedDocument {
  readonly kind: Document['kind'];
  readonly name: string;
  readonly change: Change;
  /** Of jobs. */
  readonly version: number | null;
  /** Of jobs: how many hosts should have it. */
  readonly hosts: number | null;
}

export interface ApplyFacts {
  readonly knownGroups: readonly string[];
  readonly knownPolicies: readonly string[];
}

export type DocumentProblem = Problem & { readonly document: number };

/** Rules that need to see what is stored. They get facts and give problems; the first problem undoes everything. */
export interface ApplyChecks {
  before(facts: ApplyFacts): DocumentProblem[];
  after(
    hostsOfDocument: ReadonlyMap<number, { readonly count: number; readonly timezones: readonly string[] }>,
  ): DocumentProblem[];
}

export type ApplyOutcome =
  | { readonly kind: 'done'; readonly results: AppliedDocument[]; readonly changedHosts: string[] }
  | { readonly kind: 'refused'; readonly problems: DocumentProblem[] };

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
  ) {}

  /** `dryRun` does all the work and takes it back, so that it tells exactly what would happen. */
  async apply(
    documents: readonly Document[],
    author: string,
    checks: ApplyChecks,
    dryRun: boolean,
  ): Promise<ApplyOutcome> {
    try {
      return await this.database.transaction(async (tx) => {
        const outcome = await this.write(tx, documents, author, checks);
        if (dryRun || outcome.kind === 'refused') throw new RolledBack(outcome);
        return outcome;
      });
    } catch (error) {
      if (error instanceof RolledBack) return error.outcome;
      throw error;
    }
  }

  private async write(
    tx: Transaction,
    documents: readonly Document[],
    author: string,
    checks: ApplyChecks,
  ): Promise<ApplyOutcome> {
    const { definitions } = this;
    await lockDefinitions(tx);
    const problems = checks.before({
      knownGroups: await definitions.groupNames(tx),
      knownPolicies: await definitions.policyNames(tx),
    });
    if (problems.length > 0) return { kind: 'refused', problems };

    const results: AppliedDocument[] = [];
    const jobOfDocument = new Map<number, string>();
    const changedJobs = new Set<string>();
    const changedGroups: string[] = [];
    for (const [index, document] of documents.entries()) {
      switch (document.kind) {
        case 'HostGroup': {
          const { name } = document.group;
          const change = await definitions.putGroup(tx, document.group);
          if (change !== 'unchanged') changedGroups.push(name);
          results.push({ kind: document.kind, name, change, version: null, hosts: null });
          break;
        }
        case 'AlertPolicy': {
          const change = await definitions.putPolicy(tx, document.policy);
          results.push({ kind: document.kind, name: document.policy.name, change, version: null, hosts: null });
          break;
        }
        case 'Job': {
          const { jobId, version, change } = await definitions.putJob(tx, document.spec, author);
          jobOfDocument.set(index, jobId);
          if (change !== 'unchanged') changedJobs.add(jobId);
          results.push({ kind: document.kind, name: document.spec.name, change, version, hosts: 0 });
        }
      }
    }
    for (const jobId of await definitions.jobsOfGroups(tx, changedGroups)) changedJobs.add(jobId);
    const changedHosts = changedJobs.size > 0 ? await this.desired.reassign(tx, { jobIds: [...changedJobs] }) : [];

    const hosts = await definitions.hostsOfJobs(tx, [...jobOfDocument.values()]);
    const byDocument = new Map(
      [...jobOfDocument].map(([index, jobId]) => [index, hosts.get(jobId) ?? { count: 0, timezones: [] }]),
    );
    const late = checks.after(byDocument);
    if (late.length > 0) return { kind: 'refused', problems: late };
    const counted = results.map((result, index) => ({
      ...result,
      hosts: byDocument.get(index)?.count ?? result.hosts,
    }));
    return { kind: 'done', results: counted, changedHosts };
  }
}
