import type { Rights } from '@carillon/core/access/decide';
import { type Grant, grantsSchema } from '@carillon/core/access/grant';
import { tokenAreas } from '@carillon/core/access/roles';
import { z } from 'zod';

const groupSchema = z.object({
  name: z.string(),
  labels: z.record(z.string(), z.string()).optional(),
  hosts: z.array(z.string()).optional(),
});

/** Grants of an account and of the groups it is in, and what a token leaves of them, as one statement tells them. */
const rightsSchema = z.object({
  grants: grantsSchema,
  groupGrants: z.array(grantsSchema),
  area: z.enum(tokenAreas).nullable(),
  tokenGrants: grantsSchema.nullable(),
  hostGroups: z.array(groupSchema),
});

/**
 * Columns of rights, of an `account a` and, where there is one, an `api_token t`. Saved groups come along where a grant
 * names one.
 */
export function rightsSql(token: 'token' | 'session'): string {
  const [area, tokenGrants] = token === 'token' ? ['t.area', 't.grants'] : ['NULL', 'NULL::jsonb'];
  return `json_build_object('grants', a.grants, 'area', ${area}, 'tokenGrants', ${tokenGrants},
    'groupGrants', (SELECT coalesce(json_agg(g.grants), '[]') FROM group_role g WHERE g.name = ANY(a.groups)),
    'hostGroups', (SELECT coalesce(json_agg(json_strip_nulls(json_build_object('name', hg.name, 'labels', hg.labels,
        'hosts', hg.hosts))), '[]') FROM host_group hg)) AS rights`;
}

/**
 * What a row of `rightsSql` says.
 * @throws ZodError for grants that this version does not know: nobody is let in by a guess
 */
export function rightsOf(row: unknown): Rights {
  const { grants, groupGrants, area, tokenGrants, hostGroups } = rightsSchema.parse(row);
  const all: Grant[] = [...grants, ...groupGrants.flat()];
  // A group by labels has an empty list of hosts.
  const groups = hostGroups.map(({ name, labels, hosts }) => ({
    name,
    ...(labels ? { labels } : {}),
    ...(hosts && hosts.length > 0 ? { hosts } : {}),
  }));
  return { grants: all, token: area === null ? null : { area, grants: tokenGrants }, groups };
}
