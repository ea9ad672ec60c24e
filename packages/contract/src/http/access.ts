import type { Action } from '@carillon/core/access/roles';
import { allRoutes, type api } from './api.js';
import type { Route } from './route.js';

/**
 * How the thing that a route is about is found. `own`, `seen` and `fleet` need nothing to be found; the others name the
 * parameter of the path that says which one, except those that the body names.
 */
export type ObjectSource =
  | 'own'
  | 'seen'
  | 'fleet'
  /** One by the path: `host:name` is the host whose name is in `:name`. */
  /** A document of the kind in the path: freezes are not everybody's who writes the others. */
  | 'documentKind:kind'
  | `${'host' | 'job' | 'run' | 'command' | 'taskChange' | 'incident' | 'changeRequest'}:${string}`
  /** The job in the path with the hosts in the body, or all that have it. */
  | 'jobOnHosts:name'
  /** Hosts that the body selects. */
  | 'selectedHosts'
  /** Everything that the documents of the body are about, each with the action it needs. */
  | 'documents';

/** What a route does, and to what; `open` routes ask for nobody. */
export type RouteAccess = 'open' | readonly [Action, ObjectSource];

type AccessTable = {
  readonly [G in keyof typeof api]: { readonly [A in keyof (typeof api)[G]]: RouteAccess };
};

/**
 * Who may use which route: the whole of it, on one page. A new route does not compile without its line here, and a server
 * does not start with one that has none.
 */
export const access: AccessTable = {
  session: {
    ways: 'open',
    signIn: 'open',
    signInPassword: 'open',
    acceptInvitation: 'open',
    signOut: ['own', 'own'],
    me: ['own', 'own'],
    signInLink: ['own.manage', 'own'],
    overview: ['read', 'seen'],
  },
  jobs: {
    apply: ['job.write', 'documents'],
    list: ['read', 'seen'],
    get: ['read', 'job:name'],
    versions: ['read', 'job:name'],
    version: ['read', 'job:name'],
    assignments: ['read', 'job:name'],
    statistics: ['read', 'job:name'],
    chain: ['read', 'job:name'],
    taskChanges: ['read', 'job:name'],
    nextFires: ['read', 'job:name'],
    taskXml: ['read', 'job:name'],
    run: ['run', 'jobOnHosts:name'],
    // It reads what is on the host; who may start the job there reads as much.
    dryRun: ['run', 'jobOnHosts:name'],
    drift: ['read', 'job:name'],
    // It brings nothing that was not accepted for the host: whoever may start the job may see that it is as it should be.
    repair: ['run', 'jobOnHosts:name'],
    remove: ['job.write', 'job:name'],
    command: ['read', 'command:id'],
    alertPolicies: ['read', 'seen'],
    preview: ['read', 'seen'],
  },
  rollouts: {
    list: ['read', 'seen'],
    get: ['read', 'job:name'],
    // To stop something, no more is needed than to start it.
    halt: ['run', 'job:name'],
    resume: ['job.write', 'job:name'],
    rollBack: ['job.write', 'job:name'],
  },
  hosts: {
    list: ['read', 'seen'],
    get: ['read', 'host:name'],
    agentFiles: ['read', 'seen'],
    assignments: ['read', 'host:name'],
    taskChanges: ['read', 'host:name'],
    losses: ['read', 'host:name'],
    load: ['read', 'host:name'],
    setLabels: ['host.label', 'host:name'],
    groups: ['read', 'seen'],
    createToken: ['host.enrol', 'fleet'],
    tokens: ['host.enrol', 'fleet'],
    revokeToken: ['host.enrol', 'fleet'],
  },
  admission: {
    identity: ['read', 'host:name'],
    approve: ['host.enrol', 'host:name'],
    refuse: ['host.enrol', 'host:name'],
    rotateKey: ['host.enrol', 'host:name'],
    keepCopy: ['host.enrol', 'host:name'],
    decommission: ['host.enrol', 'host:name'],
  },
  runs: {
    list: ['read', 'seen'],
    table: ['read', 'seen'],
    hours: ['read', 'seen'],
    get: ['read', 'run:id'],
    beside: ['read', 'run:id'],
    output: ['read', 'run:id'],
    told: ['read', 'run:id'],
    stop: ['run', 'run:id'],
  },
  inventory: {
    ofHost: ['read', 'host:name'],
    refresh: ['host.refresh', 'host:name'],
    refreshAll: ['host.refresh', 'selectedHosts'],
    stale: ['read', 'seen'],
    groups: ['read', 'seen'],
    group: ['read', 'seen'],
    plan: ['read', 'seen'],
  },
  taskChanges: {
    get: ['read', 'taskChange:id'],
    adopt: ['job.write', 'taskChange:id'],
    undo: ['job.write', 'taskChange:id'],
  },
  why: { job: ['read', 'job:name'] },
  upgrades: {
    publish: ['upgrade.manage', 'fleet'],
    part: ['upgrade.manage', 'fleet'],
    releases: ['read', 'seen'],
    setRing: ['upgrade.manage', 'fleet'],
    rings: ['read', 'seen'],
    stop: ['upgrade.manage', 'fleet'],
    hosts: ['read', 'seen'],
  },
  incidents: {
    list: ['incident.read', 'seen'],
    counts: ['incident.read', 'seen'],
    get: ['incident.read', 'incident:number'],
    log: ['incident.read', 'incident:number'],
    acknowledge: ['incident.handle', 'incident:number'],
    unacknowledge: ['incident.handle', 'incident:number'],
    assign: ['incident.handle', 'incident:number'],
    note: ['incident.handle', 'incident:number'],
    resolve: ['incident.handle', 'incident:number'],
    alerts: ['incident.read', 'seen'],
  },
  incidentLinks: {
    add: ['incident.handle', 'incident:number'],
    change: ['incident.handle', 'incident:number'],
    remove: ['incident.handle', 'incident:number'],
  },
  channels: {
    list: ['read', 'fleet'],
    test: ['alert.test', 'fleet'],
    deliveries: ['read', 'fleet'],
    delivery: ['read', 'fleet'],
    replay: ['delivery.replay', 'fleet'],
    secrets: ['secret.manage', 'fleet'],
    setSecret: ['secret.manage', 'fleet'],
    removeSecret: ['secret.manage', 'fleet'],
  },
  jobSecrets: {
    list: ['secret.manage', 'fleet'],
    get: ['secret.manage', 'fleet'],
    hosts: ['secret.manage', 'fleet'],
    set: ['secret.manage', 'fleet'],
    remove: ['secret.manage', 'fleet'],
  },
  subscriptions: {
    list: ['read', 'fleet'],
    get: ['read', 'fleet'],
    create: ['subscription.manage', 'fleet'],
    change: ['subscription.manage', 'fleet'],
    remove: ['subscription.manage', 'fleet'],
    test: ['subscription.manage', 'fleet'],
    deliveries: ['read', 'fleet'],
    delivery: ['read', 'fleet'],
    replay: ['subscription.manage', 'fleet'],
  },
  alertDocuments: {
    list: ['read', 'fleet'],
    get: ['read', 'fleet'],
    put: ['alert.write', 'documentKind:kind'],
    remove: ['alert.write', 'documentKind:kind'],
    preview: ['read', 'fleet'],
  },
  accounts: {
    list: ['access.manage', 'fleet'],
    create: ['access.manage', 'fleet'],
    change: ['access.manage', 'fleet'],
    remove: ['access.manage', 'fleet'],
    invite: ['access.manage', 'fleet'],
    groupRoles: ['access.manage', 'fleet'],
    setGroupRole: ['access.manage', 'fleet'],
  },
  // Of whom a token or a session is, is asked further on: it is one's own, or for who administers access.
  accessTokens: {
    list: ['access.manage', 'fleet'],
    mine: ['own', 'own'],
    create: ['own.manage', 'own'],
    createFor: ['access.manage', 'fleet'],
    rotate: ['own.manage', 'own'],
    revoke: ['own.manage', 'own'],
  },
  signedIn: {
    mine: ['own', 'own'],
    list: ['access.manage', 'fleet'],
    end: ['own.manage', 'own'],
    changePassword: ['own.manage', 'own'],
    beginSecondFactor: ['own.manage', 'own'],
    confirmSecondFactor: ['own.manage', 'own'],
    removeSecondFactor: ['own.manage', 'own'],
  },
  calendars: { list: ['read', 'fleet'] },
  quiet: { list: ['read', 'fleet'], onCall: ['read', 'fleet'] },
  audit: { list: ['read', 'fleet'], chain: ['read', 'fleet'], witnesses: ['read', 'fleet'] },
  missedRuns: { list: ['read', 'seen'] },
  pauses: {
    list: ['read', 'seen'],
    pause: ['host.pause', 'selectedHosts'],
    resume: ['host.pause', 'selectedHosts'],
  },
  live: { ticket: ['own', 'own'] },
  now: {
    activity: ['read', 'seen'],
    fleet: ['read', 'seen'],
    unreached: ['read', 'fleet'],
    load: ['read', 'seen'],
  },
  timeline: { rows: ['read', 'seen'] },
  load: {
    expected: ['read', 'seen'],
    hour: ['read', 'seen'],
  },
  // Who the author is, and who has approved before, is asked further on.
  requests: {
    list: ['read', 'seen'],
    get: ['read', 'changeRequest:number'],
    approve: ['approve', 'changeRequest:number'],
    reject: ['approve', 'changeRequest:number'],
    withdraw: ['job.write', 'changeRequest:number'],
  },
  approvals: {
    keys: ['read', 'seen'],
    addKey: ['own.manage', 'own'],
    removeKey: ['own.manage', 'own'],
    toSign: ['read', 'job:name'],
    sign: ['approve', 'job:name'],
  },
};

const byRoute = new Map<Route, RouteAccess | undefined>(
  allRoutes().map(({ id, route }) => {
    const [group = '', act = ''] = id.split('.');
    const table: Readonly<Record<string, Readonly<Record<string, RouteAccess>> | undefined>> = access;
    return [route, table[group]?.[act]];
  }),
);

/** Undefined: nothing was said, so nobody may use it. */
export function accessOf(route: Route): RouteAccess | undefined {
  return byRoute.get(route);
}

/** @throws Error naming routes of the catalog that say not who may use them, or say what does not fit */
export function requireAccess(): void {
  const wrong = allRoutes().flatMap(({ id, route }) => {
    const found = accessOf(route);
    if (found === undefined) return [`${id} says not who may use it`];
    if ((found === 'open') !== (route.open === true)) return [`${id} is open in one place and not in the other`];
    const param = found === 'open' ? undefined : found[1].split(':')[1];
    const known = param === undefined || param in (route.params?.shape ?? {});
    return known ? [] : [`${id} looks for :${param}, which is not in ${route.path}`];
  });
  if (wrong.length > 0) throw new Error(`access of routes: ${wrong.join('; ')}`);
}
