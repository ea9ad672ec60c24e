import { takeRoom } from '@carillon/core/alert/deliver/bucket';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from './database.store.js';
import { pruneRateBuckets, RateBucketStore } from './rate-bucket.store.js';
import { openDatabase } from './testing/stores.js';

let test: TestDatabase;
let database: Database;

beforeAll(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.url);
});
afterAll(async () => {
  await database.onApplicationShutdown();
  await test.drop();
});

it('takes what the rule says, whatever is asked and whatever the clock does', async () => {
  let nowMs = 0;
  let names = 0;
  const rates = new RateBucketStore(database, () => nowMs);
  // A clock that goes back now and then, and rates that are written anew.
  const asked = fc.record({
    gapMs: fc.integer({ min: -20_000, max: 60_000 }),
    wanted: fc.nat(30),
    rate: fc.constantFrom({ perMinute: 7, burst: 3 }, { perMinute: 600, burst: 20 }, { perMinute: 1, burst: 1 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 25 }), async (history) => {
      nowMs = Date.UTC(2026, 10, 27);
      names += 1;
      let fullMs: number | null = null;
      for (const { gapMs, wanted, rate } of history) {
        nowMs += gapMs;
        const expected = takeRoom(fullMs, rate, wanted, nowMs);
        expect(await rates.take(`p${names}`, rate, wanted)).toEqual(expected);
        fullMs = expected.fullMs;
      }
    }),
    { numRuns: 30, seed: 7 },
  );
});

it('gives each message of room away once, however many ask at the same time, by the clock of the database', async () => {
  const servers = [new RateBucketStore(database), new RateBucketStore(database)];
  const asks = Array.from({ length: 60 }, (_, index) =>
    servers[index % 2]?.take('many', { perMinute: 1, burst: 40 }, 1),
  );
  const taken = (await Promise.all(asks)).reduce((sum, one) => sum + (one?.taken ?? 0), 0);
  expect(taken).toBe(40);
});

it('forgets what nobody took from for a day', async () => {
  await database.pool.query(`UPDATE rate_bucket SET full_ms = 0, at_ms = 0 WHERE name <> 'many'`);
  const client = await database.pool.connect();
  try {
    expect(await pruneRateBuckets(client)).toBeGreaterThan(0);
  } finally {
    client.release();
  }
  const { rows } = await database.pool.query('SELECT name FROM rate_bucket');
  expect(rows).toEqual([{ name: 'many' }]);
});
