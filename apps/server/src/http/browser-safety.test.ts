import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessOf } from '@carillon/contract/http/access';
import { allRoutes } from '@carillon/contract/http/api';
import { apiPrefix, type Route } from '@carillon/contract/http/route';
import { livePath } from '@carillon/contract/live/live-messages';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AlertingModule } from '../alerting/alerting.module.js';
import { features } from '../app.module.js';
import { LiveSockets } from '../features/live/live-sockets.js';
import { AgentGateway } from '../gateway/agent-gateway.js';
import { GatewayModule } from '../gateway/gateway.module.js';
import { ObservabilityModule } from '../observability/observability.module.js';
import { startTestApp, type TestApp } from './testing/test-app.js';

let app: TestApp;
let cookie: string;
let webRoot: string;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  webRoot = mkdtempSync(join(tmpdir(), 'carillon-web-'));
  writeFileSync(join(webRoot, 'index.html'), '<p>dashboard');
  app = await startTestApp(database.url, {
    modules: [GatewayModule, AlertingModule, ObservabilityModule, ...features],
    config: { webRoot },
  });
  app.app.get(AgentGateway).attach(app.app.getHttpServer(), { [livePath]: app.app.get(LiveSockets) });
  const response = await signIn({ origin: app.origin });
  cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
});
afterAll(async () => {
  await app?.close();
  await drop?.();
  rmSync(webRoot, { recursive: true, force: true });
});

const signIn = (headers: Record<string, string>) =>
  app.fetch(`${apiPrefix}/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ token: app.token }),
  });

/** As a page would send it that found out a path, with the cookie of whoever is signed in. */
function send(route: Route, headers: Record<string, string>) {
  const path = route.path.replace(/:\w+/g, () => randomUUID());
  return app.fetch(`${apiPrefix}${path}`, {
    method: route.method,
    headers: { ...headers, ...(route.body ? { 'content-type': 'application/json' } : {}) },
    ...(route.body ? { body: '{}' } : {}),
  });
}

const changing = allRoutes().filter(({ route }) => route.method !== 'GET');
const foreign = (origin: string) => ['https://evil.example', 'null', `${origin}.evil.example`, `${origin}0`];

describe('another site', () => {
  it('changes nothing with somebody’s cookie, by any route', async () => {
    expect(changing.length).toBeGreaterThan(40);
    const wrong: string[] = [];
    for (const { id, route } of changing) {
      for (const origin of foreign(app.origin)) {
        const response = await send(route, { cookie, origin });
        const { code, message } = (await response.json()) as { code: string; message: string };
        if (response.status !== 403 || code !== 'forbidden' || !message.startsWith('origin:'))
          wrong.push(`${id} of ${origin}: ${response.status} ${message}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('is not let through by leaving its name out, where the cookie is what lets in', async () => {
    const guarded = changing.filter(({ route }) => accessOf(route) !== 'open');
    for (const { id, route } of guarded) expect((await send(route, { cookie })).status, id).toBe(403);
    const own = await send(guarded.find(({ id }) => id === 'session.signInLink')?.route as Route, {
      cookie,
      origin: app.origin,
    });
    expect(own.status).toBe(200);
  });

  it('may not read answers: none is shared with it', async () => {
    const headers = { cookie, origin: 'https://evil.example' };
    const read = await app.fetch(`${apiPrefix}/me`, { headers });
    const asked = await app.fetch(`${apiPrefix}/hosts`, {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'POST' },
    });
    for (const response of [read, asked])
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    expect(asked.status).toBe(404);
  });

  it('sends no form that is taken for JSON', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const response = await app.fetch(`${apiPrefix}/sign-in`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: JSON.stringify({ token: app.token }),
      });
      expect([400, 415], type).toContain(response.status);
      expect(response.headers.get('set-cookie')).toBeNull();
    }
  });

  it('gets no cookie, and ours stays with this site and away from scripts', async () => {
    for (const origin of foreign(app.origin)) expect((await signIn({ origin })).headers.get('set-cookie')).toBeNull();
    const attributes = ((await signIn({ origin: app.origin })).headers.get('set-cookie') ?? '').split('; ').slice(1);
    expect(attributes.filter((name) => !name.startsWith('Expires=')).sort()).toEqual([
      'HttpOnly',
      'Path=/',
      'SameSite=Strict',
    ]);
  });
});

describe('pages and answers', () => {
  it('run no script but our own, and stand in no frame', async () => {
    for (const path of ['/', '/jobs/x', `${apiPrefix}/me`, '/api/docs', '/healthz']) {
      const response = await app.fetch(path, { headers: { cookie } });
      const policy = directives(response.headers.get('content-security-policy') ?? '');
      expect(policy, path).toMatchObject({
        'default-src': ["'self'"],
        'script-src': ["'self'"],
        'style-src': [
          "'self'",
          ...(response.headers.get('content-type')?.startsWith('text/html')
            ? [expect.stringMatching(/^'nonce-\S{24}'$/)]
            : []),
        ],
        'connect-src': ["'self'"],
        'object-src': ["'none'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
      });
      expect(response.headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(response.headers.get('referrer-policy'), path).toBe('no-referrer');
    }
  });
});

it('have styles of one visit only', async () => {
  const visit = async () => {
    const response = await app.fetch('/api/docs');
    const [, nonce] = /'nonce-(\S+)'/.exec(response.headers.get('content-security-policy') ?? '') ?? [];
    expect(await response.text()).toContain(`<style nonce="${nonce}">`);
    return nonce;
  };
  expect(await visit()).not.toBe(await visit());
});

function directives(policy: string): Record<string, string[]> {
  return Object.fromEntries(
    policy.split(';').map((part) => {
      const [name = '', ...values] = part.trim().split(/\s+/);
      return [name, values];
    }),
  );
}
