import { randomBytes, scryptSync } from 'node:crypto';
import { once } from 'node:events';
import { api } from '@carillon/contract/http/api';
import { ApiFailure, callRoute } from '@carillon/contract/http/client';
import { livePath, liveSubprotocol } from '@carillon/contract/live/live-messages';
import { readGrant } from '@carillon/core/access/grant';
import { totpCode } from '@carillon/core/access/totp';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { AgentGateway } from '../../gateway/agent-gateway.js';
import { GatewayModule } from '../../gateway/gateway.module.js';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { AccessTokensModule } from '../access-tokens/access-tokens.module.js';
import { HostsModule } from '../hosts/hosts.module.js';
import { IncidentsModule } from '../incidents/incidents.module.js';
import { LiveModule } from '../live/live.module.js';
import { LiveSockets } from '../live/live-sockets.js';
import { SessionModule } from '../session/session.module.js';
import { AccountsModule } from './accounts.module.js';

const password = 'a long walk by the river';
let app: TestApp;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  const modules = [
    GatewayModule,
    LiveModule,
    SessionModule,
    AccountsModule,
    AccessTokensModule,
    HostsModule,
    IncidentsModule,
  ];
  app = await startTestApp(database.url, { modules });
  app.app.get(AgentGateway).attach(app.app.getHttpServer(), { [livePath]: app.app.get(LiveSockets) });
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

const grants = (...texts: string[]) =>
  texts.map((text) => {
    const read = readGrant(text);
    if (!read.ok) throw new Error(text);
    return read.value;
  });

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  app.fetch(`/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: app.origin, ...headers },
    body: JSON.stringify(body),
  });
const cookieOf = (response: Response) => (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
const get = (path: string, cookie: string) => app.fetch(`/api/v1${path}`, { headers: { cookie } });
const signIn = (name: string, more: object = {}) => post('/sign-in/password', { name, password, ...more });

/** A person with a password, signed in. @returns the cookie */
async function addPerson(name: string, ...texts: string[]): Promise<string> {
  const { invitation } = await app.call(api.accounts.create, {
    body: { name, kind: 'person', grants: grants(...texts) },
  });
  const secret = new URL(invitation?.url ?? '').hash.replace('#invitation=', '');
  const response = await post('/invitations', { invitation: secret, password });
  expect(response.status).toBe(200);
  return cookieOf(response);
}

/** Calls a route with a token. @returns the answer, or the status of the refusal */
async function by<R extends Parameters<typeof callRoute>[1]>(token: string, route: R, request: object) {
  return await callRoute({ baseUrl: app.origin, token }, route, request as never).catch((error: unknown) => {
    if (error instanceof ApiFailure) return error.status;
    throw error;
  });
}

describe('a person', () => {
  it('sets a password by a link that works once, and signs in with it', async () => {
    const { invitation, account } = await app.call(api.accounts.create, {
      body: { name: 'Ann', kind: 'person', grants: grants('viewer@all') },
    });
    expect(account).toMatchObject({ name: 'Ann', hasPassword: false });
    const secret = new URL(invitation?.url ?? '').hash.replace('#invitation=', '');
    expect((await post('/invitations', { invitation: secret, password: 'short' })).status).toBe(400);
    expect((await post('/invitations', { invitation: secret, password })).status).toBe(200);
    expect((await post('/invitations', { invitation: secret, password })).status).toBe(401);
    const cookie = cookieOf(await signIn('ann'));
    expect(await (await get('/me', cookie)).json()).toMatchObject({ name: 'Ann', via: 'session', hasPassword: true });
    const { rows } = await app.database.pool.query('SELECT * FROM account');
    expect(JSON.stringify(rows)).not.toContain(password);
  });

  it('is told the same when the name is wrong and when the password is', async () => {
    await addPerson('Bob');
    const answers = [
      await signIn('bob', { password: 'another long one' }),
      await signIn('nobody'),
      await signIn('admin'),
    ];
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(new Set(texts).size).toBe(1);
  });

  it('may do at once what was granted, and nothing more once it is taken', async () => {
    const cookie = await addPerson('Carl', 'viewer@all');
    expect((await get('/hosts', cookie)).status).toBe(200);
    await app.call(api.accounts.change, { name: 'carl', body: { grants: [] } });
    expect((await get('/hosts', cookie)).status).toBe(403);
    await app.call(api.accounts.change, { name: 'carl', body: { disabled: true } });
    expect((await get('/hosts', cookie)).status).toBe(401);
    expect((await signIn('carl')).status).toBe(401);
    expect((await get('/accounts', await addPerson('Dora', 'admin@team:x', 'viewer@all'))).status).toBe(403);
  });

  it('hears nothing more on an open socket once the session is over', async () => {
    const cookie = await addPerson('Eve', 'viewer@all');
    const listen = async () => {
      const { ticket } = (await (await post('/live/tickets', {}, { cookie })).json()) as { ticket: string };
      const socket = new WebSocket(`${app.origin.replace('http', 'ws')}${livePath}`, [liveSubprotocol, ticket], {
        origin: app.origin,
      });
      await once(socket, 'open');
      return { closed: once(socket, 'close') };
    };
    const first = await listen();
    await app.call(api.accounts.change, { name: 'eve', body: { grants: grants('viewer@team:x') } });
    await first.closed;
    const second = await listen();
    const { items } = (await (await get('/me/sessions', cookie)).json()) as {
      items: { id: string; current: boolean }[];
    };
    expect(items).toMatchObject([{ current: true, method: 'invitation' }]);
    await app.call(api.signedIn.end, { id: items[0]?.id ?? '' });
    await second.closed;
    expect((await get('/me', cookie)).status).toBe(401);
  });

  it('signs in with a password that was stored by an earlier method, which is hashed anew then', async () => {
    await addPerson('Kay');
    const salt = randomBytes(16);
    const hash = scryptSync(password, salt, 32, { N: 2 ** 14, r: 8, p: 2, maxmem: 2 ** 26 });
    const old = ['scrypt', 2 ** 14, 8, 2, salt.toString('base64url'), hash.toString('base64url')].join('$');
    await app.database.pool.query(`UPDATE account SET password_hash = $1 WHERE name = 'Kay'`, [old]);
    const stored = async () =>
      (await app.database.pool.query<{ hash: string }>(`SELECT password_hash AS hash FROM account WHERE name = 'Kay'`))
        .rows[0]?.hash;
    expect((await signIn('kay', { password: 'not the right one' })).status).toBe(401);
    expect(await stored()).toBe(old);
    expect((await signIn('kay')).status).toBe(200);
    expect(await stored()).toMatch(/^\$argon2id\$/);
    expect((await signIn('kay')).status).toBe(200);
  });

  it('ends nobody else’s session; of one’s own the audit says whose it was', async () => {
    const [mine, others] = [await addPerson('Finn', 'operator@all'), await addPerson('Gus')];
    const { items } = (await (await get('/me/sessions', others)).json()) as { items: { id: string }[] };
    const headers = { cookie: mine, origin: app.origin };
    const response = await app.fetch(`/api/v1/sessions/${items[0]?.id}`, { method: 'DELETE', headers });
    expect(response.status).toBe(404);
    expect((await get('/me', others)).status).toBe(200);
    const own = { cookie: others, origin: app.origin };
    expect((await app.fetch(`/api/v1/sessions/${items[0]?.id}`, { method: 'DELETE', headers: own })).status).toBe(200);
    expect((await get('/me', others)).status).toBe(401);
    const { rows } = await app.database.pool.query<{ what: string }>(
      `SELECT body::jsonb ->> 'what' AS what FROM audit_entry WHERE body::jsonb ->> 'act' = 'ended'
       ORDER BY seq DESC LIMIT 1`,
    );
    expect(rows).toEqual([{ what: 'Gus' }]);
  });

  it('changes the password with the present one, and other browsers are signed out', async () => {
    const [first, second] = [await addPerson('Hal'), cookieOf(await signIn('hal'))];
    const change = (current: string) =>
      post('/me/password', { current, password: 'another river, another walk' }, { cookie: first });
    const refused = await change('not the present one');
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('"path":"current"');
    expect((await change(password)).status).toBe(200);
    expect((await get('/me', first)).status).toBe(200);
    expect((await get('/me', second)).status).toBe(401);
    expect((await signIn('hal')).status).toBe(401);
  });
});

describe('a second factor', () => {
  it('counts once its first code was given; each code and each recovery code works once', async () => {
    const cookie = await addPerson('Ida', 'viewer@all');
    expect((await post('/me/second-factor', { password: 'wrong' }, { cookie })).status).toBe(400);
    const begun = (await (await post('/me/second-factor', { password }, { cookie })).json()) as { secret: string };
    expect((await signIn('ida')).status).toBe(200);
    const secret = fromBase32(begun.secret);
    const step = Math.floor(Date.now() / 30_000);
    expect((await post('/me/second-factor/confirm', { code: '000000' }, { cookie })).status).toBe(400);
    const confirmed = await post('/me/second-factor/confirm', { code: totpCode(secret, step - 1) }, { cookie });
    const { recoveryCodes } = (await confirmed.json()) as { recoveryCodes: string[] };
    expect(recoveryCodes).toHaveLength(10);
    expect(await (await get('/me', cookie)).json()).toMatchObject({ hasSecondFactor: true });
    const without = await signIn('ida');
    expect(without.status).toBe(401);
    expect(await without.json()).toMatchObject({ params: { needs: 'code' } });
    const code = totpCode(secret, Math.floor(Date.now() / 30_000));
    const both = await Promise.all([signIn('ida', { code }), signIn('ida', { code })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    const recovery = recoveryCodes[3];
    expect((await signIn('ida', { code: recovery })).status).toBe(200);
    expect((await signIn('ida', { code: recovery })).status).toBe(401);
    const { rows } = await app.database.pool.query<{ sealed: Buffer }>(
      `SELECT totp_secret AS sealed FROM account WHERE name = 'Ida'`,
    );
    expect(rows[0]?.sealed.includes(Buffer.from(secret).toString('base64'))).toBe(false);
  });
});

function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

describe('attempts to sign in', () => {
  it('are counted for the account wherever they come from, and the right password does not help then', async () => {
    await addPerson('Jan');
    await app.database.pool.query(
      `INSERT INTO sign_in_failure (key, failures, at) VALUES ('account jan', 9.9, now())
       ON CONFLICT (key) DO UPDATE SET failures = 9.9, at = now()`,
    );
    expect((await signIn('jan', { password: 'not the right one' })).status).toBe(429);
    const refused = await signIn('jan');
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ code: 'too_many_requests' });
    await app.database.pool.query(
      `UPDATE sign_in_failure SET at = now() - interval '10 minutes' WHERE key = 'account jan'`,
    );
    expect((await signIn('jan')).status).toBe(200);
  });

  it('of a page of another site are refused', async () => {
    for (const path of ['/sign-in/password', '/invitations']) {
      const response = await post(path, { name: 'x', password }, { origin: 'https://evil.example' });
      expect(response.status).toBe(403);
      expect(response.headers.get('set-cookie')).toBeNull();
    }
  });
});

describe('an API token', () => {
  it('reaches what its owner reaches, until it is revoked', async () => {
    await app.call(api.accounts.create, { body: { name: 'deploy', kind: 'service', grants: grants('viewer@all') } });
    const made = await app.call(api.accessTokens.createFor, { name: 'deploy', body: { name: 'ci' } });
    expect(made.token).toMatch(/^carillon_[0-9a-f]{16}_[\w-]{43}_[0-9a-f]{8}$/);
    expect(await by(made.token, api.hosts.list, {})).toMatchObject({ items: [] });
    expect(await by(made.token, api.session.me, {})).toMatchObject({ name: 'deploy:ci', via: 'token' });
    expect(await by(made.token, api.accounts.list, {})).toBe(403);
    const [listed] = (await app.call(api.accessTokens.list, {})).items;
    expect(listed).toMatchObject({ id: made.id, owner: 'deploy', usedFrom: '127.0.0.1' });
    // Of its end: the secret may hold an underscore too.
    expect(JSON.stringify(listed)).not.toContain(made.token.slice(-20));
    const next = await app.call(api.accessTokens.rotate, { id: made.id });
    for (const token of [made.token, next.token])
      expect(await by(token, api.hosts.list, {})).toMatchObject({ items: [] });
    const old = (await app.call(api.accessTokens.list, {})).items.find(({ id }) => id === made.id);
    expect(Date.parse(old?.expiresAt ?? '') - Date.now()).toBeLessThanOrEqual(86_400_000);
    await app.call(api.accessTokens.revoke, { id: next.id });
    expect(await by(next.token, api.hosts.list, {})).toBe(401);
    await app.call(api.accounts.change, { name: 'deploy', body: { disabled: true } });
    expect(await by(made.token, api.hosts.list, {})).toBe(401);
  });

  it.each([
    [['127.0.0.1'], 200],
    [['10.0.0.0/8', '127.0.0.0/8'], 200],
    [['10.0.0.0/8', '::1'], 401],
  ])('from %j only', async (addresses, status) => {
    const { token } = await app.call(api.accessTokens.create, { body: { name: 'here', addresses } });
    const response = await app.fetch('/api/v1/hosts', { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(status);
  });

  it('that is over, mistyped or another’s secret lets nobody in', async () => {
    const { id, token } = await app.call(api.accessTokens.create, { body: { name: 'x' } });
    const flipped = `${token.slice(0, 40)}${token[40] === 'A' ? 'B' : 'A'}${token.slice(41)}`;
    expect(await by(flipped, api.hosts.list, {})).toBe(401);
    await app.database.pool.query('UPDATE api_token SET expires_at = now() WHERE id = $1', [id]);
    expect(await by(token, api.hosts.list, {})).toBe(401);
  });

  it('for a ticket system handles incidents, and makes itself nothing more', async () => {
    const { token } = await app.call(api.accessTokens.create, { body: { name: 'snow', area: 'incidents' } });
    expect(await by(token, api.incidents.list, {})).toMatchObject({ items: [] });
    expect(await by(token, api.hosts.list, {})).toBe(403);
    expect(await by(token, api.session.signInLink, {})).toBe(403);
    expect(await by(token, api.accessTokens.create, { body: { name: 'more' } })).toBe(403);
    const kept = await app.call(api.accessTokens.create, { body: { name: 'y', grants: grants('viewer@team:x') } });
    expect(await by(kept.token, api.accessTokens.create, { body: { name: 'more' } })).toBe(403);
  });
});
