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
