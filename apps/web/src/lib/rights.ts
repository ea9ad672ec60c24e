import { type Action, type Role, rolesFor } from '@carillon/core/access/roles';

/** As the server tells them: `operator@team:data+runas:service`. Undefined: an older server, which does not tell. */
export type GrantTexts = readonly string[] | undefined;

const allows = (action: Action, role: string) => rolesFor[action].includes(role as Role);

/** Whether somebody may do it to something at least. The server decides; this only leaves away what would be refused. */
export function maySomewhere(grants: GrantTexts, action: Action): boolean {
  return grants?.some((grant) => allows(action, grant.split('@')[0] ?? '')) ?? true;
}

/** Whether somebody may do it to everything, as what belongs to the whole fleet asks for. */
export function mayEverywhere(grants: GrantTexts, action: Action): boolean {
  return grants?.some((grant) => /^\w+@all(\+|$)/.test(grant) && maySomewhere([grant], action)) ?? true;
}
