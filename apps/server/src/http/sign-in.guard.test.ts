import { api } from '@carillon/contract/http/api';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SessionModule } from '../features/session/session.module.js';
import { startTestApp, type TestApp } from './testing/test-app.js';

let app: TestApp;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [SessionModule] });
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

const get = (headers: Record<string, string>) => app.fetch('/api/v1/me', { headers });
const signOut = (headers: Record<string, string>) => app.fetch('/api/v1/sign-out', { method: 'POST', headers });

/** Signs in as a browser does. @returns the Cookie header of later requests */
async function cookie(): Promise<string> {
  const response = await app.fetch('/api/v1/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: app.origin },
    body: JSON.stringify({ token: app.token }),
  });
  expect(response.status).toBe(200);
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

describe('a token', () => {
  it('lets in', async () => {
    expect(await app.call(api.session.me, {})).toEqual({
      ...{ name: 'admin', via: 'token', expiresAt: null, hasPassword: false, hasSecondFactor: false },
      grants: ['admin@all'],
    });
  });

  it.each([
    ['nothing', undefined],
    ['another token', `Bearer ${'x'.repeat(43)}`],
    ['no token', 'Bearer'],
    ['another scheme', 'Basic YWRtaW46YWRtaW4='],
    ['a huge token', `Bearer ${'x'.repeat(8_000)}`],
  ])('must be the right one: %s', async (_words, authorization) => {
    const response = await get(authorization === undefined ? {} : { authorization });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'not_signed_in' });
  });
});

describe('a session cookie', () => {
  it('is out of reach of scripts and of other sites', async () => {
    const response = await app.fetch('/api/v1/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: app.token }),
    });
    const header = response.headers.get('set-cookie') ?? '';
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Expires=']) expect(header).toContain(part);
    expect(header).not.toContain('Secure');
    expect(header).toContain(`carillon_session_${new URL(app.origin).port}=`);
  });

  it('lets in until it is signed out', async () => {
    const session = await cookie();
    const me = await (await get({ cookie: session })).json();
    expect(me).toMatchObject({ name: 'admin', via: 'session' });
    expect((await signOut({ cookie: session, origin: app.origin })).status).toBe(200);
    expect((await get({ cookie: session })).status).toBe(401);
  });

  it('changes nothing for a page of another site, or for one that does not say whose it is', async () => {
    const session = await cookie();
    for (const origin of [undefined, 'https://evil.example', 'null', `${app.origin}.evil.example`]) {
      const response = await signOut({ cookie: session, ...(origin === undefined ? {} : { origin }) });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: 'forbidden' });
    }
    expect((await get({ cookie: session })).status).toBe(200);
  });

  it('is not given to a page of another site', async () => {
    const response = await app.fetch('/api/v1/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://evil.example' },
      body: JSON.stringify({ token: app.token }),
    });
    expect(response.status).toBe(403);
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  it('is stored as a hash', async () => {
    const secret = (await cookie()).split('=')[1] ?? '';
    const { rows } = await app.database.pool.query('SELECT * FROM credential');
    expect(JSON.stringify(rows)).not.toContain(secret);
  });
});
