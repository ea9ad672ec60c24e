import { spawn } from 'node:child_process';
import { userInfo } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Somewhere text goes. */
export interface Sink {
  readonly isTTY: boolean;
  write(text: string): void;
}

/** Everything a command knows of the world around it; tests bring their own. */
export interface Io {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Pieces of standard input. */
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Root of the repository that this program is part of. */
  readonly repository: string;
  readonly userName: string | undefined;
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Runs a program with our own standard streams, passes signals on, gives its exit code. */
  runChild(command: string, args: readonly string[], env: Record<string, string>): Promise<number>;
}

/** The real world. */
export function nodeIo(): Io {
  return {
    stdout: sinkOf(process.stdout),
    stderr: sinkOf(process.stderr),
    stdin: process.stdin,
    env: process.env,
    cwd: process.cwd(),
    // <repository>/apps/cli/{src,dist}/lib/io
    repository: fileURLToPath(new URL('../../../../', import.meta.url)),
    userName: currentUser(),
    now: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    runChild,
  };
}

function sinkOf(stream: NodeJS.WriteStream): Sink {
  return { isTTY: stream.isTTY === true, write: (text) => void stream.write(text) };
}

function currentUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined; // an account without an entry, as in some containers
  }
}

const forwardedSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const signalNumbers: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

function runChild(command: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
    const forward = (signal: NodeJS.Signals) => void child.kill(signal);
    for (const signal of forwardedSignals) process.on(signal, forward);
    const release = () => {
      for (const signal of forwardedSignals) process.off(signal, forward);
    };
    child.once('error', (error) => {
      release();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      release();
      resolve(code ?? 128 + ((signal && signalNumbers[signal]) || 0));
    });
  });
}
