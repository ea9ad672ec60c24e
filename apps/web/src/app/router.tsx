import { createRootRoute, createRoute, createRouter, Outlet, type RouterHistory } from '@tanstack/react-router';
import { HostPage } from '../features/hosts/host.page.js';
import { readHostFilter } from '../features/hosts/host-filter.js';
import { HostsPage } from '../features/hosts/hosts.page.js';
import { JobPage } from '../features/jobs/job.page.js';
import { JobsPage } from '../features/jobs/jobs.page.js';
import { OverviewPage } from '../features/overview/overview.page.js';
import { RunPage } from '../features/runs/run.page.js';
import { readRunFilter } from '../features/runs/run-filter.js';
import { RunsPage } from '../features/runs/runs.page.js';
import { SignInPage } from '../features/session/sign-in.page.js';
import { BrokenPage, NotFound } from './lost.js';
import { Shell } from './shell.js';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });
const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', component: SignInPage });
const signedIn = createRoute({ getParentRoute: () => root, id: 'signed-in', component: Shell });

const pages = [
  createRoute({ getParentRoute: () => signedIn, path: '/', component: OverviewPage }),
  createRoute({ getParentRoute: () => signedIn, path: '/hosts', validateSearch: readHostFilter, component: HostsPage }),
  createRoute({ getParentRoute: () => signedIn, path: '/hosts/$name', component: HostPage }),
  createRoute({ getParentRoute: () => signedIn, path: '/jobs', component: JobsPage }),
  createRoute({ getParentRoute: () => signedIn, path: '/jobs/$name', component: JobPage }),
  createRoute({ getParentRoute: () => signedIn, path: '/runs', validateSearch: readRunFilter, component: RunsPage }),
  createRoute({ getParentRoute: () => signedIn, path: '/runs/$id', component: RunPage }),
] as const;

const routeTree = root.addChildren([signIn, signedIn.addChildren(pages)]);

/** @param history tests give one in memory */
export function makeRouter(history?: RouterHistory) {
  return createRouter({
    routeTree,
    ...(history ? { history } : {}),
    defaultPreload: false,
    defaultErrorComponent: BrokenPage,
    defaultNotFoundComponent: NotFound,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
