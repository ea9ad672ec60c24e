import type { channelRoutes } from '@carillon/contract/http/channels.routes';
import type { quietRoutes } from '@carillon/contract/http/quiet.routes';
import type { Response } from '@carillon/contract/http/route';
import type { subscriptionRoutes } from '@carillon/contract/http/subscriptions.routes';
import type { FakeNetwork } from '../../testing/fake-network.js';

const at = '2026-11-23T02:00:00.000Z';

export function sampleChannel(
  change: Partial<Response<typeof channelRoutes.list>['items'][number]> = {},
): Response<typeof channelRoutes.list>['items'][number] {
  return {
    name: 'Email',
    type: 'smtp',
    description: '',
    enabled: true,
    fallback: null,
    health: 'works',
    problem: null,
    missingSecrets: [],
    waiting: 0,
    dead: 0,
    openUntil: null,
    lastDelivery: null,
    updatedAt: at,
    ...change,
  };
}

export function sampleQuiet(
  change: Partial<Response<typeof quietRoutes.list>['items'][number]> = {},
): Response<typeof quietRoutes.list>['items'][number] {
  return {
    name: 'moving-disks',
    description: '',
    match: ['host=~db-.*'],
    reason: 'new storage',
    by: 'Ann',
    state: 'active',
    from: null,
    until: '2026-12-01T06:00:00.000Z',
    recurs: false,
    mutes: { alerts: 3, incidents: [{ number: 42, title: 'etl fails', severity: 'high' }], incidentsTotal: 1 },
    updatedAt: at,
    ...change,
  };
}

export function sampleSubscription(
  change: Partial<Response<typeof subscriptionRoutes.get>> = {},
): Response<typeof subscriptionRoutes.get> {
  return {
    id: '0195f6e2-1c5a-7c3e-8f00-1234567890ab',
    name: 'helpdesk',
    url: 'https://helpdesk.example/hook',
    events: ['incident.opened'],
    match: [],
    signing: [{ secret: 'helpdesk-hook' }],
    allowPrivateAddresses: false,
    enabled: true,
    health: 'works',
    problem: null,
    failingSince: null,
    missingSecrets: [],
    waiting: 0,
    dead: 0,
    dropped: 0,
    author: 'admin',
    createdAt: at,
    updatedAt: at,
    ...change,
  };
}

/** What a route was asked, one entry for each call. */
export function asked(network: FakeNetwork, route: string) {
  return network.calls.filter((call) => call.route === route).map((call) => call.asked);
}
