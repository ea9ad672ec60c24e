import type { Target } from '../host/target.js';
import type { Scope } from './scope.js';

/**
 * Can the target never select a host outside of the scope, whatever labels hosts get later? Hosts that are named are
 * another matter: who may reach them is asked of each. A group is its own scope, whatever it will mean.
 */
export function coversTarget(scope: Scope, { labels = {}, hosts, groups }: Target): boolean {
  if ('all' in scope || hosts !== undefined) return true;
  if ('team' in scope) return labels.team?.toLowerCase() === scope.team.toLowerCase();
  if ('labels' in scope) return Object.entries(scope.labels).every(([key, value]) => labels[key] === value);
  if ('jobs' in scope || groups === undefined || groups.length === 0) return false;
  return groups.every((group) => group.toLowerCase() === scope.group.toLowerCase());
}
