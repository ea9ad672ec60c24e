import { accessOf } from '@carillon/contract/http/access';
import { allRoutes } from '@carillon/contract/http/api';
import type { Route } from '@carillon/contract/http/route';
import { type Action, type Role, rolesFor } from '@carillon/core/access/roles';
import { type Asked, patternOf } from './held-back.js';

/** Of what a page asked the API for, what it would refuse to somebody of this role wherever it is: `PUT /hosts/a/labels: host.label`. */
export function refusedTo(role: Role, asked: readonly Asked[]): string[] {
  return [...new Set(asked.flatMap((one) => refusalOf(role, one) ?? []))];
}

function refusalOf(role: Role, { method, path, body }: Asked): string | undefined {
  const route = routeOf(method, path);
  if (route === undefined) return `${method} ${path}: no route`;
  const access = accessOf(route);
  if (access === 'open') return undefined;
  if (access === undefined) return `${method} ${path}: nobody`;
  const actions = actionsOf(access, path, body);
  return actions.some((action) => rolesFor[action].includes(role))
    ? undefined
    : `${method} ${path}: ${actions.join(' or ')}`;
}

/** One of the path's own words goes before a parameter: `/runs/table` is no run. */
function routeOf(method: string, path: string): Route | undefined {
  const found = allRoutes().filter(({ route }) => route.method === method && patternOf(route).test(path));
  return found.sort((a, b) => a.route.path.split(':').length - b.route.path.split(':').length)[0]?.route;
}

function actionsOf([action, source]: readonly [Action, string], path: string, body: string): Action[] {
  if (source === 'documentKind:kind') return path.includes('/Freeze') ? ['freeze.write'] : [action];
  if (source !== 'documents') return [action];
  const kinds = [...body.matchAll(/"kind":"(\w+)"/g)].map(([, kind]) => kind);
  if (kinds.includes('Job')) return ['job.write'];
  if (kinds.includes('HostGroup')) return ['group.write'];
  return kinds.includes('Freeze') ? ['freeze.write'] : ['alert.write'];
}
