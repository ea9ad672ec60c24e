import { hostRoutes } from './hosts.routes.js';
import { inventoryRoutes } from './inventory.routes.js';
import { jobRoutes } from './jobs.routes.js';
import type { Route } from './route.js';
import { runRoutes } from './runs.routes.js';
import { sessionRoutes } from './session.routes.js';
import { upgradeRoutes } from './upgrade.routes.js';
import { whyRoutes } from './why.routes.js';

/** The whole HTTP API: group -> act -> route. The server refuses to start when one has no handler. */
export const api = {
  session: sessionRoutes,
  jobs: jobRoutes,
  hosts: hostRoutes,
  runs: runRoutes,
  inventory: inventoryRoutes,
  why: whyRoutes,
  upgrades: upgradeRoutes,
} as const;

/** Every route with its operation id, `jobs.apply`. */
export function allRoutes(): { id: string; route: Route }[] {
  return Object.entries(api).flatMap(([group, routes]) =>
    Object.entries(routes).map(([act, route]) => ({ id: `${group}.${act}`, route: route as Route })),
  );
}
