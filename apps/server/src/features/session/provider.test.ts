import { api } from '@carillon/contract/http/api';
import { readGrant } from '@carillon/core/access/grant';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { AccountsModule } from '../accounts/accounts.module.js';
import { HostsModule } from '../hosts/hosts.module.js';
import { SessionModule } from './session.module.js';
import { clientId, clientSecret, type Person, type RealProvider, startProvider } from './testing/real-provider.js';
import { SmallBrowser } from './testing/small-browser.js';

const groups = ['viewer@all', 'operator@team:data'].map((text) => {
  const read = readGrant(text);
  if (!read.ok) throw new Error(text);
  return read.value;
});
let provider: RealProvider;
let app: TestApp;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  provider = await startProvider();
  const oidc = {
    ...{ issuer: provider.issuer, clientId, clientSecret, name: 'Corp', scope: 'openid profile groups' },
    ...{ nameClaim: 'preferred_username', groupsClaim: 'groups' },
    groups: [{ name: 'Operations', grants: groups }],
    signOut: 'back' as const,
  };
  app = await startTestApp(database.url, { modules: [SessionModule, AccountsModule, HostsModule], config: { oidc } });
  provider.allow(`${app.origin}/api/v1/sign-in/oidc/callback`, `${app.origin}/sign-in`);
});
afterAll(async () => {
  await app?.close();
  await provider?.stop();
  await drop?.();
});

const begin = () => `${app.origin}/api/v1/sign-in/oidc`;
const isCallback = (url: URL) => url.pathname.endsWith('/callback');

/** A browser of this person, back from the provider. */
async function comeAs(person: Person | null, browser = new SmallBrowser()) {
  provider.setPerson(person);
  const { url } = await browser.follow(begin(), (at) => at.pathname === '/sign-in');
  const me = await browser.get(new URL('/api/v1/me', app.origin));
  return { browser, hash: url.hash, status: me.status, me: (await me.json()) as Record<string, unknown> };
}

describe('signing in at an identity provider', () => {
  it('is offered where there is one', async () => {
    expect(await app.call(api.session.ways, {})).toEqual({
      provider: { name: 'Corp', url: '/api/v1/sign-in/oidc' },
    });
  });

  it('makes the account, gives it what its groups are granted, and follows them at each sign-in', async () => {
    const ann = { sub: 's-ann', preferred_username: 'ann', groups: ['Operations', 'Lunch'] };
    const first = await comeAs(ann);
    expect(first).toMatchObject({ hash: '#signed-in', status: 200 });
    expect(first.me).toMatchObject({
      ...{ name: 'ann', via: 'session', hasPassword: false },
      grants: ['viewer@all', 'operator@team:data'],
    });
    const [account] = (await app.call(api.accounts.list, {})).items;
    expect(account).toMatchObject({
      ...{ name: 'ann', kind: 'person', issuer: provider.issuer, groups: ['Operations', 'Lunch'], grants: [] },
      ...{ hasPassword: false, author: provider.issuer },
    });
    app.hints.length = 0;
    const second = await comeAs({ ...ann, preferred_username: 'ann.meier', groups: ['Lunch'] });
    expect(second.me).toMatchObject({ name: 'ann', grants: [] });
    expect(app.hints).toContainEqual({ kind: 'access', hostIds: [expect.any(String)] });
    // The browser that was there before has no more than this one.
    expect((await first.browser.get(new URL('/api/v1/hosts', app.origin))).status).toBe(403);
    expect((await app.call(api.accounts.list, {})).items).toHaveLength(1);
  });

  it('is refused to who was switched off, and ends what was open', async () => {
    const bob = { sub: 's-bob', preferred_username: 'bob', groups: ['Operations'] };
    const { browser } = await comeAs(bob);
    await app.call(api.accounts.change, { name: 'bob', body: { disabled: true } });
    expect((await browser.get(new URL('/api/v1/me', app.origin))).status).toBe(401);
    expect(await comeAs(bob)).toMatchObject({ hash: '#refused=disabled', status: 401 });
  });

  it('makes nobody another who is called so: not a local account, not another person, not the administrator', async () => {
    await app.call(api.accounts.create, { body: { name: 'Carl', kind: 'person', grants: groups } });
    for (const name of ['carl', 'ann', 'Admin'])
      expect(await comeAs({ sub: `s-other-${name}`, preferred_username: name })).toMatchObject({
        hash: '#refused=name_taken',
        status: 401,
      });
  });

  it('tells that somebody said no there', async () => {
    expect(await comeAs(null)).toMatchObject({ hash: '#refused=denied', status: 401 });
  });

  it('makes one account of two browsers that come at the same moment', async () => {
    provider.setPerson({ sub: 's-eve', preferred_username: 'eve' });
    const browsers = [new SmallBrowser(), new SmallBrowser()];
    const back = await Promise.all(browsers.map((browser) => browser.follow(begin(), isCallback)));
    const ends = await Promise.all(
      browsers.map((one, n) => one.follow(back[n]?.url.href ?? '', (at) => at.hash !== '')),
    );
    expect(ends.map(({ url }) => url.hash)).toEqual(['#signed-in', '#signed-in']);
  });
});

describe('signing out', () => {
  const fay = { sub: 's-fay', preferred_username: 'fay' };
  const signOut = async (browser: SmallBrowser) => {
    const response = await browser.call(new URL('/api/v1/sign-out', app.origin), app.origin);
    return (await response.json()) as { signedOut: boolean; provider?: string };
  };

  it('ends the session here first, and at the provider where the browser is led then', async () => {
    const { browser } = await comeAs(fay);
    const { rows } = await app.database.pool.query(
      'SELECT sign_out_hint FROM credential WHERE sign_out_hint IS NOT NULL',
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from('eyJ').toString('hex'));
    const asked = provider.asked;
    await comeAs(fay, browser);
    // It knows who is there, and asks nobody.
    expect(provider.asked).toBe(asked);

    const { signedOut, provider: place } = await signOut(browser);
    expect(signedOut).toBe(true);
    expect((await browser.get(new URL('/api/v1/me', app.origin))).status).toBe(401);
    const url = new URL(place ?? '');
    expect([url.origin, url.searchParams.get('post_logout_redirect_uri')]).toEqual([
      provider.issuer,
      `${app.origin}/sign-in`,
    ]);
    const page = await (await browser.get(url)).text();
    const [, action = ''] = /action="([^"]+)"/.exec(page) ?? [];
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page) ?? [];
    const after = await browser.post(new URL(action, url), { xsrf, logout: 'yes' });
    expect(after.headers.get('location')).toContain(`${app.origin}/sign-in`);
    await comeAs(fay, browser);
    expect(provider.asked).toBe(asked + 1);
  });

  it('leads nowhere for who signed in otherwise, and takes the token of the provider out of the database', async () => {
    const { browser } = await comeAs(fay);
    const count = async () => {
      const { rows } = await app.database.pool.query(
        'SELECT count(*)::int AS n FROM credential WHERE sign_out_hint IS NOT NULL',
      );
      return rows[0].n as number;
    };
    const before = await count();
    await signOut(browser);
    expect(await count()).toBe(before - 1);
    // Signed out before.
    expect(await signOut(browser)).not.toHaveProperty('provider');
    expect(await app.call(api.session.signOut, {})).toEqual({ signedOut: true });
  });
});

describe('what comes back from the provider', () => {
  const dora = { sub: 's-dora', preferred_username: 'dora', groups: ['Operations'] };
  const comeBack = async () => {
    provider.setPerson(dora);
    const browser = new SmallBrowser();
    const { url } = await browser.follow(begin(), isCallback);
    return { browser, url };
  };
  const end = async (browser: SmallBrowser, url: URL) => {
    const { url: at } = await browser.follow(url.href, (one) => one.pathname === '/sign-in');
    expect(browser.has(app.origin, 'carillon_session_')).toBe(at.hash === '#signed-in');
    return at.hash;
  };

  it('carries a code with state, nonce and challenge, and the state stays with the browser', async () => {
    provider.setPerson(dora);
    const browser = new SmallBrowser();
    const { url } = await browser.follow(begin(), (at) => at.origin === provider.issuer);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      ...{ response_type: 'code', client_id: clientId, code_challenge_method: 'S256' },
      ...{ code_challenge: expect.stringMatching(/^[\w-]{43}$/), nonce: expect.any(String) },
    });
    const [header = ''] = (await app.fetch('/api/v1/sign-in/oidc', { redirect: 'manual' })).headers.getSetCookie();
    for (const part of ['HttpOnly', 'SameSite=Lax', 'Path=/api/v1/sign-in/oidc', 'Max-Age=600'])
      expect(header).toContain(part);
    const { rows } = await app.database.pool.query('SELECT * FROM oidc_sign_in');
    expect(JSON.stringify(rows)).not.toContain(url.searchParams.get('state'));
  });

  it('signs in once, and only in the browser that began', async () => {
    const { browser, url } = await comeBack();
    // The address alone, opened by somebody else, would sign him in as another.
    expect(await end(new SmallBrowser(), url)).toBe('#refused=expired');
    const other = await comeBack();
    expect(await end(other.browser, url)).toBe('#refused=expired');
    expect(await end(browser, url)).toBe('#signed-in');
    const again = new SmallBrowser();
    expect(await end(again, url)).toBe('#refused=expired');
  });

  it('counts for ten minutes', async () => {
    const { browser, url } = await comeBack();
    await app.database.pool.query(`UPDATE oidc_sign_in SET expires_at = now() - interval '1 second'`);
    expect(await end(browser, url)).toBe('#refused=expired');
  });

  it.each([
    ['another nonce', `nonce = 'x'`],
    ['another verifier', `verifier = repeat('x', 43)`],
  ])('is refused for %s', async (_words, change) => {
    const { browser, url } = await comeBack();
    await app.database.pool.query(`UPDATE oidc_sign_in SET ${change}`);
    expect(await end(browser, url)).toBe('#refused=provider');
  });

  it.each([
    ['another issuer', (url: URL) => url.searchParams.set('iss', 'https://evil.example')],
    ['a code that it did not give', (url: URL) => url.searchParams.set('code', 'made-up')],
    ['no code', (url: URL) => url.searchParams.delete('code')],
  ])('is refused for %s', async (_words, spoil) => {
    const { browser, url } = await comeBack();
    spoil(url);
    expect(await end(browser, url)).toBe('#refused=provider');
  });
});

describe('groups of the configuration', () => {
  const set = (name: string) => app.call(api.accounts.setGroupRole, { name, body: { grants: groups } });

  it('are granted what it says, which nobody changes elsewhere', async () => {
    expect((await app.call(api.accounts.groupRoles, {})).items).toEqual([
      { name: 'Operations', grants: groups, author: '(configuration)' },
    ]);
    await expect(set('Operations')).rejects.toThrow('CARILLON_OIDC_GROUPS');
    expect(await set('Lunch')).toMatchObject({ name: 'Lunch' });
  });
});

describe('a provider that is away', () => {
  it('is told of, and asked again by the next one who comes', async () => {
    const database = await cloneDatabase();
    const other = await startProvider();
    await other.stop();
    const oidc = {
      ...{ issuer: other.issuer, clientId, clientSecret: undefined, name: 'Corp', scope: 'openid' },
      ...{ nameClaim: 'preferred_username', groupsClaim: 'groups', groups: [] },
      signOut: 'provider' as const,
    };
    const alone = await startTestApp(database.url, { modules: [SessionModule], config: { oidc } });
    try {
      for (const _time of [1, 2]) {
        const response = await alone.fetch('/api/v1/sign-in/oidc', { redirect: 'manual' });
        expect(response.headers.get('location')).toBe(`${alone.origin}/sign-in#refused=provider`);
        expect(response.headers.getSetCookie()).toEqual([]);
      }
    } finally {
      await alone.close();
      await database.drop();
    }
  });
});
