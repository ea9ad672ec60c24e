import { isHostCondition } from '../conditions/condition.js';
import type { HostNow, JobNow, PolicyLookup, PolicyNow } from './world.js';

/**
 * Which policies look at what: at a job on a host, or at a host. Made once for many batches, since a thousand policies are
 * not to be asked one by one for each result.
 */
export class PoliciesOf implements PolicyLookup {
  private readonly byKey: ReadonlyMap<string, PolicyNow>;
  private readonly byJobName = new Map<string, PolicyNow[]>();
  private readonly everyJob: PolicyNow[] = [];
  /** Of jobs as they were read; read again, they are others. */
  private readonly ofJobs = new WeakMap<JobNow, readonly PolicyNow[]>();
  private readonly onHosts: readonly PolicyNow[];

  constructor(readonly policies: readonly PolicyNow[]) {
    this.byKey = new Map(policies.map((policy) => [policy.key, policy]));
    this.onHosts = policies.filter(({ conditions }) => conditions.some(isHostCondition));
    for (const policy of policies) {
      if (!policy.scope) continue;
      if (!policy.scope.jobs) this.everyJob.push(policy);
      for (const name of policy.scope.jobs ?? []) {
        const own = this.byJobName.get(name.toLowerCase());
        if (own) own.push(policy);
        else this.byJobName.set(name.toLowerCase(), [policy]);
      }
    }
  }

  get(key: string): PolicyNow | undefined {
    return this.byKey.get(key);
  }

  /** Policies that ask about hosts, and not only about runs. */
  get ofHosts(): readonly PolicyNow[] {
    return this.onHosts;
  }

  pair(job: JobNow, host: HostNow): readonly PolicyNow[] {
    return this.job(job).filter(
      (policy) => (policy.scope && !policy.scope.labels) || names(job, policy) || hasLabels(host, policy),
    );
  }

  /** Of a job, on whatever host. */
  job(job: JobNow): readonly PolicyNow[] {
    const found = this.ofJobs.get(job) ?? this.findOf(job);
    this.ofJobs.set(job, found);
    return found;
  }

  private findOf(job: JobNow): readonly PolicyNow[] {
    const named = job.alerts.map((name) => this.byKey.get(name.toLowerCase()));
    const found = [...named, ...(this.byJobName.get(job.name.toLowerCase()) ?? []), ...this.everyJob];
    return [...new Set(found.filter((policy) => policy !== undefined))];
  }

  /** Those with conditions of hosts that look at this one. */
  host(host: HostNow): readonly PolicyNow[] {
    return this.onHosts.filter((policy) => looksAt(policy, host));
  }
}

function looksAt(policy: PolicyNow, host: HostNow): boolean {
  const jobs = host.jobs ?? [];
  if (jobs.some((job) => names(job, policy))) return true;
  const { scope } = policy;
  // One that asks about hosts alone and says nothing of where means all of them.
  if (!scope) return policy.conditions.every(isHostCondition);
  if (!hasLabels(host, policy)) return false;
  return !scope.jobs || scope.jobs.some((name) => jobs.some((job) => job.name.toLowerCase() === name.toLowerCase()));
}

function names(job: Pick<JobNow, 'alerts'>, { key }: PolicyNow): boolean {
  return job.alerts.some((name) => name.toLowerCase() === key);
}

function hasLabels(host: HostNow, { scope }: PolicyNow): boolean {
  if (!scope) return false;
  return Object.entries(scope.labels ?? {}).every(([key, value]) => host.labels[key] === value);
}
