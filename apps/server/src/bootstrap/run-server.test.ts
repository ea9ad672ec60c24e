import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { allRoutes } from '@carillon/contract/http/api';
import { apiPrefix } from '@carillon/contract/http/route';
import { freePort } from '@carillon/stack/embedded-postgres';
import { cloneDatabase } from '@carillon/testkit/database';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import type { Config } from '../config/config.js';
import { testConfig } from '../http/testing/test-app.js';
import { JsonLog } from '../observability/json-log.js';
import { cutDatabase } from '../store/testing/outage.js';
import { runServer, startApp } from './run-server.js';

let folder: string;
let database: Awaited<ReturnType<typeof cloneDatabase>>;
let app: NestFastifyApplication | undefined;
beforeEach(async () => {
  database = await cloneDatabase();
  folder = mkdtempSync(join(tmpdir(), 'carillon-boot-'));
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the whole server. @returns how to ask it */
async function start(changes: Partial<Config> = {}) {
  app = await startApp({ ...testConfig(database.url, folder), ...changes }, false);
  const url = await app.getUrl();
  const token = readFileSync(join(folder, 'admin-token'), 'utf8').trim();
  return async (path: string) => {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    const text = await response.text();
    return { status: response.status, text, json: () => JSON.parse(text) as Record<string, unknown> };
  };
}

describe('the whole server', () => {
  it('starts with every route handled, is ready, and describes itself', async () => {
    const get = await start();
    // The queue makes its tables first, which takes a moment on a busy machine.
    await vi.waitFor(
      async () =>
        expect((await get('/readyz')).json()).toMatchObject({ status: 'ready', checks: { database: { ok: true } } }),
      15_000,
    );
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/api/openapi.json')).json()).toMatchObject({ openapi: '3.1.0' });
    expect((await get('/api/docs')).text).toContain('<!doctype html>');
    const asks = ({ query }: { query?: { safeParse(value: unknown): { success: boolean } } }) =>
      query?.safeParse({}).success === false;
    const lists = allRoutes().filter(
      ({ route }) => route.method === 'GET' && !route.path.includes(':') && !asks(route),
    );
    for (const { id, route } of lists) expect((await get(`${apiPrefix}${route.path}`)).status, id).toBe(200);
    expect(statSync(join(folder, 'admin-token')).mode & 0o777).toBe(0o600);
  });

  it('counts what it answers, by route', async () => {
    const get = await start();
    await get('/api/v1/hosts/some-name');
    const { text } = await get('/metrics');
    expect(text).toContain('carillon_build_info{version="');
    expect(text).toContain('carillon_agents_connected 0');
    expect(text).toContain('carillon_events_ingested_total 0');
    expect(text).toMatch(/duration_seconds_count\{method="GET",route="\/api\/v1\/hosts\/:name",status="404"\} 1/);
    expect(text).not.toContain('some-name');
  });

  it('is alive but not ready while the database is away, and ready again after', async () => {
    const get = await start();
    const restore = await cutDatabase(inject('postgresUrl'), database.url);
    try {
      const ready = await get('/readyz');
      expect(ready.status).toBe(503);
      expect(ready.json()).toMatchObject({ status: 'not-ready', checks: { database: { ok: false } } });
      expect((await get('/healthz')).status).toBe(200);
      const hosts = await get('/api/v1/hosts');
      expect(hosts.status).toBe(503);
      expect(hosts.json()).toMatchObject({ code: 'unavailable' });
    } finally {
      await restore();
    }
    expect((await get('/readyz')).status).toBe(200);
  });

  it('works without its Redis, and says so', async () => {
    const get = await start({ redisUrl: `redis://127.0.0.1:${await freePort()}` });
    const ready = await get('/readyz');
    expect(ready.status).toBe(200);
    expect(ready.json()).toMatchObject({
      status: 'degraded',
      checks: { database: { ok: true }, hints: { ok: false, mode: 'redis' }, queue: { ok: false, mode: 'redis' } },
    });
    expect((await get('/api/v1/hosts')).status).toBe(200);
  });

  it('answers while it drains, and says that it is not ready', async () => {
    const drainMs = 1_500;
    const config = { ...testConfig(database.url, folder), listenPort: await freePort(), drainMs };
    const url = `http://127.0.0.1:${config.listenPort}`;
    const stop = new AbortController();
    const done = runServer(config, resolve(import.meta.dirname, '../../../..'), new JsonLog('fatal'), stop.signal);
    const status = async (path: string) => (await fetch(`${url}${path}`).catch(() => undefined))?.status;
    await vi.waitFor(async () => expect(await status('/readyz')).toBe(200), 15_000);
    const stoppedMs = performance.now();
    stop.abort();
    await vi.waitFor(async () => expect(await status('/readyz')).toBe(503), { timeout: 1_000, interval: 10 });
    expect(await status('/healthz')).toBe(200);
    await done;
    expect(performance.now() - stoppedMs).toBeGreaterThanOrEqual(drainMs);
    expect(await status('/healthz')).toBeUndefined();
  });

  it('says that its port is taken', async () => {
    const other: Server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    await expect(start({ listenPort: port })).rejects.toThrow(
      `port ${port} on 127.0.0.1 is in use by another program; choose another with CARILLON_PORT`,
    );
    other.close();
  });
});
