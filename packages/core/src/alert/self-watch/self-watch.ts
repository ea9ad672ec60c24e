import type { RouteSpec } from '../documents/route.schema.js';
import type { HostNow, JobNow, PolicyNow } from '../evaluate/world.js';

/** No name that people may give has a colon: nothing of theirs can be taken for it. */
const name = 'carillon:self-watch';

const job: JobNow = { id: '00000000-0000-7000-8000-000000000001', name, version: 1, owner: '', alerts: [name] };
const host: HostNow = { id: '00000000-0000-7000-8000-000000000002', name, labels: {} };

/** The first failure counts, the first good run ends it. */
const policy: PolicyNow = {
  key: name,
  name,
  severity: 'low',
  conditions: [{ kind: 'consecutiveFailures', count: 1 }],
  pattern: null,
  forMs: 0,
  resolveAfter: 1,
  scope: null,
  labels: {},
  runbook: null,
};

/** Asked before all routes of people, whose order begins at 0; told once, and never as the same incident again. */
const route: RouteSpec = {
  name,
  description: '',
  order: -1,
  match: [{ label: 'policy', sign: '=', value: name }],
  severities: [],
  continue: false,
  to: { low: [{ channel: name, recipient: null }] },
  repeat: null,
  groupWaitMs: 0,
  reopenWithinMs: 0,
  routes: [],
};

/**
 * What the product watches its own alerts with: a job on a host that exist in no table, whose failed runs take the way of
 * all others, along a route to a channel that leads back to the server.
 */
export const selfWatch = { name, job, host, policy, route, incidentNumber: 0 } as const;

/** Whether what carries these labels is a test of ours: people's silences and windows do not apply to it. */
export function isSelfWatch(labels: Readonly<Record<string, string>>): boolean {
  return labels.policy === name;
}
