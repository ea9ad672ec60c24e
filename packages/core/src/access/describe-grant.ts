import type { Grant } from './grant.js';
import type { Scope } from './scope.js';

/** The grant as `readGrant` takes it. */
export function describeGrant({ role, scope, runAs }: Grant): string {
  return `${role}@${describeScope(scope)}${runAs && runAs.length > 0 ? `+runas:${runAs.join(',')}` : ''}`;
}

function describeScope(scope: Scope): string {
  if ('all' in scope) return 'all';
  if ('team' in scope) return `team:${scope.team}`;
  if ('group' in scope) return `group:${scope.group}`;
  if ('jobs' in scope) return `jobs:${scope.jobs}`;
  return `labels:${Object.entries(scope.labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')}`;
}
