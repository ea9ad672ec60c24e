import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import pg from 'pg';
import { isAlive, writeFileAtomic } from './data-folder.js';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import {
  type Account,
  isReachableBy,
  makeOwnedFolder,
  postgresAccount,
  reachableBinaries,
  reachableFolderFor,
} from './unprivileged.js';

export interface EmbeddedPostgresOptions {
  /** Where the cluster and its password live. */
  readonly folder: string;
  /** Fixed port; a free one when left out. */
  readonly port?: number;
  /** Progress for people. */
  readonly onProgress?: (text: string) => void;
  /** False only for databases that tests throw away: commits are then not flushed to disk. */
  readonly durable?: boolean;
}

export interface EmbeddedPostgres {
  /** Connection string of the maintenance database `postgres`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  urlOf(database: string): string;
  /** The same as a role that owns nothing, which the server makes. */
  serverUrlOf(database: string): string;
  /** Clean stop; resolves when the server has ended. */
  stop(): Promise<void>;
  /** Resolves when the server has ended for whatever reason. */
  readonly ended: Promise<void>;
}

const startDeadlineMs = 60_000;

/**
 * Starts a real Postgres server on 127.0.0.1 from binaries that npm installed, making its cluster the first time.
 * Works as root too (the server then runs under an account that owns nothing).
 * @throws Error with the server's own last words when it does not come up
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const account = postgresAccount();
  const binaries = await findPostgresBinaries();
  const home = embeddedHome(options.folder);
  if (home !== options.folder)
    options.onProgress?.(`database files are in ${home}: ${options.folder} is closed to other accounts`);
  const bin = join(account ? reachableBinaries(account, binaries.root, home) : binaries.root, 'bin');
  const cluster = join(home, 'cluster');
  const tools = {
    initdb: join(bin, basename(binaries.initdb)),
    postgres: join(bin, basename(binaries.postgres)),
    pgCtl: join(bin, basename(binaries.pgCtl)),
  };

  await endLeftover(cluster, options.onProgress);
  const password = await makeCluster(tools, home, cluster, account, options.onProgress);
  const port = options.port ?? (await freePort());
  const child = launch(tools.postgres, cluster, port, account, options.durable ?? true);
  const lastWords = keepLastWords(child);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const urlOf = (database: string) => `postgresql://carillon:${password}@127.0.0.1:${port}/${database}`;
  // Of the owner's, so that a backup that is put back elsewhere fits.
  const serverPassword = createHmac('sha256', password).update('carillon_server').digest('base64url');
  const serverUrlOf = (database: string) =>
    `postgresql://carillon_server:${serverPassword}@127.0.0.1:${port}/${database}`;
  await waitUntilReady(urlOf('postgres'), child, lastWords);
  return {
    url: urlOf('postgres'),
    port,
    pid: child.pid ?? 0,
    urlOf,
    serverUrlOf,
    ended,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) requestStop(child, tools.pgCtl, cluster);
      await ended;
    },
  };
}

/** Where the files of a cluster really are: a folder that is closed to Postgres' account has them elsewhere. */
export function embeddedHome(folder: string): string {
  const account = postgresAccount();
  return account && !isReachableBy(account, folder) ? reachableFolderFor(folder) : folder;
}

/** A free TCP port of 127.0.0.1. Somebody else may take it before it is used; the caller then sees EADDRINUSE. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  return address.port;
}

/** A server that a killed supervisor left behind still holds the cluster: end it in good order. */
async function endLeftover(cluster: string, onProgress: EmbeddedPostgresOptions['onProgress']): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return;
  onProgress?.('stopping the database that an earlier start left running');
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + 30_000;
  while (isAlive(pid) && existsSync(file) && Date.now() < deadline) await pause(50);
}

async function makeCluster(
  tools: Pick<PostgresBinaries, 'initdb'>,
  home: string,
  cluster: string,
  account: Account | undefined,
  onProgress: EmbeddedPostgresOptions['onProgress'],
): Promise<string> {
  const passwordFile = join(home, 'password');
  if (existsSync(join(cluster, 'PG_VERSION')) && existsSync(passwordFile))
    return readFileSync(passwordFile, 'utf8').trim();
  onProgress?.('making the database');
  makeOwnedFolder(home, account);
  rmSync(cluster, { recursive: true, force: true }); // Half-made by a start that was killed.
  const password = randomBytes(24).toString('base64url');
  const once = join(home, 'initdb-password');
  writeFileSync(once, password, { mode: 0o600 });
  if (account) chownSync(once, account.uid, account.gid);
  const args = [
    '-D',
    cluster,
    '-U',
    'carillon',
    '-A',
    'scram-sha-256',
    '--pwfile',
    once,
    '-E',
    'UTF8',
    '--locale=C',
    '--no-instructions',
  ];
  const child = spawn(tools.initdb, args, {
    ...account,
    env: cleanEnvironment(),
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const lastWords = keepLastWords(child);
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
  rmSync(once, { force: true });
  if (code !== 0) throw new Error(`initdb failed (exit ${code}): ${lastWords()}`);
  writeFileAtomic(passwordFile, `${password}\n`);
  return password;
}

function launch(
  postgres: string,
  cluster: string,
  port: number,
  account: Account | undefined,
  durable: boolean,
): ChildProcess {
  const settings = {
    listen_addresses: '127.0.0.1',
    // Sockets in the file system would need a short path; TCP on loopback is enough.
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const args = [
    '-D',
    cluster,
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  // Detached: Ctrl-C in the terminal must reach the supervisor first, which stops the database last.
  return spawn(postgres, args, {
    ...account,
    env: cleanEnvironment(),
    cwd: cluster,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
}

async function waitUntilReady(url: string, child: ChildProcess, lastWords: () => string): Promise<void> {
  const deadline = Date.now() + startDeadlineMs;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`Postgres ended while starting: ${lastWords()}`);
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    try {
      await client.connect();
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        child.kill('SIGKILL');
        throw new Error(`Postgres did not come up in ${startDeadlineMs / 1000} s: ${lastWords()}`, { cause: error });
      }
      await pause(20);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function requestStop(child: ChildProcess, pgCtl: string, cluster: string): void {
  // SIGINT is Postgres' fast shutdown; Windows has no signals, there pg_ctl asks by a named event.
  if (process.platform !== 'win32') child.kill('SIGINT');
  else spawn(pgCtl, ['stop', '-D', cluster, '-m', 'fast', '-W'], { stdio: 'ignore', windowsHide: true });
}

function keepLastWords(child: ChildProcess): () => string {
  let text = '';
  const add = (bytes: Buffer) => {
    text = (text + bytes.toString('utf8')).slice(-2_000);
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => text.trim() || 'it said nothing';
}

/** PG* variables of the caller's shell must not steer our private server. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env)
      .filter(([name]) => !name.startsWith('PG'))
      .concat([['LC_ALL', 'C']]),
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
