/** What somebody may be; each is given together with a scope. */
export const roles = ['viewer', 'operator', 'editor', 'approver', 'admin'] as const;
export type Role = (typeof roles)[number];

/**
 * As whom programs may run that somebody defines. `system`: SYSTEM itself; `admin`: a named account with all its rights;
 * `service`: Windows' small service accounts and managed ones; `user`: a named account with ordinary rights.
 */
export const runAsClasses = ['system', 'admin', 'service', 'user'] as const;
export type RunAsClass = (typeof runAsClasses)[number];

/** Everything that can be done; each route of the API names one. */
export const actions = [
  'own',
  // What could be more than a token was made for: other tokens, links, passwords.
  'own.manage',
  'read',
  'incident.read',
  'incident.handle',
  'run',
  'host.pause',
  'host.refresh',
  'host.label',
  'host.enrol',
  'job.place',
  'job.write',
  'group.write',
  'alert.write',
  'alert.test',
  'delivery.replay',
  'approve',
  // When nothing may be changed, and who changes it nevertheless.
  'freeze.write',
  'freeze.override',
  'secret.manage',
  'subscription.manage',
  'upgrade.manage',
  'access.manage',
] as const;
export type Action = (typeof actions)[number];

const everybody = roles;
const operators = ['operator', 'editor', 'admin'] as const;
const editors = ['editor', 'admin'] as const;
const admins = ['admin'] as const;

/** Who may do what, within the scope of the grant. */
export const rolesFor: Readonly<Record<Action, readonly Role[]>> = {
  own: everybody,
  'own.manage': everybody,
  read: everybody,
  'incident.read': everybody,
  'incident.handle': operators,
  run: operators,
  'host.pause': operators,
  'host.refresh': operators,
  // Labels are what grants are scoped by.
  'host.label': admins,
  'host.enrol': admins,
  'job.place': operators,
  'job.write': editors,
  'group.write': editors,
  'alert.write': editors,
  'alert.test': editors,
  'delivery.replay': operators,
  approve: ['approver', 'admin'],
  'freeze.write': ['approver', 'admin'],
  'freeze.override': ['approver', 'admin'],
  'secret.manage': admins,
  'subscription.manage': admins,
  'upgrade.manage': admins,
  'access.manage': admins,
};

/** Actions that change nothing: what they answer shows only what the caller may see. */
export function isReading(action: Action): boolean {
  return action === 'read' || action === 'incident.read';
}

/**
 * What a token may be kept to. `all`: what its owner may do, but for what lasts longer than the token: making tokens, links
 * and accounts. `access`: that as well.
 */
export const tokenAreas = ['all', 'access', 'read', 'incidents'] as const;
export type TokenArea = (typeof tokenAreas)[number];

/** What may outlive the token that does it. */
export const lasting: readonly Action[] = ['own.manage', 'access.manage'];

const areaActions: Readonly<Record<TokenArea, readonly Action[]>> = {
  all: actions.filter((action) => !lasting.includes(action)),
  access: actions,
  read: ['own', 'read', 'incident.read'],
  incidents: ['own', 'incident.read', 'incident.handle'],
};

export function isInArea(area: TokenArea, action: Action): boolean {
  return areaActions[area].includes(action);
}
