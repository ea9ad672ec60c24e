import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freePort } from '@carillon/stack/embedded-postgres';
import { fastFolder } from '@carillon/testkit/fast-folder';

const repository = resolve(import.meta.dirname, '../../../..');

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The product as a person starts it: `npm start` on a folder and port of its own. */
export interface Product {
  readonly url: string;
  readonly folder: string;
  /** The link of the ready line. */
  readonly signInLink: string;
  /** Everything the console showed. */
  output(): string;
  /** Until the console shows it. */
  shows(pattern: RegExp): Promise<unknown>;
  /** One command line of `carillon`, in this process. */
  cli(...args: string[]): Promise<CliResult>;
  /** The same as a process of its own, as a person types it: a third of a second of a processor each. */
  command(...args: string[]): Promise<CliResult>;
  /** `cli` with `--json`, parsed; throws when it fails. */
  json<T>(...args: string[]): Promise<T>;
  running(): { serverPid: number; agentPid: number; schedulerPid: number };
  /** `kill -9` of what was started by hand: the process that supervises the others. */
  kill(): Promise<unknown>;
  /** Ctrl-C; resolves with the exit code when it has ended. */
  stop(): Promise<number | null>;
}

/**
 * Runs `npm start`'s script until its ready line. Everything is thrown away by `dispose`.
 * @param again starts on the folder and port of an earlier product
 */
export async function startProduct(
  env: Record<string, string> = {},
  again?: Pick<Product, 'folder' | 'url'>,
  args: readonly string[] = [],
): Promise<Product & { dispose(): Promise<void> }> {
  const folder = again?.folder ?? mkdtempSync(join(fastFolder(), 'carillon-whole-'));
  const port = again ? Number(new URL(again.url).port) : await freePort();
  const environment = {
    ...process.env,
    DATABASE_URL: '',
    REDIS_URL: '',
    CARILLON_DATA: folder,
    CARILLON_PORT: String(port),
    ...env,
  };
  const child = spawn(process.execPath, [join(repository, 'tools/start.mjs'), ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const console = collect(child);
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  const line = await console.waitFor(/Carillon is ready: (\S+)/, ended);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
    return ended;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    folder,
    signInLink: line[1] ?? '',
    output: console.text,
    shows: (pattern) => console.waitFor(pattern, ended),
    cli: (...args) => runCliHere(args, environment),
    command: (...args) => runCli(args, environment),
    json: async <T>(...args: string[]) => {
      const result = await runCliHere([...args, '--json'], environment);
      if (result.code !== 0) throw new Error(`carillon ${args.join(' ')} exited with ${result.code}: ${result.stderr}`);
      return JSON.parse(result.stdout) as T;
    },
    kill: () => {
      child.kill('SIGKILL');
      return ended;
    },
    running: () => JSON.parse(readFileSync(join(folder, 'running.json'), 'utf8')),
    stop,
    dispose: async () => {
      await stop();
      if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Asks again until the answer will do. The test's own timeout bounds it. */
export async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((done) => setTimeout(done, 400));
  }
}

/** One command line of `carillon` as a process, to its end. */
export function runCli(args: string[], env: NodeJS.ProcessEnv): Promise<CliResult> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(repository, 'apps/cli/bin/carillon.mjs'), ...args],
      { env, cwd: repository, maxBuffer: 32 * 1024 * 1024 },
      (error, stdout, stderr) => {
        done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
      },
    );
  });
}

/**
 * The same command line without a process of its own, whose start would take a third of a second of a processor from
 * what is waited for.
 */
async function runCliHere(args: string[], env: NodeJS.ProcessEnv): Promise<CliResult> {
  const program = pathToFileURL(join(repository, 'apps/cli/dist/program.js')).href;
  const { runCli: run } = await import(/* @vite-ignore */ program);
  const written = { stdout: '', stderr: '' };
  const sink = (stream: keyof typeof written) => ({
    isTTY: false,
    write: (text: string) => {
      written[stream] += text;
    },
  });
  const code: number = await run(args, {
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    stdin: [],
    env,
    cwd: repository,
    repository: `${repository}/`,
    userName: 'tester',
    now: () => Date.now(),
    sleep: (ms: number) => new Promise((done) => setTimeout(done, ms)),
  });
  return { code, ...written };
}

function collect(child: ChildProcess) {
  let text = '';
  const listeners = new Set<() => void>();
  const add = (bytes: Buffer) => {
    text += bytes.toString('utf8');
    for (const listener of listeners) listener();
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return {
    text: () => text,
    waitFor: (pattern: RegExp, ended: Promise<unknown>) =>
      new Promise<RegExpExecArray>((done, fail) => {
        const look = () => {
          const match = pattern.exec(text);
          if (!match) return;
          listeners.delete(look);
          done(match);
        };
        listeners.add(look);
        look();
        void ended.then(() => fail(new Error(`ended before ${pattern}: ${text}`)));
      }),
  };
}
