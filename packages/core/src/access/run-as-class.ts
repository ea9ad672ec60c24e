import type { JobSpec } from '../job/job-spec.js';
import { type RunAs, readRunAs } from '../job/run-as.js';
import type { RunAsClass } from './roles.js';

/** The classes of accounts that a job would run as, on whichever host. */
export function runAsClassesOf(spec: Pick<JobSpec, 'runAs' | 'rights' | 'overrides'>): RunAsClass[] {
  const everywhere = classOf(spec.runAs, spec.rights);
  const elsewhere = (spec.overrides ?? []).map(({ runAs, rights }) =>
    classOf(runAs ?? spec.runAs, rights ?? spec.rights),
  );
  return [...new Set([everywhere, ...elsewhere])];
}

function classOf(runAs: RunAs, rights: 'ordinary' | 'highest' | undefined): RunAsClass {
  const parts = readRunAs(runAs);
  if (!parts || parts.account === 'system') return 'system';
  if (rights === 'highest') return 'admin';
  return parts.kind === 'service' || parts.kind === 'gmsa' ? 'service' : 'user';
}
