import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { LocalApi } from '@carillon/stack/api';
import { type EmbeddedPostgres, freePort, startEmbeddedPostgres } from '@carillon/stack/embedded-postgres';
import { programsOf } from '@carillon/stack/programs';
import { findRedis, type RedisServer, startRedis } from '@carillon/stack/redis-server';
import { startTcpProxy, type TcpProxy, type TcpTarget } from '@carillon/stack/tcp-proxy';
import { fastFolder } from '@carillon/testkit/fast-folder';
import { startTcpBalancer, type TcpBalancer } from '@carillon/testkit/tcp-balancer';
import pg from 'pg';
import { eventually } from './product.js';

const repository = resolve(import.meta.dirname, '../../../..');
export const programs = programsOf(repository);
export const redisProgram = findRedis(join(repository, '.cache/redis'));

export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'not-ready';
  readonly checks: Record<'database' | 'hints' | 'queue' | 'gateway', { ok: boolean; mode?: string; message?: string }>;
}

/** A server process that can be ended and started again on its port. */
export class ServerProcess {
  private child: ChildProcess | undefined;
  readonly api: LocalApi;

  constructor(
    readonly name: string,
    readonly port: number,
    private readonly folder: string,
    private readonly env: () => Record<string, string>,
  ) {
    this.api = new LocalApi(this.url, join(folder, 'data/admin-token'));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get target(): TcpTarget {
    return { host: '127.0.0.1', port: this.port };
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** What it ever wrote. */
  get log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  /** Starts the process; `untilReady` waits for it. */
  start(changes: Record<string, string> = {}): void {
    const log = openSync(this.logFile, 'a');
    this.child = spawn(process.execPath, [programs.server], {
      env: {
        ...process.env,
        ...this.env(),
        CARILLON_DATA: join(this.folder, 'data'),
        CARILLON_PORT: String(this.port),
        ...changes,
      },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
  }

  untilReady(): Promise<Readiness> {
    return eventually(async () => {
      if (!this.isRunning) throw new Error(`${this.name} ended: ${this.log.slice(-2_000)}`);
      const found = await this.readiness();
      return found && found.status !== 'not-ready' ? found : undefined;
    });
  }

  async readiness(): Promise<Readiness | undefined> {
    try {
      const answer = await fetch(`${this.url}/readyz`, { headers: { connection: 'close' } });
      return (await answer.json()) as Readiness;
    } catch {
      return undefined;
    }
  }

  /** @returns the exit code when it has ended; null for a kill */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    const { child } = this;
    if (!child || !this.isRunning) return null;
    const ended = once(child, 'exit') as Promise<[number | null]>;
    child.kill(signal);
    const [code] = await ended;
    return code;
  }

  private get logFile(): string {
    return join(this.folder, `${this.name}.log`);
  }
}

export interface ClusterOptions {
  readonly servers?: number;
  /** Needs a Redis on this machine, see `redisProgram`. */
  readonly redis?: boolean;
  readonly env?: Record<string, string>;
  /** Wires through which agents reach the balancer; damage them at will. Servers know their addresses as their own. */
  readonly doors?: number;
  /** Other addresses of the servers. */
  readonly origins?: readonly string[];
}

/** Several servers on one database, as a deployment runs them, behind a balancer. */
export class Cluster {
  readonly servers: ServerProcess[] = [];
  readonly doors: TcpProxy[] = [];
  private readonly stops: (() => unknown)[] = [];
  private origins: string[] = [];
  private database!: EmbeddedPostgres;
  private cache: RedisServer | undefined;
  balancer!: TcpBalancer;

  private constructor(
    readonly folder: string,
    private readonly options: ClusterOptions,
  ) {}

  /** @throws with a server's last words when one does not become ready */
  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const folder = mkdtempSync(join(fastFolder(), 'carillon-cluster-'));
    // Postgres runs under another account when we are root.
    chmodSync(folder, 0o711);
    mkdirSync(join(folder, 'data'));
    const cluster = new Cluster(folder, options);
    cluster.onStop(() => rmSync(folder, { recursive: true, force: true }));
    try {
      await cluster.begin();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  get databaseUrl(): string {
    return this.database.urlOf('carillon');
  }

  get redis(): RedisServer {
    if (!this.cache) throw new Error('this cluster has no Redis');
    return this.cache;
  }

  get postgresPid(): number {
    return this.database.pid;
  }

  server(place: number): ServerProcess {
    const found = this.servers[place];
    if (!found) throw new Error(`no server ${place}`);
    return found;
  }

  /** A server that runs now. */
  get api(): LocalApi {
    return (this.servers.find((server) => server.isRunning) ?? this.server(0)).api;
  }

  door(place: number): TcpProxy {
    const found = this.doors[place];
    if (!found) throw new Error(`no door ${place}`);
    return found;
  }

  /** A step of the clean-up, before those that were asked for earlier. */
  onStop(step: () => unknown): void {
    this.stops.push(step);
  }

  async rows<T extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<T[]> {
    const client = new pg.Client(this.databaseUrl);
    await client.connect();
    try {
      return (await client.query<T>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Starts the database on its files and port, new or after it was killed. */
  async startPostgres(): Promise<void> {
    const port = this.database?.port;
    // Durable: what is committed must outlive a killed database, as an ack promises.
    const options = { folder: join(this.folder, 'postgres'), ...(port ? { port } : {}) };
    // Its own processes outlive a killed postmaster for a moment, and hold its memory.
    this.database = await eventually(() => startEmbeddedPostgres(options).catch(rethrowUnless(/still in use|in use/)));
  }

  async killPostgres(): Promise<void> {
    process.kill(this.database.pid, 'SIGKILL');
    await this.database.ended;
  }

  async startRedis(): Promise<void> {
    if (redisProgram.kind === 'missing') throw new Error(redisProgram.why);
    const port = this.cache && Number(new URL(this.cache.url).port);
    this.cache = await startRedis(redisProgram, join(this.folder, 'redis'), port);
  }

  /** One command, without a client library; throws when Redis is not there. */
  async redisCommand(command: string): Promise<void> {
    const socket = connect(Number(new URL(this.redis.url).port), '127.0.0.1');
    socket.write(`${command}\r\n`);
    const [answer] = await once(socket, 'data');
    socket.destroy();
    if (!String(answer).startsWith('+OK')) throw new Error(`Redis answered ${String(answer)}`);
  }

  /** Everything, the newest first. */
  async stop(): Promise<void> {
    for (const step of this.stops.splice(0).reverse()) await step();
  }

  private async begin(): Promise<void> {
    await this.startPostgres();
    this.onStop(() => this.database.stop());
    if (this.options.redis) {
      await this.startRedis();
      this.onStop(() => this.cache?.stop());
    }
    const frontPort = await freePort();
    for (let door = 0; door < (this.options.doors ?? 0); door += 1) {
      const proxy = await startTcpProxy({ host: '127.0.0.1', port: frontPort });
      this.doors.push(proxy);
      this.onStop(() => proxy.close());
    }
    this.origins = [
      `http://127.0.0.1:${frontPort}`,
      ...this.doors.map(({ url }) => url),
      ...(this.options.origins ?? []),
    ];
    for (let number = 1; number <= (this.options.servers ?? 2); number += 1) {
      const server = new ServerProcess(`server-${number}`, await freePort(), this.folder, () => this.environment());
      this.servers.push(server);
      this.onStop(() => server.stop('SIGKILL'));
      // All at once: their migrations meet.
      server.start();
    }
    await Promise.all(this.servers.map((server) => server.untilReady()));
    const targets = this.servers.map((server) => server.target);
    this.balancer = await startTcpBalancer({ targets, checkPath: '/readyz', checkMs: 250, port: frontPort });
    this.onStop(() => this.balancer.close());
  }

  private environment(): Record<string, string> {
    return {
      DATABASE_URL: this.databaseUrl,
      REDIS_URL: this.cache?.url ?? '',
      CARILLON_PUBLIC_URL: this.origins.join(','),
      ...this.options.env,
    };
  }
}

function rethrowUnless(known: RegExp) {
  return (error: unknown): undefined => {
    if (!known.test(String(error))) throw error;
  };
}
