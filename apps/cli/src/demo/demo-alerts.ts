/** Severities as in the examples; names are those that jobs of the demo name. */
const policies = [
  {
    name: 'nightly-backups',
    severity: 'high',
    description: 'A backup did not come, or took far too long',
    when: { missed: { grace: '30m' }, longerThan: '4x' },
    resolveAfter: 1,
    runbook: 'https://wiki.example.com/runbooks/backups',
    labels: { team: 'storage' },
  },
  {
    name: 'core-service',
    severity: 'high',
    description: 'A core service does not work',
    when: { consecutiveFailures: 2 },
  },
  {
    name: 'failing',
    severity: 'medium',
    description: 'The same job fails twice in a row',
    when: { consecutiveFailures: 2 },
  },
  {
    name: 'error-rate',
    severity: 'medium',
    description: 'More than 20 % fail for a while',
    when: { failureRate: '20%', window: '1h', minimumRuns: 10 },
  },
  {
    name: 'hosts-of-production',
    severity: 'medium',
    description: 'A production host is away, full, or has the wrong time',
    when: { hostOffline: '3m', diskAbove: { above: '92%', for: '15m' }, clockSkew: '2m' },
    appliesTo: { labels: { env: 'prod' } },
  },
  {
    name: 'not-as-it-should-be',
    severity: 'low',
    description: 'A task was changed by hand, or a definition was refused',
    when: { drift: true, rejected: true },
    appliesTo: { all: true },
  },
] as const;

/** Where people are reached; each channel posts to a sink of the demo itself, so nothing leaves this machine. */
const channels = ['email', 'sms', 'phone', 'ops-chat', 'old-pager'] as const;

/** The name of a channel that answers that it does not exist any more, so that a delivery is given up. */
export const deadChannel = 'old-pager';

export const signingSecret = 'demo-signing';

/**
 * @param sinkUrl ends with a slash
 * @param during the past is told at once and looks at no hosts: an absent site would be told host by host then, while
 *   later its hosts are gathered into one incident before anybody is told
 */
export function alertDocuments(sinkUrl: string, during: 'past' | 'now'): Record<string, unknown>[] {
  const groupWait = during === 'past' ? '0s' : '30s';
  return [
    ...policies
      .filter(({ name }) => during === 'now' || name !== 'hosts-of-production')
      .map((policy) => ({ kind: 'AlertPolicy', ...policy })),
    ...channelDocuments(sinkUrl),
    {
      kind: 'OnCall',
      name: 'night-shift',
      timezone: 'Europe/Berlin',
      people: {
        ann: { phone: '+4930654321', email: 'ann@example.com' },
        ben: { phone: '+4930654322' },
        王芳: { sms: '+8613800138000' },
      },
      layers: [{ people: ['ann', 'ben', '王芳'], start: '2026-01-05T09:00', rotate: 'weekly' }],
    },
    {
      kind: 'Route',
      name: 'production',
      match: ['env=prod'],
      to: { low: 'email', medium: ['email', 'ops-chat'], high: ['email', 'phone', deadChannel] },
      groupWait,
      escalate: [{ wait: '15m', to: ['sms'] }],
      repeat: { every: '4h', times: 3 },
    },
    // A site whose line is down is one thing to look at, however many hosts it has.
    {
      kind: 'Route',
      name: 'hosts-away',
      order: 50,
      match: ['policy=hosts-of-production'],
      groupBy: ['policy', 'site'],
      to: ['email', 'ops-chat'],
      groupWait,
    },
    { kind: 'Route', name: 'everything-else', order: 900, groupWait, to: 'email' },
    {
      kind: 'MaintenanceWindow',
      name: 'patch-night',
      match: ['env=test'],
      timezone: 'Europe/Berlin',
      ...{ cron: '0 2 * * 6', for: '4h', reason: 'Windows updates of test hosts' },
    },
  ];
}

/** The port of the sink is another one after each start. */
export function channelDocuments(sinkUrl: string): Record<string, unknown>[] {
  return channels.map((name) => ({
    kind: 'Channel',
    name,
    type: 'webhook',
    url: `${sinkUrl}${name}`,
    signing: { secret: signingSecret },
    allowPrivateAddresses: true,
  }));
}

/** Somebody knows of the share that times out and does not want to hear of it for a while. */
export function silenceOf(host: string, nowMs: number): Record<string, unknown> {
  return {
    kind: 'Silence',
    name: 'share-moves',
    match: [`host=${host}`],
    until: new Date(nowMs + 36 * 3_600_000).toISOString(),
    reason: 'The share moves to new storage',
    author: 'ben',
  };
}
