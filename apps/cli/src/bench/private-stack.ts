import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalApi } from '@carillon/stack/api';
import { type DataFolder, dataFolderAt } from '@carillon/stack/data-folder';
import { programsOf } from '@carillon/stack/programs';
import { startStack } from '@carillon/stack/start';

/** A whole product of its own: database, server, emulated Task Scheduler and agent, in a folder that goes with it. */
export interface PrivateStack {
  readonly api: LocalApi;
  readonly folder: DataFolder;
  readonly url: string;
  /** `kill -9` of the server, which is then started again. */
  crashServer(): void;
}

export interface PrivateStackOptions {
  /** Also an emulated Task Scheduler and an agent of this machine's own. */
  readonly localAgent: boolean;
  readonly redisUrl?: string | undefined;
  /** More configuration of the server. */
  readonly serverEnvironment?: Readonly<Record<string, string>>;
}

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Lends a private stack to a piece of work, and takes everything down afterwards, also when interrupted. It listens on
 * the loopback only.
 * @throws Error when the product is not built, or does not become ready
 */
export async function withPrivateStack<Result>(
  repository: string,
  onProgress: (text: string) => void,
  work: (stack: PrivateStack, signal: AbortSignal) => Promise<Result>,
  options: PrivateStackOptions = { localAgent: true },
): Promise<Result> {
  const folder = dataFolderAt(mkdtempSync(join(tmpdir(), 'carillon-private-')));
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort(new Error('interrupted'));
  // Also the second one: who is impatient must not leave a database behind.
  for (const name of endingSignals) process.on(name, interrupt);
  // Who reads what we say may go before we are done, as `head` does.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', interrupt);
  try {
    const started = await startStack({
      folder,
      programs: programsOf(repository),
      port: await freePort(),
      ...options,
      onProgress,
      signal: interrupted.signal,
    });
    if (!started.ok) throw new Error(`${folder.root} is in use by process ${started.running.pid}`);
    const { stack } = started;
    try {
      return await work({ ...stack, api: new LocalApi(stack.url, folder.adminTokenFile), folder }, interrupted.signal);
    } finally {
      await stack.stop();
    }
  } finally {
    for (const name of endingSignals) process.off(name, interrupt);
    for (const stream of [process.stdout, process.stderr]) stream.off('error', interrupt);
    rmSync(folder.root, { recursive: true, force: true });
  }
}

/** One that nobody listens on now; somebody else may still take it before we do, which starting then says. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
