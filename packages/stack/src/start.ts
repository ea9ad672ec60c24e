import { createServer } from 'node:net';
import { join } from 'node:path';
import { LocalApi } from './api.js';
import {
  type DataFolder,
  isAlive,
  prepareDataFolder,
  type Running,
  readRunning,
  removeRunning,
  writeRunning,
} from './data-folder.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { ensureLocalAgent } from './local-agent.js';
import type { Programs } from './programs.js';
import { type LockResult, takeStartLock } from './start-lock.js';
import { endLeftover, type Program, supervise } from './supervisor.js';

export interface StackOptions {
  readonly folder: DataFolder;
  readonly programs: Programs;
  readonly port: number;
  /** A Postgres of your own; nothing embedded starts then. */
  readonly databaseUrl?: string | undefined;
  readonly redisUrl?: string | undefined;
  /** Off on Windows, which has a Task Scheduler and agents of its own. */
  readonly localAgent: boolean;
  /** More environment for the server: its configuration, for stacks that measure or test. */
  readonly serverEnvironment?: Readonly<Record<string, string>> | undefined;
  readonly onProgress: (text: string) => void;
  /** Gives up while still starting, and undoes what was started. */
  readonly signal?: AbortSignal;
}

export interface Stack {
  readonly url: string;
  readonly signInLink: string;
  stop(): Promise<void>;
  /** `kill -9` of the server, which is then started again. */
  crashServer(): void;
}

export type StartResult =
  | { readonly ok: true; readonly stack: Stack }
  | { readonly ok: false; readonly running: Extract<LockResult, { ok: false }> };

const readyDeadlineMs = 120_000;

/** Starts the whole product on this machine, or tells what already runs on the folder. Steps are undone when one fails. */
export async function startStack(options: StackOptions): Promise<StartResult> {
  const { folder, programs, onProgress } = options;
  prepareDataFolder(folder);
  const lock = takeStartLock(folder);
  if (!lock.ok) return { ok: false, running: lock };
  const undo: (() => void | Promise<void>)[] = [lock.release];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    // 1. What an earlier, killed start left: the server is replaced, agent and scheduler are kept at work.
    const leftover = readRunning(folder);
    await endLeftover(leftover?.serverPid, programs.server);

    await requireFreePort(options.port);

    // 2. The database.
    let database: Awaited<ReturnType<typeof startEmbeddedPostgres>> | undefined;
    if (!options.databaseUrl) {
      onProgress('starting the database');
      database = await startEmbeddedPostgres({ folder: folder.postgres, onProgress });
      undo.push(() => database?.stop());
    }
    const databaseUrl = options.databaseUrl ?? database?.serverUrlOf('carillon') ?? '';

    // 3. The server; it applies migrations itself.
    const url = `http://127.0.0.1:${options.port}`;
    let running: Running = {
      url,
      pid: process.pid,
      startedAt: new Date().toISOString(),
      ...(database ? { postgresPort: database.port } : {}),
    };
    const update = (change: Partial<Running>) => {
      running = { ...running, ...change };
      writeRunning(folder, running);
    };
    undo.push(() => removeRunning(folder));
    const add = (program: Program) => undo.push(() => program.stop());
    onProgress('starting the server');
    const environment = {
      DATABASE_URL: databaseUrl,
      ...(database ? { DATABASE_URL_OWNER: database.urlOf('carillon') } : {}),
      REDIS_URL: options.redisUrl,
      CARILLON_DATA: folder.root,
      CARILLON_PORT: String(options.port),
      CARILLON_WEB_ROOT: programs.webRoot,
      CARILLON_DOWNLOADS: programs.downloads,
    };
    const log = (name: string) => join(folder.root, 'logs', `${name}.log`);
    const server = supervise({
      name: 'server',
      script: programs.server,
      env: { ...environment, ...options.serverEnvironment },
      logFile: log('server'),
      onRestart: onProgress,
      onPid: (serverPid) => update({ serverPid }),
    });
    add(server);
    const api = new LocalApi(url, folder.adminTokenFile);
    await untilReady(api, log('server'), options.signal);

    // 4. Off Windows, a Task Scheduler and an agent of this machine's own.
    if (options.localAgent) {
      const scheduler = supervise({
        name: 'emulated Task Scheduler',
        script: programs.scheduler,
        args: ['--store', folder.taskStore],
        logFile: log('scheduler'),
        adoptPid: leftover?.schedulerPid,
        onRestart: onProgress,
        onPid: (schedulerPid) => update({ schedulerPid }),
      });
      add(scheduler);
      await ensureLocalAgent(api, folder, programs, onProgress);
      const adoptPid = leftover?.url === url ? leftover.agentPid : undefined;
      if (adoptPid === undefined) await endLeftover(leftover?.agentPid, programs.agent);
      const args = ['agent', '--data', folder.agent];
      add(
        supervise({
          name: 'agent',
          script: programs.agent,
          nodeArguments: programs.agentNodeArguments,
          args,
          logFile: log('agent'),
          adoptPid,
          onRestart: onProgress,
          onPid: (agentPid) => update({ agentPid }),
        }),
      );
    }
    const signInLink = await api.signInLink();
    return { ok: true, stack: { url, signInLink, stop, crashServer: () => server.crash() } };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Says it before anything starts: a server that cannot listen would be started again and again. */
async function requireFreePort(port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'is in use by another program'
          : `cannot be used (${error.code ?? error.message})`;
      reject(new Error(`port ${port} ${why}; choose another with CARILLON_PORT`));
    });
    probe.listen(port, '127.0.0.1', resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}

async function untilReady(api: LocalApi, logFile: string, signal: AbortSignal | undefined): Promise<void> {
  const deadline = Date.now() + readyDeadlineMs;
  while (!(await api.isReady())) {
    if (signal?.aborted) throw new Error('stopped before it was ready');
    if (Date.now() > deadline)
      throw new Error(`the server did not become ready in ${readyDeadlineMs / 1000} s; its log is ${logFile}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** One sentence about what already runs on the folder. */
export function describeRunning({ pid, running }: Extract<LockResult, { ok: false }>, folder: DataFolder): string {
  const where = running && isAlive(running.pid) ? running.url : 'still starting';
  return `Carillon is already running on ${folder.root}: ${where} (process ${pid}). Choose another folder and port with CARILLON_DATA and CARILLON_PORT.`;
}
