import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The Wine of this machine, which runs Windows programs where there is no Windows. */
export type WineProgram =
  | { readonly kind: 'found'; readonly loader: string; readonly server: string; readonly version: string }
  | { readonly kind: 'missing'; readonly why: string };

/** What a Windows program left behind. */
export interface Ended {
  /** Linux sees the lowest 8 bits of an exit code: enough for zero or not, nothing else. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A Windows program that goes on until it is stopped. */
export interface Started {
  output(): string;
  /** Ends it as Task Manager would, unasked. */
  kill(): Promise<void>;
}

/** One Windows of our own: a folder with drive C, thrown away with it. */
export interface Wine {
  /** Where drive C is on this machine. */
  readonly driveC: string;
  /** How Windows programs name a file of this machine. */
  windowsPath(path: string): string;
  /** A Windows program from start to end; ended after some minutes. */
  run(program: string, args: readonly string[], env?: Record<string, string>): Promise<Ended>;
  start(program: string, args: readonly string[], env?: Record<string, string>): Started;
  /** Ends every program of this Windows. */
  stop(): Promise<void>;
}

export interface WineOptions {
  /** Variables that every program gets. */
  readonly env?: Record<string, string>;
  /** Programs of Windows that the caller puts others in place of, in System32: `schtasks.exe`. */
  readonly replaced?: readonly string[];
}

const timeoutMs = 200_000;
const debian = '/usr/lib/wine';

/** Finds a Wine that runs 64-bit programs. `CARILLON_WINE` names another loader. */
export function findWine(): WineProgram {
  if (process.platform === 'win32') return { kind: 'missing', why: 'this is Windows' };
  const folders = [debian, ...(process.env.PATH ?? '').split(delimiter)];
  const find = (...names: string[]) =>
    names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
  const loader = process.env.CARILLON_WINE || find('wine64', 'wine');
  const server = find('wineserver64', 'wineserver');
  if (!loader || !server) return { kind: 'missing', why: 'no wine64 on this machine (Debian: apt-get install wine64)' };
  const { stdout, error } = spawnSync(loader, ['--version'], { encoding: 'utf8', timeout: timeoutMs });
  if (error) return { kind: 'missing', why: `${loader} cannot be started: ${error.message}` };
  return { kind: 'found', loader, server, version: stdout.trim() };
}

/**
 * Makes a fresh Windows 10 in a folder; five seconds or so.
 * @throws Error with Wine's own words when it does not come up
 */
export async function startWine(
  { loader, server }: Extract<WineProgram, { kind: 'found' }>,
  folder: string,
  { env: own = {}, replaced = [] }: WineOptions = {},
): Promise<Wine> {
  const prefix = join(folder, 'prefix');
  const output = join(folder, 'output');
  mkdirSync(output, { recursive: true });
  const base = {
    PATH: process.env.PATH ?? '',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    // Wine links "Documents" and the like to it.
    HOME: folder,
    WINEPREFIX: prefix,
    WINEARCH: 'win64',
    WINEDEBUG: '-all',
    // No .NET, no HTML, no menus; of the programs in System32 that are replaced, the file is taken and not what Wine has built in.
    WINEDLLOVERRIDES: ['mscoree,mshtml=', 'winemenubuilder.exe=', ...replaced.map((name) => `${name}=n`)].join(';'),
    WINELOADER: loader,
    WINESERVER: server,
    ...own,
  };
  let count = 0;

  /** Node for Windows does not start with a pipe of Linux as its output: files it is. */
  const launch = (program: string, args: readonly string[], env: Record<string, string>, timeout?: number) => {
    count += 1;
    const files = ['out', 'err'].map((name) => join(output, `${count}.${name}`)) as [string, string];
    const [out, err] = files.map((file) => openSync(file, 'w')) as [number, number];
    const options: SpawnOptions = {
      env: { ...base, ...env },
      stdio: ['ignore', out, err],
      killSignal: 'SIGKILL',
      ...(timeout === undefined ? {} : { timeout }),
    };
    const child = spawn(loader, [program, ...args], options);
    for (const file of [out, err]) closeSync(file);
    return { child, read: () => files.map((file) => readFileSync(file, 'utf8')) as [string, string] };
  };

  const run = async (program: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> => {
    const { child, read } = launch(program, args, env, timeoutMs);
    const [code] = (await once(child, 'exit')) as [number | null];
    const [stdout, stderr] = read();
    if (code === null) throw new Error(`${program}: no end within ${timeoutMs / 1000} s: ${stdout}${stderr}`);
    return { code, stdout, stderr };
  };

  const wineserver = async (argument: string) => {
    const child = spawn(server, [argument], { env: base, stdio: 'ignore', timeout: timeoutMs });
    await once(child, 'exit');
  };

  const isUp = () => existsSync(join(prefix, 'drive_c/windows/system32'));
  const boot = await run('wineboot', ['-i']);
  await wineserver('-w');
  if (!isUp()) {
    // Several that begin at once on a loaded machine: one may end without a word, and comes up the next time.
    await run('wineboot', ['-i']);
    await wineserver('-w');
  }
  if (!isUp()) throw new Error(`Wine did not come up: ${boot.stdout}${boot.stderr}`);
  await run('winecfg', ['-v', 'win10']);
  return {
    driveC: join(prefix, 'drive_c'),
    windowsPath: (path) => {
      const drive = join(prefix, 'drive_c');
      const [letter, rest] = path.startsWith(`${drive}/`) ? ['C:', path.slice(drive.length)] : ['Z:', path];
      return letter + rest.replaceAll('/', '\\');
    },
    run,
    start: (program, args, env = {}) => {
      const { child, read } = launch(program, args, env);
      const ended = once(child, 'exit');
      return {
        output: () => read().join(''),
        kill: async () => {
          if (child.kill('SIGKILL')) await ended;
        },
      };
    },
    stop: () => wineserver('-k'),
  };
}
