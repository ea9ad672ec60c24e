import type { AuditActName } from '@carillon/core/audit/acts';
import type { z } from 'zod';
import { allRoutes, type api } from './api.js';
import type { AuditKind } from './audit.routes.js';
import type { Route } from './route.js';

type Groups = typeof api;

/** Names in a body. */
type Field<R> = R extends { body: infer B extends z.ZodType } ? keyof NonNullable<z.input<B>> & string : never;

/** What the audit keeps of a request that did something. */
export interface Kept<F extends string = string> {
  readonly kind: AuditKind;
  /** What was done, in the past: `created`. */
  readonly act: AuditActName;
  /** Fields of the body that the audit may show for ever. What is not named here is not kept: no secret by accident. */
  readonly keep?: readonly F[];
  /** Only what it changed is kept, by a row for each; a request that changed nothing leaves none. */
  readonly changes?: true;
}

/** Or why nothing is kept. */
export interface NotKept {
  readonly not: string;
}

type AuditedTable = {
  readonly [G in keyof Groups]: {
    readonly [A in keyof Groups[G] as Groups[G][A] extends { method: 'GET' } ? never : A]:
      | Kept<Field<Groups[G][A]>>
      | NotKept;
  };
};

const onlyAsks = { not: 'asks, and changes nothing' } as const;

/** What the audit keeps of each route that is no reading: the whole of it. A new route does not compile without its line. */
export const audited: AuditedTable = {
  session: {
    signIn: { kind: 'Session', act: 'signed in' },
    signInPassword: { kind: 'Session', act: 'signed in' },
    acceptInvitation: { kind: 'Session', act: 'accepted an invitation' },
    signOut: { kind: 'Session', act: 'signed out' },
    signInLink: { kind: 'Session', act: 'made a link to sign in' },
  },
  jobs: {
    apply: {
      kind: 'Job',
      act: 'applied',
      keep: ['author', 'reason', 'allowNoHosts', 'overrideFreeze', 'set'],
      changes: true,
    },
    run: { kind: 'Command', act: 'run', keep: ['hosts'] },
    dryRun: { kind: 'Command', act: 'dry run', keep: ['hosts'] },
    repair: { kind: 'Command', act: 'repair', keep: ['hosts'] },
    remove: { kind: 'Job', act: 'deleted' },
    preview: onlyAsks,
  },
  rollouts: {
    halt: { kind: 'Rollout', act: 'halted', keep: ['reason'] },
    resume: { kind: 'Rollout', act: 'resumed', keep: ['reason'] },
    rollBack: { kind: 'Rollout', act: 'rolled back', keep: ['reason'] },
  },
  hosts: {
    setLabels: { kind: 'Host', act: 'labelled', keep: ['labels', 'overrideFreeze'] },
    createToken: {
      kind: 'EnrolmentToken',
      act: 'created',
      keep: ['uses', 'expiresInMinutes', 'labels', 'addresses', 'hostNames', 'needsApproval'],
    },
    revokeToken: { kind: 'EnrolmentToken', act: 'revoked' },
  },
  admission: {
    approve: { kind: 'Host', act: 'approved', keep: ['fingerprint'] },
    refuse: { kind: 'Host', act: 'turned away' },
    rotateKey: { kind: 'Host', act: 'asked for another key' },
    keepCopy: { kind: 'Host', act: 'kept one of two' },
    decommission: { kind: 'Host', act: 'decommissioned', keep: ['force'] },
  },
  runs: { stop: { kind: 'Command', act: 'stop' } },
  inventory: {
    refresh: { not: 'asks an agent to list its tasks again, and changes nothing there' },
    refreshAll: { not: 'asks agents to list their tasks again, and changes nothing there' },
    plan: onlyAsks,
  },
  taskChanges: {
    adopt: { kind: 'Task', act: 'adopted' },
    undo: { kind: 'Task', act: 'took back' },
  },
  upgrades: {
    publish: { kind: 'Upgrade', act: 'published', keep: ['text'] },
    part: { not: 'a piece of a release whose digest was published before, which has its row' },
    setRing: { kind: 'Upgrade', act: 'set ring', keep: ['version', 'target', 'percent', 'healthWithinMinutes'] },
    stop: { kind: 'Upgrade', act: 'stopped' },
  },
  incidents: {
    acknowledge: { kind: 'Incident', act: 'acknowledged', keep: ['note'] },
    unacknowledge: { kind: 'Incident', act: 'unacknowledged', keep: ['note'] },
    assign: { kind: 'Incident', act: 'assigned', keep: ['assignee'] },
    note: { kind: 'Incident', act: 'noted', keep: ['text'] },
    resolve: { kind: 'Incident', act: 'resolved', keep: ['note'] },
  },
  incidentLinks: {
    add: { kind: 'Incident', act: 'linked', keep: ['system', 'key', 'url', 'state', 'assignee'] },
    change: { kind: 'Incident', act: 'changed a link', keep: ['url', 'state', 'assignee'] },
    remove: { kind: 'Incident', act: 'removed a link' },
  },
  channels: {
    test: { kind: 'Delivery', act: 'tested' },
    replay: { kind: 'Delivery', act: 'sent again', keep: ['ids', 'channel', 'since'] },
    setSecret: { kind: 'Secret', act: 'set', keep: ['name'] },
    removeSecret: { kind: 'Secret', act: 'deleted' },
  },
  jobSecrets: {
    set: { kind: 'Secret', act: 'set', keep: ['purpose', 'name', 'jobs', 'description', 'expiresAt'] },
    remove: { kind: 'Secret', act: 'deleted' },
  },
  // The address of a webhook may be a secret itself.
  subscriptions: {
    create: {
      kind: 'Subscription',
      act: 'created',
      keep: ['name', 'events', 'match', 'allowPrivateAddresses', 'enabled'],
    },
    change: {
      kind: 'Subscription',
      act: 'updated',
      keep: ['name', 'events', 'match', 'allowPrivateAddresses', 'enabled'],
    },
    remove: { kind: 'Subscription', act: 'deleted' },
    test: { kind: 'Delivery', act: 'tested' },
    replay: { kind: 'Delivery', act: 'sent again', keep: ['ids', 'since', 'sent'] },
  },
  alertDocuments: {
    put: { kind: 'AlertDocument', act: 'written', changes: true },
    remove: { kind: 'AlertDocument', act: 'deleted' },
    preview: onlyAsks,
  },
  accounts: {
    create: { kind: 'Account', act: 'created', keep: ['name', 'kind', 'grants'] },
    change: { kind: 'Account', act: 'updated', keep: ['grants', 'disabled'] },
    remove: { kind: 'Account', act: 'deleted' },
    invite: { kind: 'Account', act: 'invited' },
    setGroupRole: { kind: 'Account', act: 'granted to a group', keep: ['grants'] },
  },
  accessTokens: {
    create: { kind: 'AccessToken', act: 'created', keep: ['name', 'area', 'grants', 'addresses', 'expiresInDays'] },
    createFor: { kind: 'AccessToken', act: 'created', keep: ['name', 'area', 'grants', 'addresses', 'expiresInDays'] },
    rotate: { kind: 'AccessToken', act: 'rotated' },
    revoke: { kind: 'AccessToken', act: 'revoked' },
  },
  signedIn: {
    end: { kind: 'Session', act: 'ended' },
    changePassword: { kind: 'Account', act: 'changed the password' },
    beginSecondFactor: { kind: 'Account', act: 'began a second factor' },
    confirmSecondFactor: { kind: 'Account', act: 'confirmed a second factor' },
    removeSecondFactor: { kind: 'Account', act: 'removed the second factor' },
  },
  quiet: {},
  calendars: {},
  audit: {},
  missedRuns: {},
  why: {},
  pauses: {
    pause: {
      kind: 'Pause',
      act: 'paused',
      keep: ['hosts', 'group', 'labels', 'all', 'until', 'afterwards', 'reason'],
    },
    resume: { kind: 'Pause', act: 'resumed', keep: ['hosts', 'group', 'labels', 'all'] },
  },
  live: { ticket: { not: 'lets an open page listen, a minute long; nothing is changed by it' } },
  now: {},
  timeline: {},
  load: {},
  requests: {
    approve: { kind: 'ChangeRequest', act: 'approved', keep: ['planHash'] },
    reject: { kind: 'ChangeRequest', act: 'rejected', keep: ['reason'] },
    withdraw: { kind: 'ChangeRequest', act: 'withdrawn' },
  },
  approvals: {
    addKey: { kind: 'ApproverKey', act: 'registered', keep: ['key', 'name'] },
    removeKey: { kind: 'ApproverKey', act: 'deleted' },
    sign: { kind: 'Job', act: 'approval signed', keep: ['key'] },
  },
};

const byRoute = new Map<Route, { readonly id: string; readonly rule: Kept | NotKept }>(
  allRoutes().flatMap(({ id, route }) => {
    const [group = '', act = ''] = id.split('.');
    const table: Readonly<Record<string, Readonly<Record<string, Kept | NotKept>> | undefined>> = audited;
    const rule = table[group]?.[act];
    return rule ? [[route, { id, rule }] as const] : [];
  }),
);

/** What is kept of a route, with the name of its operation; undefined for those that only read. */
export function auditedBy(route: Route): { readonly id: string; readonly rule: Kept | NotKept } | undefined {
  return byRoute.get(route);
}
