import { accessTokenRoutes, accountRoutes, signedInRoutes } from './accounts.routes.js';
import { admissionRoutes } from './admission.routes.js';
import { alertDocumentRoutes } from './alert-documents.routes.js';
import { approvalRoutes } from './approvals.routes.js';
import { auditRoutes } from './audit.routes.js';
import { calendarRoutes } from './calendars.routes.js';
import { channelRoutes } from './channels.routes.js';
import { hostRoutes } from './hosts.routes.js';
import { incidentLinkRoutes } from './incident-links.routes.js';
import { incidentRoutes } from './incidents.routes.js';
import { inventoryRoutes } from './inventory.routes.js';
import { jobSecretRoutes } from './job-secrets.routes.js';
import { jobRoutes } from './jobs.routes.js';
import { liveRoutes } from './live.routes.js';
import { loadRoutes } from './load.routes.js';
import { missedRunRoutes } from './missed-runs.routes.js';
import { nowRoutes } from './now.routes.js';
import { pauseRoutes } from './pauses.routes.js';
import { quietRoutes } from './quiet.routes.js';
import { requestRoutes } from './requests.routes.js';
import { rolloutRoutes } from './rollouts.routes.js';
import type { Route } from './route.js';
import { runRoutes } from './runs.routes.js';
import { sessionRoutes } from './session.routes.js';
import { subscriptionRoutes } from './subscriptions.routes.js';
import { taskChangeRoutes } from './task-changes.routes.js';
import { timelineRoutes } from './timeline.routes.js';
import { upgradeRoutes } from './upgrade.routes.js';
import { whyRoutes } from './why.routes.js';

/** The whole HTTP API: group -> act -> route. The server refuses to start when one has no handler. */
export const api = {
  session: sessionRoutes,
  jobs: jobRoutes,
  rollouts: rolloutRoutes,
  hosts: hostRoutes,
  admission: admissionRoutes,
  runs: runRoutes,
  inventory: inventoryRoutes,
  taskChanges: taskChangeRoutes,
  why: whyRoutes,
  upgrades: upgradeRoutes,
  incidents: incidentRoutes,
  incidentLinks: incidentLinkRoutes,
  channels: channelRoutes,
  jobSecrets: jobSecretRoutes,
  subscriptions: subscriptionRoutes,
  alertDocuments: alertDocumentRoutes,
  accounts: accountRoutes,
  accessTokens: accessTokenRoutes,
  signedIn: signedInRoutes,
  quiet: quietRoutes,
  calendars: calendarRoutes,
  audit: auditRoutes,
  missedRuns: missedRunRoutes,
  pauses: pauseRoutes,
  live: liveRoutes,
  now: nowRoutes,
  timeline: timelineRoutes,
  load: loadRoutes,
  requests: requestRoutes,
  approvals: approvalRoutes,
} as const;

/** Every route with its operation id, `jobs.apply`. */
export function allRoutes(): { id: string; route: Route }[] {
  return Object.entries(api).flatMap(([group, routes]) =>
    Object.entries(routes).map(([act, route]) => ({ id: `${group}.${act}`, route: route as Route })),
  );
}
