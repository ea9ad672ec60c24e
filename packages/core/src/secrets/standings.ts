import type { JobSpec, Manifest } from '../job/job-spec.js';
import { readRunAs } from '../job/run-as.js';
import { type HostSecretState, hostSecretStates, standingOf } from './secret-rules.js';
import { accountsNeeded, sealedSecrets, secretNames, usesOf, type VaultName, vaultKey } from './secret-use.js';

/** A job whose program or account needs something of the vault, as it is now. */
export interface UsingJob {
  readonly jobId: string;
  readonly name: string;
  readonly spec: Pick<JobSpec, 'run' | 'runAs' | 'overrides'>;
}

/** What one host told of one thing of the vault, for one of its jobs; nulls: it told nothing yet. */
export interface HostStanding {
  readonly jobId: string;
  readonly hostId: string;
  readonly host: string;
  readonly capabilities: readonly string[];
  readonly state: HostSecretState | null;
  readonly version: number | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly updatedAt: Date | null;
}

/** Who uses one thing of the vault. */
export interface UsedIn {
  readonly name: VaultName;
  /** As the first of its jobs writes it. */
  readonly shown: string;
  readonly jobs: readonly UsingJob[];
}

/** How a host stands, with all of its jobs that use it. */
export interface Standing {
  /** Sorts hosts. */
  readonly key: string;
  readonly hostId: string;
  readonly host: string;
  readonly jobs: string[];
  readonly state: HostSecretState;
  readonly version: number | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly updatedAt: Date | null;
}

/** Which jobs use what, by core's `vaultKey`. */
export function usersOf(jobs: readonly UsingJob[]): ReadonlyMap<string, UsedIn> {
  const users = new Map<string, UsedIn>();
  const add = (name: VaultName, shown: string, job: UsingJob) => {
    const known = users.get(vaultKey(name));
    users.set(vaultKey(name), known ? { ...known, jobs: [...known.jobs, job] } : { name, shown, jobs: [job] });
  };
  for (const job of jobs) {
    for (const name of secretNames(job.spec.run.secrets)) add({ purpose: 'secret', name }, name, job);
    for (const name of accountsNeeded(job.spec)) add({ purpose: 'account', name }, accountShown(job, name), job);
  }
  return users;
}

/** Hosts by name. @param current version in the centre; null: it has none */
export function standingsOf(
  name: VaultName,
  current: number | null,
  used: UsedIn,
  rows: readonly HostStanding[],
): Standing[] {
  const jobs = new Map(used.jobs.map((job) => [job.jobId, job]));
  const hosts = new Map<string, Standing>();
  for (const { jobId, hostId, host, capabilities, ...told } of rows) {
    const job = jobs.get(jobId);
    // An override may give a host another account.
    if (!job || !usesOf(job.spec as Manifest, host).some((use) => vaultKey(use) === vaultKey(name))) continue;
    const known = hosts.get(hostId);
    if (known) {
      known.jobs.push(job.name);
      continue;
    }
    const { version, code, message, updatedAt } = told;
    const isAble = capabilities.includes(sealedSecrets);
    const last = told.state === null ? null : { state: told.state, version };
    const state = current === null ? (last?.state ?? 'waiting') : standingOf(last, current);
    hosts.set(hostId, {
      key: `${host.toLowerCase()} ${hostId}`,
      hostId,
      host,
      jobs: [job.name],
      state,
      version,
      code: isAble ? code : 'agent_too_old',
      message,
      updatedAt,
    });
  }
  return [...hosts.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

export function countStandings(standings: readonly Standing[]): Record<HostSecretState | 'total', number> {
  const count = (state: HostSecretState) => standings.filter((each) => each.state === state).length;
  const counts = Object.fromEntries(hostSecretStates.map((state) => [state, count(state)]));
  return { total: standings.length, ...(counts as Record<HostSecretState, number>) };
}

function accountShown({ spec }: UsingJob, name: string): string {
  const all = [spec.runAs, ...(spec.overrides ?? []).flatMap(({ runAs }) => (runAs ? [runAs] : []))];
  const found = all.map((runAs) => readRunAs(runAs)?.account).find((account) => account?.toLowerCase() === name);
  return found ?? name;
}
