import { type HostGroup, matchesTarget } from '../host/target.js';
import { fitsWildcard } from '../text/wildcard.js';

/**
 * What a grant reaches. `team`: jobs whose owner it is, and hosts with the label `team` of that value. `labels` and
 * `group`: hosts. `jobs`: jobs by name, with `*` for any text.
 */
export type Scope =
  | { readonly all: true }
  | { readonly team: string }
  | { readonly labels: Readonly<Record<string, string>> }
  | { readonly group: string }
  | { readonly jobs: string };

export interface JobFacts {
  readonly name: string;
  readonly owner: string;
}

export interface HostFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export function reachesAll(scope: Scope): boolean {
  return 'all' in scope;
}

export function reachesJob(scope: Scope, { name, owner }: JobFacts): boolean {
  if ('all' in scope) return true;
  if ('team' in scope) return sameText(scope.team, owner);
  return 'jobs' in scope && fitsWildcard(scope.jobs, name);
}

/** @param groups the saved ones; a scope whose group is gone reaches nothing */
export function reachesHost(scope: Scope, host: HostFacts, groups: readonly HostGroup[]): boolean {
  if ('all' in scope) return true;
  if ('team' in scope) return sameText(scope.team, host.labels.team ?? '');
  if ('labels' in scope)
    return Object.keys(scope.labels).length > 0 && matchesTarget({ labels: scope.labels }, host, groups);
  return 'group' in scope && matchesTarget({ groups: [scope.group] }, host, groups);
}

/** Nobody is in a team without a name. */
function sameText(wanted: string, got: string): boolean {
  return wanted !== '' && wanted.toLowerCase() === got.toLowerCase();
}
