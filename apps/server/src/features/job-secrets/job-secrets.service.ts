import type { jobSecretRoutes } from '@carillon/contract/http/job-secrets.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { accountProblem } from '@carillon/core/job/run-as';
import { shortestSecret } from '@carillon/core/run/redact';
import { isForJob, type VaultName, type VaultPurpose, vaultKey, vaultName } from '@carillon/core/secrets/secret-use';
import {
  countStandings,
  type HostStanding,
  type Standing,
  standingsOf,
  type UsedIn,
  usersOf,
} from '@carillon/core/secrets/standings';
import type { RefusalText } from '@carillon/core/text/refusal-texts';
import { Inject, Injectable } from '@nestjs/common';
import { SecretExpiry } from '../../alerting/secret-expiry.js';
import { ApiError, invalidField, notFound } from '../../http/api-error.js';
import { pageOfRows, readCursor } from '../../http/cursor.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { HostSecretStore } from '../../store/host-secret.store.js';
import { type JobSecretRow, JobSecretStore } from '../../store/job-secret.store.js';

type Routes = typeof jobSecretRoutes;
type Summary = Response<Routes['get']>;

const secretName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What the centre keeps for jobs: for which jobs it is, who uses it, and which host has which value. */
@Injectable()
export class JobSecretsService {
  constructor(
    @Inject(JobSecretStore) private readonly secrets: JobSecretStore,
    @Inject(HostSecretStore) private readonly hostSecrets: HostSecretStore,
    @Inject(SecretExpiry) private readonly expiry: SecretExpiry,
    @Inject(HINTS) private readonly hints: Hints,
  ) {}

  async list({ cursor, limit, purpose }: Input<Routes['list']>): Promise<Response<Routes['list']>> {
    const after = readCursor(cursor);
    const users = await this.users();
    const stored = new Map((await this.secrets.list(purpose)).map((row) => [vaultKey(row), row]));
    // Accounts of jobs stand there too where the centre has no password: somebody may be looking for them.
    const wanted = [...users.values()].map(({ name }) => name).filter((name) => name.purpose === 'account');
    const names = new Map(
      [...stored.values(), ...wanted.filter((name) => (purpose ?? name.purpose) === name.purpose)].map((name) => [
        vaultKey(name),
        name,
      ]),
    );
    const keys = [...names.keys()].sort().filter((key) => after === null || key > after);
    const shown = keys.slice(0, limit + 1);
    const rows = await this.hostSecrets.standings(shown.flatMap((key) => users.get(key) ?? []));
    const page = shown.map((key) => {
      const name = names.get(key) as VaultName;
      return { key, summary: summaryOf(name, stored.get(key), users.get(key), rows.get(key) ?? []) };
    });
    return pageOfRows(
      page,
      limit,
      ({ key }) => key,
      ({ summary }) => summary,
    );
  }

  async get(purpose: VaultPurpose, shown: string): Promise<Summary> {
    const { name, row, used } = await this.find(purpose, shown);
    return this.summary(name, row, used);
  }

  async hosts({
    purpose,
    name: shown,
    cursor,
    limit,
    state,
  }: Input<Routes['hosts']>): Promise<Response<Routes['hosts']>> {
    const after = readCursor(cursor);
    const { name, row, used } = await this.find(purpose, shown);
    const all = (await this.standings(name, row, used)).filter(
      (each) => (state === undefined || each.state === state) && (after === null || each.key > after),
    );
    return pageOfRows(
      all,
      limit,
      ({ key }) => key,
      ({ key: _key, hostId: _hostId, updatedAt, ...each }) => ({
        ...each,
        updatedAt: updatedAt?.toISOString() ?? null,
      }),
    );
  }

  /** @throws ApiError naming the field and what was expected */
  async set({ purpose, name: shown, ...body }: Input<Routes['set']>['body'], author: string): Promise<Summary> {
    requireName(purpose, shown);
    if (purpose === 'secret' && body.value !== undefined && body.value.length < shortestSecret)
      throw new ApiError(
        'invalid',
        `value: expected at least ${shortestSecret} characters, which output can be searched for` satisfies RefusalText,
        { field: 'value' },
      );
    const name = vaultName(purpose, shown);
    const used = (await this.users()).get(vaultKey(name));
    const before = await this.secrets.get(name);
    if (before && body.jobs) requireStillFor(before, body.jobs, used?.jobs.map((job) => job.name) ?? []);
    const { expiresAt, ...rest } = body;
    const until = expiresAt == null ? expiresAt : new Date(expiresAt);
    const row = await this.secrets.put({ purpose, shown, ...rest, expiresAt: until }, author);
    if (!row) throw invalidField('value', `the value of ${purpose} ${shown}, which is not here yet`, undefined);
    await this.expiry.look();
    const hostIds = [...new Set((await this.standings(name, row, used)).map(({ hostId }) => hostId))];
    if (hostIds.length > 0) this.hints.publish({ kind: 'secret', hostIds });
    return this.summary(name, row, used);
  }

  async remove(purpose: VaultPurpose, shown: string): Promise<Response<Routes['remove']>> {
    const name = vaultName(purpose, shown);
    const row = await this.secrets.get(name);
    if (!row) throw notFound(purpose, shown);
    const users = ((await this.users()).get(vaultKey(name))?.jobs ?? [])
      .map((job) => job.name)
      .filter((job) => isForJob(row.jobs, job));
    if (users.length > 0)
      throw new ApiError('conflict', `${purpose} ${shown} is used by ${users.join(', ')}`, { usedBy: users });
    await this.secrets.remove(name);
    await this.expiry.look();
    return { purpose, name: row.shown };
  }

  private async users(): Promise<ReadonlyMap<string, UsedIn>> {
    return usersOf(await this.hostSecrets.usingJobs());
  }

  private async find(purpose: VaultPurpose, shown: string) {
    const name = vaultName(purpose, shown);
    const row = await this.secrets.get(name);
    const used = (await this.users()).get(vaultKey(name));
    if (!row && !(purpose === 'account' && used)) throw notFound(purpose, shown);
    return { name, row: row ?? undefined, used };
  }

  private async standings(
    name: VaultName,
    row: JobSecretRow | undefined,
    used: UsedIn | undefined,
  ): Promise<Standing[]> {
    return used ? standingsOf(name, row?.version ?? null, used, await this.told(used)) : [];
  }

  private async summary(name: VaultName, row: JobSecretRow | undefined, used: UsedIn | undefined): Promise<Summary> {
    return summaryOf(name, row, used, used ? await this.told(used) : []);
  }

  private async told(used: UsedIn): Promise<readonly HostStanding[]> {
    return (await this.hostSecrets.standings([used])).get(vaultKey(used.name)) ?? [];
  }
}

/** @param rows what hosts of its jobs told of it */
function summaryOf(
  name: VaultName,
  row: JobSecretRow | undefined,
  used: UsedIn | undefined,
  rows: readonly HostStanding[],
): Summary {
  const usedBy = used?.jobs.map((job) => job.name) ?? [];
  return {
    purpose: name.purpose,
    name: row?.shown ?? used?.shown ?? name.name,
    version: row?.version ?? null,
    description: row?.description ?? '',
    jobs: [...(row?.jobs ?? [])],
    expiresAt: row?.expiresAt?.toISOString() ?? null,
    author: row?.author ?? null,
    updatedAt: row?.updatedAt.toISOString() ?? null,
    usedBy,
    notFor: row ? usedBy.filter((job) => !isForJob(row.jobs, job)) : [],
    hosts: countStandings(used ? standingsOf(name, row?.version ?? null, used, rows) : []),
  };
}

function requireName(purpose: VaultPurpose, shown: string): void {
  if (purpose === 'secret') {
    if (!secretName.test(shown)) throw invalidField('name', 'a name of letters, digits and . _ -', shown);
    return;
  }
  const problem = accountProblem('user', shown);
  if (problem) throw invalidField('name', problem, shown);
}

/** Hosts keep what they were given as long as a job of theirs names it, so that a job is to let go of it first. */
function requireStillFor(before: JobSecretRow, jobs: readonly string[], users: readonly string[]): void {
  const lost = users.filter((job) => isForJob(before.jobs, job) && !isForJob(jobs, job));
  if (lost.length > 0)
    throw new ApiError(
      'conflict',
      `jobs: expected names or patterns that ${lost.join(', ')} is among, which uses it; take it out of the job first`,
      { usedBy: lost },
    );
}
