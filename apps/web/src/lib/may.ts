import { type Action, type Role, rolesFor } from '@carillon/core/access/roles';

/**
 * Whether somebody may do this to anything at all. The server decides of each thing; this only leaves away what it would
 * always refuse. An older server does not tell what was granted: then everything is offered.
 * @param grants as they are written, `operator@team:data`
 */
export function mayAnywhere(grants: readonly string[] | undefined, action: Action): boolean {
  return grants === undefined || grants.some((grant) => hasRole(grant, action));
}

/** Whether somebody may do this to everything there is. @param grants as above */
export function mayEverywhere(grants: readonly string[] | undefined, action: Action): boolean {
  return grants === undefined || grants.some((grant) => hasRole(grant, action) && /^\w+@all(\+|$)/.test(grant));
}

function hasRole(grant: string, action: Action): boolean {
  return rolesFor[action].includes(grant.slice(0, grant.indexOf('@')) as Role);
}
