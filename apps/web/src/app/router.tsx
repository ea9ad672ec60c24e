import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type RouterHistory,
} from '@tanstack/react-router';
import { Placeholder } from '../components/loaded.js';
import { readAdoptionFilter } from '../features/adoption/adoption-filter.js';
import { readAuditFilter } from '../features/alerting/audit/audit-filter.js';
import { readDocumentSearch } from '../features/alerting/documents/document-kinds.js';
import { readSubscriptionSearch } from '../features/alerting/subscriptions/subscription-search.js';
import { readDeliveryFilter } from '../features/deliveries/delivery-filter.js';
import { readSuggested } from '../features/editor/suggested-search.js';
import { readHeatmapFilter } from '../features/heatmap/heatmap-filter.js';
import { readHostFilter, readHostTab } from '../features/hosts/host-filter.js';
import { readIncidentFilter } from '../features/incidents/incident-filter.js';
import { readJobFilter } from '../features/jobs/job-filter.js';
import { readJobView } from '../features/jobs/job-view.js';
import { readNowFilter } from '../features/overview/now-filter.js';
import { readRequestFilter } from '../features/requests/request-filter.js';
import { readRunFilter, readRunSearch } from '../features/runs/run-filter.js';
import { readTimelineFilter } from '../features/timeline/timeline-filter.js';
import { loadLateWords } from '../i18n/index.js';
import { BrokenPage, NotFound } from './lost.js';
import { Shell } from './shell.js';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });
const signedIn = createRoute({ getParentRoute: () => root, id: 'signed-in', component: Shell });

/** A page that is not the first: its code, and the words that only such pages say. */
function lazy<M extends Record<string, unknown>, K extends keyof M & string>(load: () => Promise<M>, name: K) {
  return lazyRouteComponent(() => Promise.all([load(), loadLateWords()]).then(([page]) => page), name);
}

// A page is a line: its address, its code (loaded when somebody goes there, so that it costs other pages nothing), its filter.
const inside = { getParentRoute: () => signedIn };

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazy(() => import('../features/session/sign-in.page.js'), 'SignInPage'),
});

const home = lazyRouteComponent(() => import('../features/overview/overview.page.js'), 'OverviewPage');
const hosts = lazy(() => import('../features/hosts/hosts.page.js'), 'HostsPage');
const host = lazy(() => import('../features/hosts/host.page.js'), 'HostPage');
const jobs = lazy(() => import('../features/jobs/jobs.page.js'), 'JobsPage');
const job = lazy(() => import('../features/jobs/job.page.js'), 'JobPage');
const editor = lazy(() => import('../features/editor/editor.page.js'), 'EditorPage');
const editJob = lazy(() => import('../features/editor/edit-job.page.js'), 'EditJobPage');
const runs = lazy(() => import('../features/runs/runs.page.js'), 'RunsPage');
const run = lazy(() => import('../features/runs/run.page.js'), 'RunPage');
const incidents = lazy(() => import('../features/incidents/incidents.page.js'), 'IncidentsPage');
const incident = lazy(() => import('../features/incidents/incident.page.js'), 'IncidentPage');
const deliveries = lazy(() => import('../features/deliveries/deliveries.page.js'), 'DeliveriesPage');
const heatmap = lazy(() => import('../features/heatmap/heatmap.page.js'), 'HeatmapPage');
const adoption = lazy(() => import('../features/adoption/adoption.page.js'), 'AdoptionPage');
const timeline = lazy(() => import('../features/timeline/timeline.page.js'), 'TimelinePage');
const policies = lazy(() => import('../features/alerting/policies/policies.page.js'), 'PoliciesPage');
const channels = lazy(() => import('../features/alerting/channels/channels.page.js'), 'ChannelsPage');
const routes = lazy(() => import('../features/alerting/routes/routes.page.js'), 'RoutesPage');
const onCall = lazy(() => import('../features/alerting/on-call/on-call.page.js'), 'OnCallPage');
const silences = lazy(() => import('../features/alerting/quiet/quiet.page.js'), 'SilencesPage');
const maintenance = lazy(() => import('../features/alerting/quiet/quiet.page.js'), 'MaintenancePage');
const freezes = lazy(() => import('../features/alerting/quiet/quiet.page.js'), 'FreezesPage');
const calendars = lazy(() => import('../features/alerting/calendars/calendars.page.js'), 'CalendarsPage');
const pauses = lazy(() => import('../features/alerting/pauses/pauses.page.js'), 'PausesPage');
const subscriptions = lazy(
  () => import('../features/alerting/subscriptions/subscriptions.page.js'),
  'SubscriptionsPage',
);
const subscription = lazy(() => import('../features/alerting/subscriptions/subscription.page.js'), 'SubscriptionPage');
const secrets = lazy(() => import('../features/alerting/secrets/secrets.page.js'), 'SecretsPage');
const audit = lazy(() => import('../features/alerting/audit/audit.page.js'), 'AuditPage');
const alertDocument = lazy(() => import('../features/alerting/documents/document.page.js'), 'DocumentPage');

const requests = lazy(() => import('../features/requests/requests.page.js'), 'RequestsPage');
const access = lazy(() => import('../features/access/access.page.js'), 'AccessPage');
const own = lazy(() => import('../features/access/own.page.js'), 'OwnPage');

const pages = [
  createRoute({ ...inside, path: '/', component: home, validateSearch: readNowFilter }),
  createRoute({ ...inside, path: '/hosts', component: hosts, validateSearch: readHostFilter }),
  createRoute({ ...inside, path: '/hosts/$name', component: host, validateSearch: readHostTab }),
  createRoute({ ...inside, path: '/jobs', component: jobs, validateSearch: readJobFilter }),
  createRoute({ ...inside, path: '/jobs/$name', component: job, validateSearch: readJobView }),
  createRoute({ ...inside, path: '/jobs/$name/edit', component: editJob, validateSearch: readSuggested }),
  createRoute({ ...inside, path: '/job-editor', component: editor }),
  createRoute({ ...inside, path: '/runs', component: runs, validateSearch: readRunFilter }),
  createRoute({ ...inside, path: '/runs/$id', component: run, validateSearch: readRunSearch }),
  createRoute({ ...inside, path: '/incidents', component: incidents, validateSearch: readIncidentFilter }),
  createRoute({ ...inside, path: '/incidents/$number', component: incident }),
  createRoute({ ...inside, path: '/deliveries', component: deliveries, validateSearch: readDeliveryFilter }),
  createRoute({ ...inside, path: '/timeline', component: timeline, validateSearch: readTimelineFilter }),
  createRoute({ ...inside, path: '/heatmap', component: heatmap, validateSearch: readHeatmapFilter }),
  createRoute({ ...inside, path: '/requests', component: requests, validateSearch: readRequestFilter }),
  createRoute({ ...inside, path: '/access', component: access }),
  createRoute({ ...inside, path: '/account', component: own }),
  createRoute({ ...inside, path: '/adoption', component: adoption, validateSearch: readAdoptionFilter }),
  createRoute({ ...inside, path: '/alerting/policies', component: policies }),
  createRoute({ ...inside, path: '/alerting/channels', component: channels }),
  createRoute({ ...inside, path: '/alerting/routes', component: routes }),
  createRoute({ ...inside, path: '/alerting/on-call', component: onCall }),
  createRoute({ ...inside, path: '/alerting/silences', component: silences }),
  createRoute({ ...inside, path: '/alerting/maintenance', component: maintenance }),
  createRoute({ ...inside, path: '/alerting/freezes', component: freezes }),
  createRoute({ ...inside, path: '/alerting/calendars', component: calendars }),
  createRoute({ ...inside, path: '/alerting/pauses', component: pauses }),
  createRoute({ ...inside, path: '/alerting/subscriptions', component: subscriptions }),
  createRoute({
    ...inside,
    path: '/alerting/subscriptions/$id',
    component: subscription,
    validateSearch: readSubscriptionSearch,
  }),
  createRoute({ ...inside, path: '/alerting/secrets', component: secrets }),
  createRoute({ ...inside, path: '/alerting/audit', component: audit, validateSearch: readAuditFilter }),
  createRoute({
    ...inside,
    path: '/alerting/documents/$kind',
    component: alertDocument,
    validateSearch: readDocumentSearch,
  }),
] as const;

const routeTree = root.addChildren([signIn, signedIn.addChildren(pages)]);

/** @param history tests give one in memory */
export function makeRouter(history?: RouterHistory) {
  return createRouter({
    routeTree,
    ...(history ? { history } : {}),
    // A pointer that comes near a link loads the code behind it.
    defaultPreload: 'intent',
    defaultPendingComponent: Placeholder,
    defaultErrorComponent: BrokenPage,
    defaultNotFoundComponent: NotFound,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
