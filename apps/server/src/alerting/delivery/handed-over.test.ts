import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedis, type RedisServer, startRedis } from '@carillon/stack/redis-server';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BullDeliveryQueue } from '../../queue/bull-delivery-queue.js';
import { QueuedHints } from '../../queue/queued-hints.js';
import { RedisHints } from '../../queue/redis-hints.js';
import type { Delivery } from './delivery.service.js';
import { type DeliveryScene, startDeliveryScene } from './testing/delivery-scene.js';

/** For a busy machine. */
const patience = { timeout: 20_000 };
const found = findRedis('.cache/redis');

describe.skipIf(found.kind === 'missing')('ids of notices that are handed over through Redis', () => {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-redis-'));
  let redis: RedisServer;
  let scene: DeliveryScene;
  const servers: { queue: BullDeliveryQueue; hints: RedisHints; delivery: Delivery; tell: (ids: string[]) => void }[] =
    [];

  const start = async (port?: number) => {
    if (found.kind === 'found') redis = await startRedis(found, folder, port);
  };
  beforeAll(() => start());
  afterAll(async () => {
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    scene = await startDeliveryScene();
    await scene.addChannel('hook', { limit: { perMinute: 6_000, burst: 1_000 } });
  });
  afterEach(async () => {
    for (const { queue, hints, delivery } of servers.splice(0)) {
      await delivery.onModuleDestroy();
      await queue.close();
      hints.close();
    }
    await scene.close();
  });

  async function startServers(count: number, pollMs: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      const queue = new BullDeliveryQueue(redis.url);
      const hints = new RedisHints(redis.url);
      const both = new QueuedHints(hints, queue);
      const delivery = scene.server({ hints: both, queue, pollMs });
      const tell = (ids: string[]) => both.publish({ kind: 'notices', hostIds: [], ids });
      servers.push({ queue, hints, delivery, tell });
      delivery.onApplicationBootstrap();
      await expect.poll(async () => (await hints.health()).ok, patience).toBe(true);
    }
  }
  const sent = async () => (await scene.states()).sent ?? 0;

  it('are delivered at once by one of several servers, though no poll is near, and each once', async () => {
    await startServers(3, 600_000);
    for (let turn = 0; turn < 12; turn += 1) servers[turn % 3]?.tell(await scene.notify('hook', 5));
    await expect.poll(sent, patience).toBe(60);
    expect([...scene.arrivals().values()]).toEqual(Array.from({ length: 60 }, () => 1));
  });

  it('are nothing but hints: forged and doubled ones send nothing, and what Redis forgets is late, not lost', async () => {
    await startServers(2, 400);
    const forger = new Queue('carillon-deliveries', { connection: { url: redis.url } });
    const late = await scene.notify('hook', 3, Date.now() + 3_600_000);
    for (const id of [...late, ...late, '01890000-0000-7000-8000-00000000dead'])
      await forger.add('notices', { id }, { jobId: `forged-${Math.random()}` });
    const admin = new Redis(redis.url);
    let written = 0;
    for (let turn = 0; turn < 12; turn += 1) {
      const ids = await scene.notify('hook', 5);
      written += ids.length;
      servers[turn % 2]?.tell(ids);
      servers[(turn + 1) % 2]?.tell(ids);
      if (turn % 4 === 1) await admin.flushall();
    }
    admin.disconnect();
    await forger.close();
    const port = Number(new URL(redis.url).port);
    process.kill(redis.pid, 'SIGKILL');
    for (let turn = 0; turn < 4; turn += 1) {
      const ids = await scene.notify('hook', 5);
      written += ids.length;
      servers[turn % 2]?.tell(ids);
    }
    await expect.poll(sent, patience).toBe(written);
    rmSync(folder, { recursive: true, force: true });
    await start(port);
    // An empty Redis is as good as another.
    await expect.poll(async () => (await servers[0]?.hints.health())?.ok, patience).toBe(true);
    const ids = await scene.notify('hook', 5);
    written += ids.length;
    servers[0]?.tell(ids);
    await expect.poll(sent, patience).toBe(written);
    expect([...scene.arrivals().values()]).toEqual(Array.from({ length: written }, () => 1));
    expect(await scene.states()).toEqual({ sent: written, queued: 3 });
  });
});
