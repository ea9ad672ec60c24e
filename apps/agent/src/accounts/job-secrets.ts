import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '@carillon/core/job/job-spec';
import { type RunAs, readRunAs, sidOfService } from '@carillon/core/job/run-as';
import { retryWhileHeld } from '../lib/retry-while-held.js';
import type { AgentFolder } from '../state/agent-folder.js';
import { readJson, writeJson } from '../state/files.js';
import type { PasswordFile } from './password-file.js';

type Folder = Pick<AgentFolder, 'jobSecrets' | 'private'>;
type SecretJob = Pick<Manifest, 'jobId' | 'run' | 'runAs'>;

export interface JobSecretPorts {
  readonly secrets: Pick<PasswordFile, 'get'>;
  /** SIDs by account name in lower case, as far as they are known. */
  readonly sids: () => Readonly<Record<string, string>>;
  /** Lets an account read a file, and nobody else but SYSTEM and administrators. */
  readonly share: (path: string, account: string) => void;
}

/**
 * Hands jobs of accounts other than SYSTEM the secrets that they name, and no others: a file for each job that only its
 * account can read. All secrets are sealed with the agent's key, which such an account must not have. Whoever works as
 * the account can read what its jobs are given; so can the jobs themselves.
 */
export class JobSecrets {
  constructor(
    private readonly folder: Folder,
    private readonly ports: JobSecretPorts,
  ) {}

  /** Makes a job's file what it should be, before the job may start. @throws Error when it cannot be written or closed */
  provide(job: SecretJob): void {
    const { jobId, run, runAs } = job;
    if (!needsFile(job)) {
      this.forget(jobId);
      return;
    }
    const { environment = {}, stdin } = run.secrets ?? {};
    const names = [...Object.values(environment), ...(stdin === undefined ? [] : [stdin])];
    const known = [...new Set(names)].flatMap((name) => {
      const value = this.ports.secrets.get(name, jobId);
      return value === undefined ? [] : [[name, value] as const];
    });
    // Written where nobody may look, closed, and only then put where runners look.
    const temporary = join(this.folder.private, `${jobId}.new`);
    try {
      writeJson(temporary, Object.fromEntries(known));
      this.ports.share(temporary, this.accountOf(runAs));
      retryWhileHeld(() => renameSync(temporary, fileOf(this.folder, jobId)));
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  forget(jobId: string): void {
    rmSync(fileOf(this.folder, jobId), { force: true });
  }

  /** All jobs again, since secrets have changed; what is there of other jobs goes. */
  refresh(jobs: readonly SecretJob[]): void {
    const kept = new Set(jobs.filter(needsFile).map(({ jobId }) => fileOf(this.folder, jobId)));
    for (const name of readdirSync(this.folder.jobSecrets)) {
      const path = join(this.folder.jobSecrets, name);
      if (!kept.has(path)) rmSync(path, { force: true });
    }
    for (const job of jobs) this.provide(job);
  }

  private accountOf(runAs: RunAs): string {
    const parts = readRunAs(runAs);
    if (!parts) throw new RangeError(`runAs: expected an account, got ${JSON.stringify(runAs)}`);
    if (parts.kind === 'service') return sidOfService[parts.account];
    return this.ports.sids()[parts.account.toLowerCase()] ?? parts.account;
  }
}

function needsFile({ run, runAs }: SecretJob): boolean {
  return run.secrets !== undefined && runAs !== 'system';
}

/** What the agent has put there for a job; nothing where it has not. @throws Error when it must not be read */
export function readJobSecrets(folder: Folder, jobId: string): Readonly<Record<string, string>> {
  return readJson<Record<string, string>>(fileOf(folder, jobId)) ?? {};
}

function fileOf({ jobSecrets }: Folder, jobId: string): string {
  return join(jobSecrets, `${jobId}.json`);
}
