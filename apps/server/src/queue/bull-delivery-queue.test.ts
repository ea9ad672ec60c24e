import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedis, type RedisServer, startRedis } from '@carillon/stack/redis-server';
import { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BullDeliveryQueue } from './bull-delivery-queue.js';
import type { Hint } from './hints.js';
import { InProcessHints } from './in-process-hints.js';
import { QueuedHints } from './queued-hints.js';

const found = findRedis('.cache/redis');
const ids = ['01890000-0000-7000-8000-000000000001', '01890000-0000-7000-8000-000000000002'];
/** For a busy machine. */
const patience = { timeout: 10_000 };
const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

function queueAt(url: string): BullDeliveryQueue {
  const queue = new BullDeliveryQueue(url);
  open.push(queue);
  return queue;
}

it('gives back at once what it cannot take while Redis is away, and other hints go their own way', () => {
  const heard: Hint[] = [];
  const toAll = new InProcessHints();
  toAll.publish = (hint) => heard.push(hint);
  const hints = new QueuedHints(toAll, queueAt('redis://127.0.0.1:1'));
  hints.publish({ kind: 'notices', hostIds: [], ids });
  hints.publish({ kind: 'notices', hostIds: [] });
  hints.publish({ kind: 'runs', hostIds: [] });
  expect(heard.map(({ kind, ids: named }) => [kind, named])).toEqual([
    ['notices', undefined],
    ['notices', undefined],
    ['runs', undefined],
  ]);
});

describe.skipIf(found.kind === 'missing')('through Redis', () => {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-redis-'));
  let redis: RedisServer;
  beforeAll(async () => {
    if (found.kind === 'found') redis = await startRedis(found, folder);
  });
  afterAll(async () => {
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A server: what it was given, and what it does with it. */
  function serverOf(work: () => Promise<void> = () => Promise.resolve()) {
    const queue = queueAt(redis.url);
    const server = { queue, taken: 0 };
    queue.serve('notices', async () => {
      server.taken += 1;
      await work();
    });
    return server;
  }
  const handOver = (queue: BullDeliveryQueue, which: readonly string[]) =>
    expect
      .poll(() => {
        let isTaken = true;
        queue.handOver('notices', which, () => (isTaken = false));
        return isTaken;
      }, patience)
      .toBe(true);

  it('an id goes to one of several servers, once though it is handed over twice', async () => {
    let end: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (end = resolve));
    const servers = [serverOf(() => held), serverOf(() => held), serverOf(() => held)];
    const taken = () => servers.reduce((sum, server) => sum + server.taken, 0);
    for (const id of [...ids, ...ids]) await handOver(servers[0]?.queue as BullDeliveryQueue, [id]);
    await expect.poll(taken, patience).toBe(2);
    end();
    // A third one passes behind them, so nothing was left waiting before it.
    await handOver(servers[2]?.queue as BullDeliveryQueue, ['01890000-0000-7000-8000-000000000003']);
    await expect.poll(taken, patience).toBe(3);
  });

  it('what somebody else put there does nothing', async () => {
    const server = serverOf();
    const forger = new Queue('carillon-deliveries', { connection: { url: redis.url } });
    open.push(forger);
    await forger.add('notices', { id: "'; DROP TABLE notice" });
    await forger.add('rm -rf', { id: ids[0] });
    await forger.add('notices', 'x'.repeat(100_000));
    await handOver(server.queue, ids.slice(0, 1));
    await expect.poll(() => server.taken, patience).toBe(1);
    await expect.poll(() => forger.getJobCountByTypes('wait', 'active', 'failed', 'completed'), patience).toBe(0);
  });
});
