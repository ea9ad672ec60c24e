import { api } from '@carillon/contract/http/api';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { SessionModule } from './session.module.js';

let app: TestApp;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  const config = { publicOrigins: ['https://carillon.example', 'http://127.0.0.1:0'] };
  app = await startTestApp(database.url, { modules: [SessionModule], config });
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

async function ticket(): Promise<string> {
  const { url } = await app.call(api.session.signInLink, {});
  return new URL(url).hash.replace('#ticket=', '');
}

const signIn = (body: object) =>
  app.fetch('/api/v1/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('signing in', () => {
  it('makes links to the origin that was dialled, with the ticket where servers do not see it', async () => {
    const { url, expiresAt } = await app.call(api.session.signInLink, {});
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sign-in#ticket=[\w-]{43}$/);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(9 * 60_000);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(10 * 60_000);
  });

  it('takes a ticket once, also of ten at the same moment', async () => {
    const used = await ticket();
    const answers = await Promise.all(Array.from({ length: 10 }, () => signIn({ ticket: used })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(401)]);
    expect(await (await signIn({ ticket: used })).json()).toMatchObject({
      code: 'not_signed_in',
      params: { field: 'ticket' },
    });
  });

  it('refuses a ticket that is too old', async () => {
    const old = await ticket();
    await app.database.pool.query(`UPDATE credential SET expires_at = now() - interval '1 second' WHERE kind = 'link'`);
    expect((await signIn({ ticket: old })).status).toBe(401);
  });

  it('refuses a wrong token, and a session or a ticket in the place of another secret', async () => {
    expect((await signIn({ token: 'x'.repeat(43) })).status).toBe(401);
    expect((await signIn({ ticket: app.token })).status).toBe(401);
    expect((await signIn({ token: await ticket() })).status).toBe(401);
    const asToken = await app.fetch('/api/v1/me', { headers: { authorization: `Bearer ${await ticket()}` } });
    expect(asToken.status).toBe(401);
  });

  it('refuses what is neither, or both', async () => {
    for (const body of [{}, { ticket: 'short' }, { ticket: 'x'.repeat(43), token: 'x'.repeat(43) }])
      expect((await signIn(body)).status).toBe(400);
  });
});
