import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import { delimiter, join } from 'node:path';
import { freePort } from './embedded-postgres.js';

export interface RedisServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export type RedisProgram =
  | { readonly kind: 'found'; readonly program: string; readonly libraries?: string }
  | { readonly kind: 'missing'; readonly why: string };

/**
 * Finds a Redis server: on the PATH, unpacked by an earlier call, or Debian's package unpacked into `cache`
 * without touching the system. Redis is optional in the product; tests and drills look for it.
 * @param fetching whether Debian's package may be downloaded; a drill takes what is there
 */
export function findRedis(cache: string, { fetching = true } = {}): RedisProgram {
  for (const name of ['redis-server', 'valkey-server']) {
    const program = onPath(name);
    if (program) return { kind: 'found', program };
  }
  const unpacked = join(cache, 'usr/bin/redis-server');
  if (!existsSync(unpacked)) {
    const why = fetching ? unpackDebianRedis(cache) : 'no redis-server on the PATH';
    if (why !== undefined) return { kind: 'missing', why };
  }
  const libraries = readdirSync(join(cache, 'usr/lib')).find((name) => name.endsWith('-linux-gnu'));
  return { kind: 'found', program: unpacked, ...(libraries ? { libraries: join(cache, 'usr/lib', libraries) } : {}) };
}

/** Starts Redis on 127.0.0.1 and a free port, as a deployment runs it: append-only file, nothing evicted. */
export async function startRedis(
  found: Extract<RedisProgram, { kind: 'found' }>,
  folder: string,
  wantedPort?: number,
): Promise<RedisServer> {
  mkdirSync(folder, { recursive: true });
  const port = wantedPort ?? (await freePort());
  const args = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--dir',
    folder,
    '--appendonly',
    'yes',
    '--maxmemory-policy',
    'noeviction',
    '--save',
    '',
  ];
  const env = found.libraries ? { ...process.env, LD_LIBRARY_PATH: found.libraries } : process.env;
  const child = spawn(found.program, args, { env, stdio: 'ignore', windowsHide: true });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await untilListening(port, child);
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders
    .map((folder) => join(folder, process.platform === 'win32' ? `${name}.exe` : name))
    .find((path) => existsSync(path));
}

const debianPackages = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'];

/** @returns why it could not be done */
function unpackDebianRedis(cache: string): string | undefined {
  if (process.platform !== 'linux' || !onPath('apt-get') || !onPath('dpkg')) return 'no redis-server on the PATH';
  mkdirSync(cache, { recursive: true });
  try {
    execFileSync('apt-get', ['download', ...debianPackages], { cwd: cache, stdio: 'ignore', timeout: 60_000 });
    for (const file of readdirSync(cache).filter((name) => name.endsWith('.deb'))) {
      execFileSync('dpkg', ['-x', file, '.'], { cwd: cache, stdio: 'ignore' });
    }
    return existsSync(join(cache, 'usr/bin/redis-server')) ? undefined : 'the Debian package holds no redis-server';
  } catch (error) {
    return `no redis-server on the PATH and apt-get download failed (${String(error).split('\n')[0]})`;
  }
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await canConnect(port))) {
    if (child.exitCode !== null) throw new Error(`redis-server ended with exit code ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error('redis-server did not answer within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
