import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { allRoutes, api } from '@carillon/contract/http/api';
import { auditedBy } from '@carillon/contract/http/audited';
import type { ApiFailure } from '@carillon/contract/http/client';
import { totpCode } from '@carillon/core/access/totp';
import { approverKeyProof, signApproval } from '@carillon/core/approval/signed-approval';
import { chainStart, checkLinks, type KeptLink } from '@carillon/core/audit/chain';
import { canonicalJson } from '@carillon/core/desired/canonical-json';
import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import { HttpSink } from '@carillon/testkit/http-sink';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { AlertingModule } from '../../alerting/alerting.module.js';
import { features } from '../../app.module.js';
import { GatewayModule } from '../../gateway/gateway.module.js';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { Refusals } from '../../shared/refusals.js';
import { AcceptedStore } from '../../store/accepted.store.js';
import { acceptFleet, addFleet, jobFile } from '../../store/testing/fleet.js';
import { addAlert, addIncident } from '../../store/testing/incidents.js';
import { addRun } from '../../store/testing/runs.js';
import { cloneForRuntime } from '../../store/testing/runtime-role.js';

vi.setConfig({ testTimeout: 180_000 });

let app: TestApp;
let sink: HttpSink;
let drop: () => Promise<void>;
beforeAll(async () => {
  // As the role that owns nothing: whatever a route does has to be possible so.
  const database = await cloneForRuntime();
  drop = database.drop;
  sink = await HttpSink.start();
  app = await startTestApp(database.url, { modules: [GatewayModule, AlertingModule, ...features] });
});
afterAll(async () => {
  await app?.close();
  await sink?.close();
  await drop?.();
});

const password = 'a long walk by the river';
/** What must never be found in the audit. */
const secrets = [password, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'another long walk by the sea', 'in-the-path'];

/** Need an agent that tells of an edited task: their rows are looked at in task-changes.test.ts. */
const elsewhere = ['taskChanges.adopt', 'taskChanges.undo'];

const post = (path: string, body: unknown, cookie = '') =>
  app.fetch(`/api/v1${path}`, {
    method: 'POST',
    headers: {
      origin: app.origin,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(cookie ? { cookie } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
async function signedIn(response: Response): Promise<string> {
  expect(response.status).toBe(200);
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}
function isDone(response: Response): void {
  expect(response.status, response.url).toBe(200);
}
const tail = (url: string | undefined, mark: string) => new URL(url ?? '').hash.replace(`#${mark}=`, '');

function fromBase32(text: string): Uint8Array {
  const bits = [...text].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  return Uint8Array.from(bits.join('').match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

interface Row {
  readonly seq: number;
  readonly route: string | null;
  readonly actor: string;
  readonly via: string;
  readonly from: string | null;
  readonly act: string;
  readonly text: string | null;
}
async function rows(): Promise<Row[]> {
  const { rows: found } = await app.database.pool.query<{ body: string }>('SELECT body FROM audit_entry ORDER BY seq');
  return found.map(({ body }) => JSON.parse(body) as Row);
}

/** Everything that people do, once, in an order in which each of it can be done. */
async function doEverything(): Promise<void> {
  const { database } = app;
  const [hostId = ''] = await addFleet(database, [{ name: 'WIN-01' }]);
  await database.pool.query(`UPDATE host SET capabilities = '{pause}' WHERE id = $1`, [hostId]);
  await app.call(api.jobs.apply, { body: { documents: [jobFile('etl', { targets: { hosts: ['WIN-01'] } })] } });
  await app.call(api.jobs.run, { name: 'etl', body: {} });
  await app.call(api.jobs.dryRun, { name: 'etl', body: {} });
  await app.call(api.jobs.repair, { name: 'etl', body: { hosts: ['WIN-01'] } });
  const { rows: jobs } = await database.pool.query<{ id: string }>('SELECT id FROM job');
  const run = await addRun(database, { jobId: jobs[0]?.id ?? '', hostId }, { state: 'running' });
  await app.call(api.runs.stop, { id: run });
  await app.call(api.hosts.setLabels, { name: 'win-01', body: { labels: { env: 'test' } } });
  const token = await app.call(api.hosts.createToken, { body: {} });
  await app.call(api.hosts.revokeToken, { id: token.id });
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await app.call(api.pauses.pause, { body: { all: true, until, afterwards: 'skip' } });
  await app.call(api.pauses.resume, { body: { all: true } });

  const file = randomBytes(100);
  const sha256 = createHash('sha256').update(file).digest('hex');
  const about = { version: '9.9.9', platform: 'node', sha256, bytes: 100, expires: '2099-01-01T00:00:00Z' };
  const text = canonicalJson({ kind: 'carillon/release/v1', ...about });
  const signature = signText(makeKeyPair().privateKey, 'carillon/v1/release', text);
  await app.call(api.upgrades.publish, { body: { text, signature } });
  await app.call(api.upgrades.part, { sha256, body: { offset: 0, data: file.toString('base64') } });
  await app.call(api.upgrades.setRing, { body: { version: '9.9.9', target: { all: true }, percent: 1 } });
  await app.call(api.upgrades.stop, { version: '9.9.9' });
  await alerting();
  await people();
  await rollouts();
  await requests();
  await admission();
  await app.call(api.jobs.remove, { name: 'etl' });
}

async function rollouts(): Promise<void> {
  await addFleet(
    app.database,
    ['R-1', 'R-2', 'R-3', 'R-4'].map((name) => ({ name, labels: { ring: 'yes' } })),
  );
  const version = (program: string, more: object = {}) =>
    jobFile('ringed', { targets: { labels: { ring: 'yes' } }, run: { program }, ...more });
  const rollout = { rings: ['25%', '100%'], soak: '30m' };
  await app.call(api.jobs.apply, { body: { documents: [version('C:\\one.exe')] } });
  await app.call(api.jobs.apply, { body: { documents: [version('C:\\two.exe', { rollout })] } });
  const about = { name: 'ringed', body: { reason: 'to see' } };
  await app.call(api.rollouts.halt, about);
  await app.call(api.rollouts.resume, about);
  await app.call(api.rollouts.rollBack, about);
}

/** What others have to approve; bob is the other. */
async function requests(): Promise<void> {
  await addFleet(app.database, [{ name: 'GUARDED-1', labels: { guarded: 'yes' } }]);
  const group = { kind: 'HostGroup', name: 'guarded', labels: { guarded: 'yes' }, approval: { required: 1 } };
  await app.call(api.jobs.apply, { body: { documents: [group] } });
  const grants = [{ role: 'approver' as const, scope: { all: true as const }, runAs: ['system' as const] }];
  const { invitation } = await app.call(api.accounts.create, { body: { name: 'bob', kind: 'person', grants } });
  const bob = await signedIn(
    await post('/invitations', { invitation: tail(invitation?.url, 'invitation'), password: secrets[2] }),
  );
  const byBob = async (path: string, body: unknown) => isDone(await post(path, body, bob));
  const asks = async (name: string): Promise<number> => {
    const documents = [jobFile(name, { targets: { labels: { guarded: 'yes' } } })];
    const error = await app.call(api.jobs.apply, { body: { documents } }).catch((reason: unknown) => reason);
    return Number((error as ApiFailure).body.params.request);
  };
  const first = { number: await asks('first') };
  const { planHash } = await app.call(api.requests.get, first);
  await byBob(`/change-requests/${first.number}/approve`, { planHash });
  await byBob(`/change-requests/${await asks('second')}/reject`, { reason: 'not now' });
  await app.call(api.requests.withdraw, { number: await asks('third') });

  const { publicKey: key, privateKey } = makeKeyPair();
  await byBob('/approver-keys', { key, name: 'card', proof: approverKeyProof(privateKey, key, 'bob') });
  const { jobId, name, version, manifestHash, author, hosts } = await app.call(api.approvals.toSign, { name: 'first' });
  const signed = signApproval(privateKey, key, { jobId, name, version, manifestHash, author, hosts });
  await byBob('/jobs/first/approvals', signed);
  isDone(
    await app.fetch(`/api/v1/approver-keys/${key}`, { method: 'DELETE', headers: { origin: app.origin, cookie: bob } }),
  );
}

async function admission(): Promise<void> {
  const { database } = app;
  const [id = ''] = await addFleet(database, [{ name: 'LEAVES' }]);
  await acceptFleet(database, app.app.get(AcceptedStore), [{ name: 'LEAVES' }], [id]);
  await addFleet(database, [{ name: 'WAITS' }, { name: 'STRANGER' }]);
  await database.pool.query(`UPDATE host SET state = 'pending' WHERE name IN ('WAITS', 'STRANGER')`);
  await app.call(api.admission.approve, { name: 'WAITS', body: {} });
  await app.call(api.admission.refuse, { name: 'STRANGER' });
  await app.call(api.admission.rotateKey, { name: 'LEAVES' });
  const copy = randomUUID();
  await database.pool.query(
    `INSERT INTO agent_instance (host_id, instance, state, fingerprint, hostname)
     VALUES ($1, gen_random_uuid(), 'current', 'f', 'LEAVES'), ($1, $2, 'quarantined', 'g', 'COPY')`,
    [id, copy],
  );
  await app.call(api.admission.keepCopy, { name: 'LEAVES', instance: copy });
  await app.call(api.admission.decommission, { name: 'LEAVES', body: { force: true } });
}

async function alerting(): Promise<void> {
  const { id: incidentId, number } = await addIncident(app.database);
  // It still fires, so that it is not over by itself.
  await addAlert(app.database, { incidentId });
  const { id } = await app.call(api.incidentLinks.add, {
    number,
    body: { system: 'desk', key: 'A-1', url: 'https://desk.example/A-1' },
  });
  await app.call(api.incidentLinks.change, { number, id, body: { state: 'open' } });
  await app.call(api.incidentLinks.remove, { number, id });
  await app.call(api.incidents.note, { number, body: { text: 'looking' } });
  await app.call(api.incidents.assign, { number, body: { assignee: 'ann' } });
  await app.call(api.incidents.acknowledge, { number, body: {} });
  await app.call(api.incidents.unacknowledge, { number, body: {} });
  await app.call(api.incidents.resolve, { number, body: { note: 'it is fine' } });

  const channel = { type: 'slack', url: { secret: 'chat' } };
  await app.call(api.alertDocuments.put, { kind: 'Channel', name: 'Chat', body: { ...channel } });
  await app.call(api.channels.setSecret, { body: { name: 'chat', value: `${sink.url}/in-the-path` } });
  await app.call(api.channels.test, { name: 'chat' });
  await app.call(api.channels.replay, { body: { channel: 'chat' } });
  await app.call(api.alertDocuments.remove, { kind: 'Channel', name: 'Chat' });
  await app.call(api.channels.removeSecret, { name: 'chat' });
  await app.call(api.jobSecrets.set, {
    body: { purpose: 'secret', name: 'token', value: secrets[1] ?? '', jobs: ['etl'] },
  });
  await app.call(api.jobSecrets.remove, { purpose: 'secret', name: 'token' });

  await app.call(api.channels.setSecret, { body: { name: 'hook', value: secrets[1] ?? '' } });
  const subscription = await app.call(api.subscriptions.create, {
    body: { name: 'desk', url: `${sink.url}/in-the-path`, events: ['run.failed'], signing: [{ secret: 'hook' }] },
  });
  const subscribed = { id: subscription.id };
  await app.call(api.subscriptions.change, { ...subscribed, body: { match: ['env=test'] } });
  await app.call(api.subscriptions.test, subscribed);
  await app.call(api.subscriptions.replay, { ...subscribed, body: { since: '2020-01-01T00:00:00Z' } });
  await app.call(api.subscriptions.remove, subscribed);
}

async function people(): Promise<void> {
  const grants = [{ role: 'viewer' as const, scope: { all: true as const } }];
  const { invitation } = await app.call(api.accounts.create, { body: { name: 'ann', kind: 'person', grants } });
  const cookie = await signedIn(
    await post('/invitations', { invitation: tail(invitation?.url, 'invitation'), password }),
  );
  const { secret } = (await (await post('/me/second-factor', { password }, cookie)).json()) as { secret: string };
  const code = totpCode(fromBase32(secret), Math.floor(Date.now() / 30_000));
  await signedIn(await post('/me/second-factor/confirm', { code }, cookie));
  await signedIn(await post('/me/second-factor/remove', { password }, cookie));
  await signedIn(await post('/me/password', { current: password, password: secrets[2] }, cookie));
  await signedIn(await post('/sign-in/password', { name: 'ann', password: secrets[2] }));
  expect((await post('/sign-in/password', { name: 'ann', password })).status).toBe(401);
  await signedIn(await post('/sign-out', undefined, cookie));
  const link = await app.call(api.session.signInLink, {});
  await signedIn(await post('/sign-in', { ticket: tail(link.url, 'ticket') }));
  const [session] = (await app.call(api.signedIn.list, {})).items;
  await app.call(api.signedIn.end, { id: session?.id ?? '' });

  const { id } = await app.call(api.accessTokens.create, { body: { name: 'deploy', expiresInDays: 1 } });
  const rotated = await app.call(api.accessTokens.rotate, { id });
  await app.call(api.accessTokens.revoke, { id: rotated.id });
  await app.call(api.accounts.create, { body: { name: 'desk', kind: 'service', grants } });
  await app.call(api.accessTokens.createFor, { name: 'desk', body: { name: 'ci', expiresInDays: 1 } });
  await app.call(api.accounts.invite, { name: 'ann' });
  await app.call(api.accounts.change, { name: 'ann', body: { disabled: true } });
  await app.call(api.accounts.setGroupRole, { name: 'ops', body: { grants } });
  await app.call(api.accounts.remove, { name: 'ann' });
}

it('whatever is done through any route leaves its row, or the catalog says why not', async () => {
  await doEverything();
  const found = await rows();
  const told = new Set(found.map(({ route }) => route));
  const mutating = allRoutes().filter(({ route }) => route.method !== 'GET');
  const missing = mutating.filter(({ id, route }) => {
    const rule = auditedBy(route)?.rule;
    return (rule === undefined || !('not' in rule)) && !told.has(id) && !elsewhere.includes(id);
  });
  expect(missing.map(({ id }) => id)).toEqual([]);
  const without = mutating.flatMap(({ id, route }) => {
    const rule = auditedBy(route)?.rule;
    return rule && 'not' in rule ? [id] : [];
  });
  expect(without).toEqual([
    'jobs.preview',
    'inventory.refresh',
    'inventory.refreshAll',
    'inventory.plan',
    'upgrades.part',
    'alertDocuments.preview',
    'live.ticket',
  ]);
  // Who, by what way and from where.
  for (const row of found.filter(({ route }) => route !== null)) {
    expect(row, row.route ?? '').toMatchObject({ from: expect.stringContaining('127.0.0.1') });
    expect(row.actor, row.route ?? '').toMatch(/^(admin|ann|bob)$/);
    expect(row.text ?? '', row.route ?? '').not.toMatch(/^failed/);
  }
  expect(found.find(({ route }) => route === 'session.signInPassword')).toMatchObject({ actor: 'ann', via: 'open' });
  expect(found.find(({ route }) => route === 'signedIn.changePassword')).toMatchObject({ via: 'session' });
  const kept = JSON.stringify(found);
  for (const secret of secrets) expect(kept, secret).not.toContain(secret);
  expect(kept).not.toMatch(/car_[a-z0-9]/i);

  const { rows: links } = await app.database.pool.query<Omit<KeptLink, 'at'> & { at: Date }>(
    'SELECT seq::float8 AS seq, at, hash, body FROM audit_entry ORDER BY seq',
  );
  const chain = links.map((link) => ({ ...link, at: link.at.toISOString() }));
  expect(checkLinks(chainStart, chain)).toMatchObject({ ok: true, unchained: 0, head: { seq: links.length } });
});

const refusedRows = async () => {
  await app.app.get(Refusals).write();
  return (await rows()).filter(({ act }) => act === 'refused' || act === 'locked_out');
};

it('who was not let in is counted and written down, without what he typed', async () => {
  expect(await refusedRows()).toMatchObject([
    {
      kind: 'Session',
      what: 'ann',
      via: 'open',
      actor: 'unknown',
      from: '127.0.0.1',
      text: 'wrong password',
      route: null,
    },
  ]);
  const before = (await refusedRows()).length;
  const wrong = () => post('/sign-in/password', { name: 'Hunter2-typed-in-the-wrong-field', password });
  for (let index = 0; index < 12; index += 1) await wrong();
  expect((await wrong()).status).toBe(429);
  const token = await app.call(api.accessTokens.create, { body: { name: 'old', expiresInDays: 1 } });
  await app.call(api.accessTokens.revoke, { id: token.id });
  const use = (secret: string) => app.fetch('/api/v1/me', { headers: { authorization: `Bearer ${secret}` } });
  for (const _ of [1, 2]) expect((await use(token.token)).status).toBe(401);
  expect((await use('carillon_0123456789abcdef')).status).toBe(401);
  const found = (await refusedRows()).slice(before);
  expect(found).toMatchObject([
    { kind: 'Session', act: 'refused', what: '(no such account)', given: { count: 10 } },
    { kind: 'Session', act: 'locked_out', what: '(no such account)', given: { count: 3 } },
    { kind: 'AccessToken', act: 'refused', what: 'admin:old', text: 'it was revoked, 2 times', via: 'token' },
  ]);
  expect(JSON.stringify(found)).not.toContain('Hunter2');
});

it('what is refused, read or only tried leaves none', async () => {
  await app.app.get(Refusals).write();
  const before = (await rows()).length;
  const body = { documents: [jobFile('other', { targets: { hosts: ['WIN-01'] } })], dryRun: true };
  await app.call(api.jobs.apply, { body });
  await expect(app.call(api.jobs.run, { name: 'none', body: {} })).rejects.toMatchObject({ status: 404 });
  await expect(app.call(api.accessTokens.revoke, { id: randomUUID() })).rejects.toThrow();
  await app.call(api.pauses.pause, {
    body: { all: true, until: new Date(Date.now() + 60_000).toISOString(), afterwards: 'skip', dryRun: true },
  });
  expect((await app.fetch('/api/v1/hosts/WIN-01', { method: 'PATCH' })).status).toBe(401);
  expect((await rows()).length).toBe(before);
});
