import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { callRoute } from '@carillon/contract/http/client';
import type { Request, Response, Route } from '@carillon/contract/http/route';
import { type DataFolder, prepareDataFolder, writeRunning } from '@carillon/stack/data-folder';
import { type EmbeddedPostgres, freePort, startEmbeddedPostgres } from '@carillon/stack/embedded-postgres';
import type { Programs } from '@carillon/stack/programs';
import { type RedisProgram, type RedisServer, startRedis } from '@carillon/stack/redis-server';
import { openStackDatabase } from '@carillon/stack/stack-database';
import { startTcpProxy, type TcpProxy } from '@carillon/stack/tcp-proxy';
import { fleetEnvironment } from '../fleet/place.js';
import type { DrillGroup } from './drill-plan.js';
import { DrillProcess } from './drill-process.js';

export interface CentreOptions {
  readonly folder: DataFolder;
  readonly programs: Programs;
  readonly redis: Extract<RedisProgram, { kind: 'found' }> | undefined;
  readonly onProgress: (text: string) => void;
  readonly signal: AbortSignal;
}

/** So that what no hint brings to the other server comes soon. */
const pollMs = 1_000;
const readyMs = 180_000;
const callMs = 60_000;
const lookMs = 100;

/**
 * Two servers on one database, each with a door of its own: the hosts that are struck come through the one, the control
 * group through the other. All of it listens on the loopback.
 */
export class DrillCentre {
  private readonly undo: (() => unknown)[] = [];
  private readonly ports = new Map<DrillGroup, number>();
  private readonly servers = new Map<DrillGroup, DrillProcess>();
  private readonly proxies = new Map<DrillGroup, TcpProxy>();
  private postgres: EmbeddedPostgres | undefined;
  private redis: RedisServer | undefined;

  private constructor(private readonly options: CentreOptions) {}

  /** @throws Error with the last words of what does not become ready; what was started is undone */
  static async start(options: CentreOptions): Promise<DrillCentre> {
    const centre = new DrillCentre(options);
    try {
      await centre.begin();
      return centre;
    } catch (error) {
      await centre.stop();
      throw error;
    }
  }

  door(group: DrillGroup): TcpProxy {
    return found(this.proxies, group);
  }

  /**
   * Asks the server of the control group, which nothing is done to.
   * @throws ApiFailure; Error that names the route when there is no answer within `timeoutMs`
   */
  async call<R extends Route>(route: R, request: Request<R>, timeoutMs = callMs): Promise<Response<R>> {
    const baseUrl = this.urlOf('control');
    const token = readFileSync(this.options.folder.adminTokenFile, 'utf8').trim();
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return (await callRoute({ baseUrl, token, signal }, route, request)) as Response<R>;
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new Error(`no answer to ${route.method} ${route.path} within ${timeoutMs / 1_000} s`);
    }
  }

  /** Asks the database. @throws Error while it is away */
  async rows<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    const database = await openStackDatabase(this.options.folder);
    try {
      return await database.rows<T>(sql, values);
    } finally {
      await database.close().catch(() => undefined);
    }
  }

  async killServer(group: DrillGroup): Promise<void> {
    await found(this.servers, group).end('SIGKILL');
  }

  startServer(group: DrillGroup): void {
    found(this.servers, group).start();
  }

  /** @throws Error when it ends, or is not ready in time */
  async untilReady(group: DrillGroup): Promise<void> {
    const untilMs = Date.now() + readyMs;
    for (;;) {
      found(this.servers, group).requireRunning();
      const answer = await fetch(`${this.urlOf(group)}/readyz`, { signal: AbortSignal.timeout(callMs) }).catch(
        () => null,
      );
      if (answer?.ok) return;
      if (Date.now() > untilMs) throw new Error(`a server did not become ready within ${readyMs / 1_000} s`);
      await wait(lookMs, undefined, { signal: this.options.signal });
    }
  }

  async killDatabase(): Promise<void> {
    if (!this.postgres) return;
    process.kill(this.postgres.pid, 'SIGKILL');
    await this.postgres.ended;
  }

  /** On its files and its port. Its own processes outlive a killed postmaster for a moment, and hold its memory. */
  async startDatabase(): Promise<void> {
    const untilMs = Date.now() + readyMs;
    const port = this.postgres?.port;
    const options = { folder: this.options.folder.postgres, ...(port ? { port } : {}) };
    for (;;) {
      try {
        this.postgres = await startEmbeddedPostgres(options);
        return;
      } catch (error) {
        if (!/in use/.test(String(error)) || Date.now() > untilMs) throw error;
        await wait(lookMs, undefined, { signal: this.options.signal });
      }
    }
  }

  async killRedis(): Promise<void> {
    if (this.redis) process.kill(this.redis.pid, 'SIGKILL');
  }

  async startRedis(): Promise<void> {
    const { redis, folder } = this.options;
    if (!redis) return;
    const port = this.redis && Number(new URL(this.redis.url).port);
    this.redis = await startRedis(redis, join(folder.root, 'redis'), port);
  }

  /** Everything, the newest first. */
  async stop(): Promise<void> {
    for (const step of this.undo.splice(0).reverse()) await step();
  }

  private async begin(): Promise<void> {
    const { folder, onProgress, signal } = this.options;
    prepareDataFolder(folder);
    onProgress('starting the database');
    await this.startDatabase();
    this.undo.push(() => this.postgres?.stop());
    signal.throwIfAborted();
    if (this.options.redis) {
      await this.startRedis();
      this.undo.push(() => this.redis?.stop());
    }
    for (const group of ['control', 'struck'] as const) {
      const port = await freePort();
      const proxy = await startTcpProxy({ host: '127.0.0.1', port });
      this.ports.set(group, port);
      this.proxies.set(group, proxy);
      this.undo.push(() => proxy.close());
    }
    const running = { url: this.urlOf('control'), pid: process.pid, startedAt: new Date().toISOString() };
    writeRunning(folder, { ...running, ...(this.postgres ? { postgresPort: this.postgres.port } : {}) });
    onProgress('starting two servers');
    for (const group of ['control', 'struck'] as const) {
      const server = this.server(group);
      this.servers.set(group, server);
      server.start();
    }
    this.undo.push(() => Promise.all([...this.servers.values()].map((server) => server.end('SIGTERM'))));
    await Promise.all([this.untilReady('control'), this.untilReady('struck')]);
  }

  private server(group: DrillGroup): DrillProcess {
    const { folder, programs } = this.options;
    const postgres = this.postgres;
    if (!postgres) throw new Error('no database yet');
    return new DrillProcess({
      name: `the server of the ${group === 'struck' ? 'hosts that are struck' : 'control group'}`,
      script: programs.server,
      logFile: join(folder.root, 'logs', `server-${group}.log`),
      env: {
        ...fleetEnvironment,
        DATABASE_URL: postgres.serverUrlOf('carillon'),
        DATABASE_URL_OWNER: postgres.urlOf('carillon'),
        REDIS_URL: this.redis?.url ?? '',
        CARILLON_DATA: folder.root,
        CARILLON_PORT: String(found(this.ports, group)),
        CARILLON_PUBLIC_URL: [...this.proxies.values()].map(({ url }) => url).join(','),
        CARILLON_POLL_MS: String(pollMs),
      },
    });
  }

  private urlOf(group: DrillGroup): string {
    return `http://127.0.0.1:${found(this.ports, group)}`;
  }
}

function found<T>(map: ReadonlyMap<DrillGroup, T>, group: DrillGroup): T {
  const value = map.get(group);
  if (value === undefined) throw new Error(`nothing was started for the ${group} group`);
  return value;
}
