import { createHash } from 'node:crypto';
import { api } from '@carillon/contract/http/api';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { EnrolmentTokensModule } from './enrolment-tokens.module.js';

let app: TestApp;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [EnrolmentTokensModule] });
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

const { createToken, tokens, revokeToken } = api.hosts;

describe('enrolment tokens', () => {
  it('are shown once and stored as a hash', async () => {
    const made = await app.call(createToken, {
      body: { uses: 3, expiresInMinutes: 5, labels: { site: 'a', rack: 7 } },
    });
    expect(made).toMatchObject({ uses: 3, used: 0, labels: { site: 'a', rack: '7' }, revoked: false });
    expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBe(5 * 60_000);
    const { rows } = await app.database.pool.query<{ hash: string }>('SELECT * FROM enrolment_token');
    expect(rows[0]?.hash).toBe(createHash('sha256').update(made.token).digest('hex'));
    expect(JSON.stringify(rows)).not.toContain(made.token);
    expect(JSON.stringify(await app.call(tokens, {}))).not.toContain(made.token);
  });

  it('work once and for an hour unless asked otherwise', async () => {
    const made = await app.call(createToken, { body: {} });
    expect(made.uses).toBe(1);
    expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBe(60 * 60_000);
  });

  it.each([
    [{ uses: 0 }, 'uses'],
    [{ uses: 10_001 }, 'uses'],
    [{ expiresInMinutes: 7 * 24 * 60 + 1 }, 'expiresInMinutes'],
    [{ labels: { 'a b': 'x' } }, 'labels.a b'],
    [{ colour: 'red' }, 'colour'],
  ])('are refused with %j, and nothing is stored', async (body, path) => {
    const count = async () => (await app.database.pool.query('SELECT FROM enrolment_token')).rowCount;
    const before = await count();
    const error = await app.call(createToken, { body: body as object }).catch((caught) => caught);
    expect(error.body).toMatchObject({ code: 'invalid', params: { problems: [{ path }] } });
    expect(await count()).toBe(before);
  });

  it('are listed newest first, page by page', async () => {
    for (let n = 0; n < 3; n += 1) await app.call(createToken, { body: {} });
    const all = await app.call(tokens, {});
    const pages: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await app.call(tokens, { limit: 2, cursor });
      pages.push(...page.items.map(({ id }) => id));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(pages).toEqual(all.items.map(({ id }) => id));
    expect(pages).toEqual([...pages].sort().reverse());
  });

  it('can be revoked, twice as well as once', async () => {
    const { id } = await app.call(createToken, { body: {} });
    expect((await app.call(revokeToken, { id })).revoked).toBe(true);
    expect((await app.call(revokeToken, { id })).revoked).toBe(true);
    await expect(app.call(revokeToken, { id: '01890000-0000-7000-8000-000000000001' })).rejects.toMatchObject({
      status: 404,
    });
  });
});
