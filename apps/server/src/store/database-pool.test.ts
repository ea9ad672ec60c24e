import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../config/config.js';
import { Database } from './database.store.js';

let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  database = new Database({ databaseUrl: test.url, databasePool: 4, statementTimeoutMs: 50 } as Config);
});
afterAll(async () => {
  await database.onApplicationShutdown();
  await test.drop();
});

const sleep = 'SELECT pg_sleep(20)';
/** query_canceled. */
const cancelled = '57014';

describe('the ways to Postgres', () => {
  it('end a statement that takes too long, each of them', async () => {
    await expect(database.pool.query(sleep)).rejects.toMatchObject({ code: cancelled });
    await expect(database.ingestPool.query(sleep)).rejects.toMatchObject({ code: cancelled });
    await expect(database.prisma.$queryRawUnsafe(`${sleep}::text`)).rejects.toThrow(cancelled);
  });

  it('take no more connections than they are told; the others wait their turn, and are counted', async () => {
    const { pool } = database;
    const held = await Promise.all([1, 2, 3, 4].map(() => pool.connect()));
    const waiting = Promise.all([1, 2, 3].map(() => pool.query<{ one: number }>('SELECT 1 AS one')));
    expect([pool.totalCount, pool.waitingCount]).toEqual([4, 3]);
    for (const client of held) client.release();
    expect((await waiting).flatMap(({ rows }) => rows)).toEqual([{ one: 1 }, { one: 1 }, { one: 1 }]);
    expect(pool.waitingCount).toBe(0);
  });
});
