import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, startEmbeddedPostgres } from '@carillon/stack/embedded-postgres';
import { findRedis, type RedisServer, startRedis } from '@carillon/stack/redis-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startProduct } from './product.js';

/** `npm run test:chaos` makes it a minute and more. */
const awaySeconds = Number(process.env.CARILLON_REDIS_AWAY_SECONDS ?? 5);
/** So that what no hint brings comes soon. */
const pollMs = 500;
const testMs = 60_000 + awaySeconds * 2_000;
const repository = resolve(import.meta.dirname, '../../../..');
const redisProgram = findRedis(join(repository, '.cache/redis'));

interface Readiness {
  status: string;
  checks: Record<'database' | 'hints' | 'queue', { ok: boolean; mode?: string; message?: string }>;
}

let folder: string;
let redis: RedisServer;
let product: Awaited<ReturnType<typeof startProduct>>;
let second: ChildProcess;
let secondUrl: string;
const undo: (() => unknown)[] = [];

async function readiness(url: string): Promise<Readiness | undefined> {
  try {
    return (await (await fetch(`${url}/readyz`)).json()) as Readiness;
  } catch {
    return undefined;
  }
}

/** The same database, signing key and admin token; another port. */
async function startSecondServer(env: Record<string, string>): Promise<void> {
  const data = join(folder, 'second');
  mkdirSync(data);
  cpSync(join(product.folder, 'server'), join(data, 'server'), { recursive: true });
  cpSync(join(product.folder, 'admin-token'), join(data, 'admin-token'));
  const port = await freePort();
  secondUrl = `http://127.0.0.1:${port}`;
  second = spawn(process.execPath, [join(repository, 'apps/server/dist/bundle/main.js')], {
    env: { ...process.env, ...env, CARILLON_DATA: data, CARILLON_PORT: String(port) },
    stdio: 'ignore',
  });
  await eventually(async () => ((await readiness(secondUrl))?.status === 'ready' ? true : undefined));
}

/** Sends one order to Redis. @returns the first line of its answer */
function say(url: string, order: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(`${order}\r\n`));
    socket.once('error', reject);
    socket.once('data', (bytes) => {
      socket.destroy();
      resolve(bytes.toString('utf8').trim());
    });
  });
}

let minute = 0;
async function applyAnew(): Promise<void> {
  minute += 1;
  const file = join(folder, 'job.yaml');
  const run = `{ program: ${JSON.stringify(process.execPath)}, arguments: ["-e", "console.log('here')"] }`;
  const schedule = `"${minute % 60} 5 1 1 *"`;
  writeFileSync(file, `kind: Job\nname: between\ntargets: { all: true }\nschedule: ${schedule}\nrun: ${run}\n`);
  expect(await product.cli('apply', '-f', file, '--server', secondUrl)).toMatchObject({ code: 0 });
}

interface Job {
  readonly version: number;
  readonly hosts: { state: string; appliedVersion?: number | null; version: number }[];
}

/**
 * For so long, and once at least: a changed job comes to the agent at the other server, a command too, and the run that
 * it makes, with its output, comes back. Each run is recorded once.
 */
async function everythingArrives(forSeconds: number): Promise<void> {
  const before = (await product.json<unknown[]>('runs', '--all')).length;
  const untilMs = Date.now() + forSeconds * 1_000;
  let rounds = 0;
  do {
    await applyAnew();
    await eventually(async () => {
      const job = await product.json<Job>('jobs', 'between');
      return job.hosts.every(({ state, version }) => state === 'applied' && version === job.version) || undefined;
    });
    const run = await product.cli('run', 'between', '--wait', '--server', secondUrl);
    expect(run).toMatchObject({ code: 0 });
    rounds += 1;
  } while (Date.now() < untilMs);
  const runs = await product.json<{ id: string; state: string }[]>('runs', '--all');
  expect(runs.map(({ state }) => state)).toEqual(runs.map(() => 'succeeded'));
  expect(runs.length - before).toBe(rounds);
  await eventually(async () => (await product.cli('output', runs[0]?.id ?? '')).stdout.includes('here') || undefined);
}

describe.skipIf(redisProgram.kind === 'missing')('two servers with Redis between them', () => {
  beforeAll(async () => {
    if (redisProgram.kind === 'missing') return;
    folder = mkdtempSync(join(tmpdir(), 'carillon-redis-'));
    chmodSync(folder, 0o711);
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    const postgres = await startEmbeddedPostgres({ folder: join(folder, 'postgres'), durable: false });
    undo.push(() => postgres.stop());
    redis = await startRedis(redisProgram, join(folder, 'redis'));
    undo.push(() => redis.stop());
    const env = {
      DATABASE_URL: postgres.urlOf('shared'),
      REDIS_URL: redis.url,
      CARILLON_POLL_MS: String(pollMs),
    };
    product = await startProduct(env);
    undo.push(() => product.dispose());
    await startSecondServer(env);
    undo.push(() => second.kill('SIGTERM'));
  });
  afterAll(async () => {
    for (const step of undo.reverse()) await step();
  });

  it('carries a command given to one server to the agent at the other', async () => {
    expect((await readiness(product.url))?.checks).toMatchObject({
      hints: { ok: true, mode: 'redis' },
      queue: { ok: true, mode: 'redis' },
    });
    await applyAnew();
    await eventually(async () => {
      const [host] = await product.json<{ inSync: boolean; assignments: { applied: number } }[]>('hosts');
      return host?.inSync && host.assignments.applied === 1 ? true : undefined;
    });
    const started = Date.now();
    expect(await product.cli('run', 'between', '--wait', '--server', secondUrl)).toMatchObject({ code: 0 });
    // By hint; the poll alone would take up to five seconds more.
    expect(Date.now() - started).toBeLessThan(20_000);
  });

  it(
    'goes on without Redis, slower, and says so',
    async () => {
      await redis.stop();
      const degraded = await eventually(async () => {
        const found = await readiness(product.url);
        return found?.status === 'degraded' ? found : undefined;
      });
      expect(degraded.checks.database.ok).toBe(true);
      expect([degraded.checks.hints.ok, degraded.checks.queue.ok]).toContain(false);
      expect(JSON.stringify(degraded.checks)).toMatch(/ECONNREFUSED|Redis|redis/);
      await everythingArrives(awaySeconds);
    },
    testMs,
  );

  it('is ready again when Redis is back', async () => {
    if (redisProgram.kind === 'missing') return;
    redis = await startRedis(redisProgram, join(folder, 'redis'), Number(new URL(redis.url).port));
    await eventually(async () => ((await readiness(product.url))?.status === 'ready' ? true : undefined));
    await everythingArrives(0);
  });

  it('goes on when Redis forgets everything', async () => {
    expect(await say(redis.url, 'FLUSHALL')).toBe('+OK');
    await everythingArrives(0);
    expect(await say(redis.url, 'FLUSHALL')).toBe('+OK');
    await everythingArrives(0);
    expect((await readiness(product.url))?.status).toBe('ready');
  });
});

describe('a Redis that is configured and was never there', () => {
  it('keeps nobody from starting and working', async () => {
    const alone = await startProduct({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
    try {
      expect((await readiness(alone.url))?.status).toBe('degraded');
      expect((await alone.cli('apply', '-f', join(repository, 'examples/every-minute.yaml'))).code).toBe(0);
      expect(await alone.cli('run', 'every-minute', '--wait')).toMatchObject({ code: 0 });
    } finally {
      await alone.dispose();
    }
  });
});
