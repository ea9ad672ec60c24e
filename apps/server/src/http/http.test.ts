import http from 'node:http';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostsModule } from '../features/hosts/hosts.module.js';
import { SessionModule } from '../features/session/session.module.js';
import { startTestApp, type TestApp } from './testing/test-app.js';

let app: TestApp;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [SessionModule, HostsModule] });
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

const bearer = () => ({ authorization: `Bearer ${app.token}` });
const json = { 'content-type': 'application/json' };

async function answerOf(response: Promise<Response>) {
  const got = await response;
  return {
    status: got.status,
    body: (await got.json()) as { code: string; params: Record<string, unknown>; message: string },
  };
}

/** `fetch` does not let anybody choose the Host header. */
function getAs(host: string, path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get(`${app.origin}${path}`, { headers: { host, ...bearer() } }, (response) => {
      let text = '';
      response.on('data', (bytes) => {
        text += bytes;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on('error', reject);
  });
}

describe('errors', () => {
  it('answers unknown paths and methods of the API with the error body', async () => {
    expect(await answerOf(app.fetch('/api/v1/nothing'))).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await answerOf(app.fetch('/api/v1/hosts', { method: 'DELETE', headers: bearer() }))).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
  });

  it('names every wrong field', async () => {
    const { status, body } = await answerOf(app.fetch('/api/v1/hosts?limit=x&colour=red', { headers: bearer() }));
    expect(status).toBe(400);
    expect(body.code).toBe('invalid');
    expect((body.params.problems as { path: string }[]).map(({ path }) => path)).toEqual(['limit', 'colour']);
    expect(body.message).toContain('limit: expected');
  });

  it('says that a body is not JSON, or not sent as such', async () => {
    const post = (headers: Record<string, string>, body: string) =>
      answerOf(app.fetch('/api/v1/sign-in', { method: 'POST', headers, body }));
    expect(await post(json, '{"ticket"')).toMatchObject({ status: 400, body: { code: 'invalid' } });
    expect((await post(json, '{"ticket"')).body.message).toContain('JSON');
    expect((await post(json, '')).body.message).toContain('Body cannot be empty');
    expect((await post({ 'content-type': 'text/plain' }, 'x')).body.message).toContain('application/json');
    expect((await post({ 'content-type': 'application/x-www-form-urlencoded' }, 'a=b')).status).toBe(400);
    expect((await post(json, '{"__proto__": {"x": 1}}')).status).toBe(400);
  });

  it('refuses a body over the limit and says the limit', async () => {
    const body = JSON.stringify({ token: 'x'.repeat(1024 * 1024) });
    const got = await answerOf(app.fetch('/api/v1/sign-in', { method: 'POST', headers: json, body }));
    expect(got).toMatchObject({ status: 413, body: { code: 'too_large', params: { limitBytes: 1_048_576 } } });
    expect(got.body.message).toContain('1048576');
  });

  it('refuses a cursor that is not one of ours', async () => {
    const { status, body } = await answerOf(app.fetch('/api/v1/hosts?cursor=zzz', { headers: bearer() }));
    expect(status).toBe(400);
    expect(body.params.problems).toMatchObject([{ path: 'cursor' }]);
  });

  it('keeps answers out of caches and pages out of frames', async () => {
    const response = await app.fetch('/api/v1/hosts', { headers: bearer() });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('the Host header', () => {
  it('must be one of ours', async () => {
    const { status, text } = await getAs('evil.example', '/api/v1/hosts');
    expect(status).toBe(403);
    expect(JSON.parse(text)).toMatchObject({ code: 'forbidden', params: { host: 'evil.example' } });
    expect((await getAs(new URL(app.origin).host, '/api/v1/hosts')).status).toBe(200);
    expect((await getAs(new URL(app.origin).host.replace('127.0.0.1', 'LOCALHOST'), '/api/v1/hosts')).status).toBe(200);
  });
});
