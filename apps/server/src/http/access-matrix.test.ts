import { randomUUID } from 'node:crypto';
import { access, accessOf } from '@carillon/contract/http/access';
import { allRoutes, api } from '@carillon/contract/http/api';
import { apiPrefix, type Route } from '@carillon/contract/http/route';
import { livePath } from '@carillon/contract/live/live-messages';
import type { Grant } from '@carillon/core/access/grant';
import { isReading, type Role, roles, rolesFor } from '@carillon/core/access/roles';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AlertingModule } from '../alerting/alerting.module.js';
import { features } from '../app.module.js';
import { LiveSockets } from '../features/live/live-sockets.js';
import { AgentGateway } from '../gateway/agent-gateway.js';
import { GatewayModule } from '../gateway/gateway.module.js';
import { ObservabilityModule } from '../observability/observability.module.js';
import { limitedTables } from '../store/limit-statement.js';
import { addFleet, jobFile } from '../store/testing/fleet.js';
import { addIncident } from '../store/testing/incidents.js';
import { addRun } from '../store/testing/runs.js';
import { makeApiToken } from './api-token.js';
import { hashSecret } from './secrets.js';
import { startTestApp, type TestApp } from './testing/test-app.js';

// Some thousand requests; on a machine that does other things besides they take their time.
vi.setConfig({ testTimeout: 180_000 });

/** Everything of one team; names are found again in answers. */
interface Side {
  readonly host: string;
  readonly job: string;
  readonly run: string;
  readonly command: string;
  readonly taskChange: string;
  readonly incident: string;
  readonly changeRequest: string;
}

const whose = ['own', 'foreign'] as const;
type Whose = (typeof whose)[number];
const world = {} as Record<Whose, Side>;
const tokens = new Map<string, string>();
let app: TestApp;
let drop: () => Promise<void>;

beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, {
    modules: [GatewayModule, AlertingModule, ObservabilityModule, ...features],
  });
  app.app.get(AgentGateway).attach(app.app.getHttpServer(), { [livePath]: app.app.get(LiveSockets) });
  for (const side of whose) world[side] = await addSide(side);
  for (const role of roles) tokens.set(role, await addCaller([{ role, scope: { team: 'own-team' } }]));
  tokens.set('nobody', await addCaller([]));
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

/** @returns a token of an account with these grants */
async function addCaller(grants: readonly Grant[], limit: { area?: string; grants?: Grant[] } = {}): Promise<string> {
  const accountId = randomUUID();
  await app.database.pool.query(
    `INSERT INTO account (id, name, name_key, kind, grants, author) VALUES ($1::uuid, $2, $2, 'service', $3, 'test')`,
    [accountId, accountId, JSON.stringify(grants)],
  );
  const { id, token } = makeApiToken();
  await app.database.pool.query(
    `INSERT INTO api_token (id, account_id, name, hash, area, grants, author, expires_at)
     VALUES ($1, $2, 't', $3, $4, $5, 'test', now() + interval '1 hour')`,
    [id, accountId, hashSecret(token), limit.area ?? 'access', limit.grants ? JSON.stringify(limit.grants) : null],
  );
  return token;
}

async function addSide(side: Whose): Promise<Side> {
  const [host, job] = [`${side}-host`, `${side}-job`];
  const [hostId = ''] = await addFleet(app.database, [{ name: host, labels: { team: `${side}-team` } }]);
  await app.call(api.jobs.apply, {
    body: { documents: [jobFile(job, { owner: `${side}-team`, targets: { hosts: [host] } })] },
  });
  const { pool } = app.database;
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM job WHERE name = $1', [job]);
  const jobId = rows[0]?.id ?? '';
  const place = { jobId, hostId };
  const run = await addRun(app.database, place, { state: 'running' });
  await addRun(app.database, place, { state: 'failed' });
  const [command, taskChange] = [randomUUID(), randomUUID()];
  await pool.query(
    `INSERT INTO command (id, host_id, job_id, action, text, signature, author, expires_at)
     VALUES ($1, $2, $3, 'run', '{}', '', 'test', now() + interval '1 hour')`,
    [command, hostId, jobId],
  );
  await pool.query(
    `INSERT INTO task_change (id, host_id, job_id, job_version, state, differences, noticed_at)
     VALUES ($1, $2, $3, 1, 'drifted', '{}', now())`,
    [taskChange, hostId, jobId],
  );
  await pool.query(
    `INSERT INTO host_task (host_id, path_key, path, list_hash, definition_hash, definition, enabled, run_as, command, arguments, working_directory)
     VALUES ($1, $2, $2, '', '', '<Task/>', true, 'SYSTEM', 'x', '', '')`,
    [hostId, `\\${side}-task`],
  );
  const incident = await addIncident(app.database, { jobId, hostId, title: `${side}-incident` });
  const { rows: requests } = await pool.query<{ number: string }>(
    `INSERT INTO change_request (act, title, body, author, plan_hash, plan, groups, required, host_ids, state, expires_at)
     VALUES ('remove', $1, '{}', 'test', '0123456789abcdef', 'null', '{}', 1, $2, 'rejected', now()) RETURNING number`,
    [`delete Job ${job}`, [hostId]],
  );
  const changeRequest = requests[0]?.number ?? '';
  return { host, job, run, command, taskChange, incident: String(incident.number), changeRequest };
}

/** Bodies of routes whose body says what they are about; harmless ones. */
function bodyFor(id: string, { host, job }: Side): unknown {
  switch (id) {
    case 'jobs.apply': {
      const team = host.replace('host', 'team');
      return {
        dryRun: true,
        documents: [jobFile(job, { owner: team, targets: { hosts: [host] }, runAs: 'local-service' })],
      };
    }
    case 'jobs.run':
      return { hosts: [host] };
    case 'jobs.preview':
      return { document: jobFile('preview', { targets: { all: true } }) };
    case 'inventory.plan':
      return { what: 'no such group' };
    case 'pauses.pause':
      return { hosts: [host], until: new Date(Date.now() + 3_600_000).toISOString(), afterwards: 'skip' };
    default:
      return { hosts: [host] };
  }
}

const bodySources = ['selectedHosts', 'documents', 'jobOnHosts:name'];

/** A request that is carried out when it reads or says in its body what it is about, and refused as malformed else. */
async function send(id: string, route: Route, side: Side, token: string | undefined) {
  const found = accessOf(route);
  const [action, source] = found && found !== 'open' ? found : (['own', 'own'] as const);
  const [kind = '', param = ''] = source.split(':');
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => {
    if (name !== param || kind === 'documentKind')
      return name === 'version' ? '1' : name === 'kind' ? 'Route' : randomUUID();
    const key = kind === 'jobOnHosts' ? 'job' : (kind as keyof Side);
    return encodeURIComponent(side[key]);
  });
  const query = isReading(action) ? queryFor(id) : bodySources.includes(source) ? '' : '?unknown=1';
  const response = await app.fetch(`${apiPrefix}${path}${query}`, {
    method: route.method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(route.body ? { 'content-type': 'application/json' } : {}),
    },
    ...(route.body ? { body: JSON.stringify(bodyFor(id, side)) } : {}),
  });
  return { status: response.status, text: await response.text() };
}

const now = Date.now();
const hour = new Date(Math.floor(now / 3_600_000) * 3_600_000);
const ago = (hours: number) => new Date(hour.getTime() - hours * 3_600_000).toISOString();
function queryFor(id: string): string {
  const queries: Record<string, string> = {
    'runs.hours': `?from=${ago(2)}&to=${ago(0)}`,
    'timeline.rows': `?by=host&from=${ago(3)}&to=${ago(-2)}`,
    'load.expected': `?from=${ago(0)}&days=1`,
    'load.hour': `?from=${ago(0)}`,
    'inventory.stale': `?since=${ago(1)}`,
  };
  return queries[id] ?? '';
}

const guarded = allRoutes().filter(({ route }) => accessOf(route) !== 'open');

function ruleOf(route: Route) {
  const found = accessOf(route);
  if (found === undefined || found === 'open') throw new Error(`${route.path} is open`);
  return found;
}

/** What the rules say of a role in the team `own` and a thing of either team. */
function expected(route: Route, role: Role, side: Whose): 'allowed' | 403 | 404 {
  const [action, source] = ruleOf(route);
  if (source === 'own') return 'allowed';
  const has = rolesFor[action].includes(role);
  if (source === 'fleet' || source === 'documentKind:kind') return 403;
  if (source === 'seen') return has ? 'allowed' : 403;
  // A document may make what is not there yet: there is nothing to hide, and every account class is admins' own.
  if (source === 'documents') return side === 'own' && role === 'admin' ? 'allowed' : 403;
  if (side === 'foreign') return 404;
  return has ? 'allowed' : 403;
}

describe.each(roles)('a %s of one team', (role) => {
  it.each(whose)('is let in as the rules say to what is %s', async (side) => {
    const wrong: string[] = [];
    for (const { id, route } of guarded) {
      const { status, text } = await send(id, route, world[side], tokens.get(role));
      const wanted = expected(route, role, side);
      const [action] = ruleOf(route);
      const isRight = wanted !== 'allowed' ? status === wanted : isAllowed(status, id, isReading(action));
      if (!isRight) wrong.push(`${id}: expected ${wanted}, got ${status} ${text.slice(0, 300)}`);
      if (side === 'own' && /foreign-/.test(text))
        wrong.push(`${id}: tells of what is foreign: ${text.slice(0, 1_500)}`);
    }
    expect(wrong).toEqual([]);
  });
});

/** Things that the small world has none of are not found after the guard, which says whose they would be. */
function isAllowed(status: number, id: string, reads: boolean): boolean {
  if (status === 200 || status === 400) return status === 200 || !reads;
  return status === 404 && ['inventory.group', 'inventory.plan'].includes(id);
}

describe('who has no role', () => {
  it('gets nothing but his own affairs', async () => {
    for (const { id, route } of guarded) {
      const [, source] = ruleOf(route);
      const { status } = await send(id, route, world.own, tokens.get('nobody'));
      if (source === 'own') expect(status, id).not.toBe(403);
      else expect([403, 404], `${id} ${status}`).toContain(status);
    }
  });

  it('is asked to sign in', async () => {
    for (const { id, route } of guarded) expect((await send(id, route, world.own, undefined)).status, id).toBe(401);
  });
});

describe('who defines jobs within a team', () => {
  it.each([
    [{ labels: { team: 'own-team' } }, 200, null],
    [{ hosts: ['own-host'] }, 200, null],
    // No host has it now: one that gets it later may be anybody's.
    [{ labels: { role: 'db' } }, 403, 'later_hosts'],
    [{ all: true }, 403, 'not_visible'],
    [{ hosts: ['own-host', 'not-there-yet'] }, 403, 'not_visible'],
  ])('on %j is answered %i', async (targets, status, reason) => {
    const response = await app.fetch(`${apiPrefix}${api.jobs.apply.path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.get('admin')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ dryRun: true, documents: [jobFile('placed', { owner: 'own-team', targets })] }),
    });
    const { params } = (await response.json()) as { params?: { reason?: string } };
    expect([response.status, params?.reason ?? null]).toEqual([status, reason]);
  });
});

describe('who has a report written', () => {
  it.each([
    ['own-team', 200],
    // He may write a job of this name whosever it is, and sees no other of that team.
    ['foreign-team', 403],
    ['', 403],
  ])('sees what it tells of: of %j it is answered %i', async (owner, status) => {
    const token = await addCaller([
      { role: 'admin', scope: { team: 'own-team' } },
      { role: 'admin', scope: { jobs: 'told-*' } },
    ]);
    const channel = { kind: 'Channel', name: 'told', type: 'webhook', url: 'https://a.test', signing: { secret: 's' } };
    await app.call(api.jobs.apply, { body: { documents: [channel] } });
    const document = jobFile('told-1', {
      owner,
      targets: { labels: { team: 'own-team' } },
      run: { report: { to: 'told' } },
    });
    const response = await app.fetch(`${apiPrefix}${api.jobs.apply.path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ dryRun: true, documents: [document] }),
    });
    const { message = '' } = (await response.json()) as { message?: string };
    expect([response.status, message.includes('run.report: ')]).toEqual([status, status === 403]);
  });
});

describe('whose role reaches everything', () => {
  it('sees both teams: the lists are not empty for other reasons', async () => {
    const token = await addCaller([{ role: 'viewer', scope: { all: true } }]);
    for (const id of ['hosts.list', 'jobs.list', 'runs.list', 'incidents.list', 'runs.table']) {
      const { route } = guarded.find((candidate) => candidate.id === id) ?? guarded[0] ?? { route: api.hosts.list };
      const { text } = await send(id, route, world.own, token);
      expect(text, id).toMatch(/own-/);
      expect(text, id).toMatch(/foreign-/);
    }
  });
});

describe('a token', () => {
  const all: Grant[] = [{ role: 'admin', scope: { all: true } }];

  it('for incidents does nothing else', async () => {
    const token = await addCaller(all, { area: 'incidents' });
    for (const { id, route } of guarded) {
      const { status } = await send(id, route, world.own, token);
      const [action] = ruleOf(route);
      if (action === 'own' || action.startsWith('incident.')) expect(status, id).not.toBe(403);
      else expect(status, id).toBe(403);
    }
  });

  it('that is not made for it makes nothing that lasts longer than itself', async () => {
    const token = await addCaller(all, { area: 'all' });
    for (const { id, route } of guarded) {
      const { status } = await send(id, route, world.own, token);
      const [action] = ruleOf(route);
      if (action === 'own.manage' || action === 'access.manage') expect(status, id).toBe(403);
      else expect(status, id).not.toBe(403);
    }
  });

  it('never reaches further than its owner, nor its owner through it', async () => {
    const viewer: Grant[] = [{ role: 'viewer', scope: { team: 'own-team' } }];
    const tooMuch = await addCaller(viewer, { grants: all });
    const less = await addCaller(all, { grants: viewer });
    for (const token of [tooMuch, less]) {
      expect((await send('jobs.run', api.jobs.run, world.own, token)).status).toBe(403);
      expect((await send('hosts.get', api.hosts.get, world.foreign, token)).status).toBe(404);
      expect((await send('hosts.list', api.hosts.list, world.own, token)).text).not.toMatch(/foreign-/);
    }
  });
});

describe('the table of access', () => {
  it('lets nobody change anything by accident', () => {
    const reading = guarded.filter(({ route }) => route.method !== 'GET' && isReading(ruleOf(route)[0]));
    expect(reading.map(({ id }) => id)).toEqual(['jobs.preview', 'inventory.plan', 'alertDocuments.preview']);
    const own = (wanted: string) => guarded.filter(({ route }) => ruleOf(route)[0] === wanted).map(({ id }) => id);
    expect(own('own')).toEqual(['session.signOut', 'session.me', 'accessTokens.mine', 'signedIn.mine', 'live.ticket']);
    expect(own('own.manage')).toEqual([
      'session.signInLink',
      ...[
        'accessTokens.create',
        'accessTokens.rotate',
        'accessTokens.revoke',
        'signedIn.end',
        'signedIn.changePassword',
      ],
      ...['signedIn.beginSecondFactor', 'signedIn.confirmSecondFactor', 'signedIn.removeSecondFactor'],
      ...['approvals.addKey', 'approvals.removeKey'],
    ]);
    const open = allRoutes().filter(({ route }) => accessOf(route) === 'open');
    expect(open.map(({ id }) => id)).toEqual([
      ...['session.ways', 'session.signIn', 'session.signInPassword', 'session.acceptInvitation'],
    ]);
    expect(access.jobs.run).toEqual(['run', 'jobOnHosts:name']);
  });

  it('limits every table that belongs to hosts, jobs or incidents', async () => {
    const { rows } = await app.database.pool.query<{ name: string }>(
      `SELECT DISTINCT c.table_name AS name FROM information_schema.columns c
       JOIN pg_class p ON p.relname = c.table_name AND NOT p.relispartition AND p.relnamespace = 'public'::regnamespace
       WHERE c.table_schema = 'public' AND c.column_name IN ('host_id', 'job_id', 'incident_id') ORDER BY 1`,
    );
    // Found through what is limited itself, or never read for people.
    const others = [
      'agent_event_batch',
      'agent_event_key',
      'alert_watch',
      'job_source',
      'job_version',
      'subscription_delivery',
    ];
    expect(rows.map(({ name }) => name).filter((name) => !limitedTables.includes(name))).toEqual(others);
  });
});
