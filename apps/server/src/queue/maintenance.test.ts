import { limits } from '@carillon/contract/limits';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { testConfig } from '../http/testing/test-app.js';
import { Database } from '../store/database.store.js';
import { MaintenanceStore } from '../store/maintenance.store.js';
import { AlertNudge } from './alert-nudge.js';
import { openBullBackend } from './bull-backend.js';
import { BullJobQueue } from './bull-job-queue.js';
import { InProcessHints } from './in-process-hints.js';
import { jobCatalog, jobNames } from './job-queue.js';
import { MaintenanceRunner } from './maintenance.runner.js';

const redisUrl = inject('redisUrl');

let database: TestDatabase;
let store: Database;
let redis: Redis;
let queue: BullJobQueue;
let runner: MaintenanceRunner;

/** As FLUSHALL does, but leaves alone what else may be in a Redis that was given to the tests. */
const forgetEverything = async () => {
  const keys = await redis.keys('bull:carillon:*');
  if (keys.length > 0) await redis.del(keys);
};

/** The repeating schedules as Redis has them, by name. */
const schedules = async () => (await redis.zrange('bull:carillon:repeat', '0', '-1')).sort();

describe.skipIf(redisUrl === undefined)('maintenance with a queue in Redis', () => {
  beforeEach(async () => {
    database = await cloneDatabase();
    store = new Database(testConfig(database.url, ''));
    redis = new Redis(redisUrl ?? '');
    await forgetEverything();
    queue = new BullJobQueue(openBullBackend({ redisUrl, databaseUrl: database.url }));
    const nudge = new AlertNudge(new InProcessHints());
    runner = new MaintenanceRunner(
      new MaintenanceStore(store, { ...limits, keepRunsDays: 90, keepOutputDays: 30 }),
      queue,
      nudge,
    );
  });
  afterEach(async () => {
    runner.onModuleDestroy();
    await queue.close();
    await store.onApplicationShutdown();
    await redis.quit();
    await database.drop();
  });

  it('sets its schedules, and sets them again after Redis forgot everything', async () => {
    runner.onApplicationBootstrap();
    await vi.waitFor(async () => expect(await schedules()).toEqual([...jobNames].sort()), 5_000);
    await forgetEverything();
    expect(await schedules()).toEqual([]);
    await runner.runLate(Date.now() + 3 * jobCatalog['commands.expire'].everyMs + 1_000);
    await vi.waitFor(async () => expect(await schedules()).toEqual([...jobNames].sort()), 5_000);
  });

  it('does by itself what no queue asked for in three intervals, and only that', async () => {
    const run = vi.spyOn(runner, 'run');
    for (const name of jobNames) await runner.run(name);
    run.mockClear();
    await runner.runLate(Date.now() + 3 * jobCatalog['sessions.sweep'].everyMs + 1_000);
    expect(run.mock.calls.flat().sort()).toEqual(['commands.expire', 'hosts.watch', 'missed.judge', 'sessions.sweep']);
  });
});
