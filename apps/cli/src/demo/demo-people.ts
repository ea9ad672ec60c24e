import { accessTokenRoutes, accountRoutes } from '@carillon/contract/http/accounts.routes';
import { pauseRoutes } from '@carillon/contract/http/pauses.routes';
import { subscriptionRoutes } from '@carillon/contract/http/subscriptions.routes';
import { readGrant } from '@carillon/core/access/grant';
import type { Place } from '../fleet/place.js';
import { signingSecret } from './demo-alerts.js';
import type { PlannedHost } from './demo-hosts.js';
import { cast } from './demo-job.js';

const hourMs = 3_600_000;
const pausedHosts = 2;
const subscriber = 'helpdesk';

const people = [
  { name: 'ann', grants: ['operator@all'] },
  { name: 'ben', grants: ['operator@team:dba', 'viewer@all'] },
  { name: '王芳', grants: ['editor@labels:region=apac'] },
] as const;
const service = { name: 'ticket-bridge', grants: ['operator@all'] } as const;

/** People of the stories, a program with a token, hosts that rest for patches, and a system that is told by webhook. */
export async function addPeople(place: Place, hosts: readonly PlannedHost[], sinkUrl: string, nowMs: number) {
  for (const { name, grants } of people) await addAccount(place, name, 'person', grants);
  await addAccount(place, service.name, 'service', service.grants);
  await place.call(accessTokenRoutes.createFor, {
    name: service.name,
    body: { name: 'incidents both ways', area: 'incidents', expiresInDays: 90 },
  });
  await place.call(subscriptionRoutes.create, {
    body: {
      name: subscriber,
      url: `${sinkUrl}${subscriber}`,
      events: ['incident.opened', 'incident.resolved'],
      match: ['env=prod'],
      signing: [{ secret: signingSecret }],
      allowPrivateAddresses: true,
    },
  });
  const inStories = new Set<string>(Object.values(cast).flat());
  const resting = hosts
    .filter(({ name, labels, isGone }) => labels.env === 'test' && !isGone && !inStories.has(name))
    .slice(0, pausedHosts)
    .map(({ name }) => name);
  if (resting.length === 0) return;
  const until = new Date(nowMs + 6 * hourMs).toISOString();
  await place.call(pauseRoutes.pause, {
    body: { hosts: resting, until, afterwards: 'skip', reason: 'Windows updates', dryRun: false },
  });
}

/** The port of the sink is another one after each start. */
export async function moveSubscription(place: Place, sinkUrl: string): Promise<void> {
  const { items } = await place.call(subscriptionRoutes.list, {});
  const own = items.find(({ name }) => name === subscriber);
  if (own) await place.call(subscriptionRoutes.change, { id: own.id, body: { url: `${sinkUrl}${subscriber}` } });
}

function addAccount(place: Place, name: string, kind: 'person' | 'service', written: readonly string[]) {
  const grants = written.map((text) => {
    const read = readGrant(text);
    if (!read.ok) throw new Error(`a grant of the demo: expected role@scope, got ${JSON.stringify(text)}`);
    return read.value;
  });
  return place.call(accountRoutes.create, { body: { name, kind, grants } });
}
