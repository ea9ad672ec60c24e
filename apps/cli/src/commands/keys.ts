import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { findDataFolder } from '../lib/connection.js';
import { CliError, usageError } from '../lib/errors.js';
import type { Session } from '../lib/session.js';

const acts = ['list', 'rotate', 'revoke', 'believe'];

/** What the server's own program for its keys offers. */
interface KeysTool {
  runKeysTool(words: readonly string[], env: NodeJS.ProcessEnv): string;
}

/** `carillon keys`: works on the files of the server on this machine; nothing of it goes over the network. */
export function addKeys(program: Command, cli: Cli): void {
  const command = program
    .command('keys')
    .description('keys that sign what hosts obey, of the server on this machine: list, rotate, revoke ID, believe')
    .argument('[act]', 'list, rotate, revoke or believe (the database counts as accepted, as after a restore)', 'list')
    .argument('[id]', 'for revoke: a retired key, as list prints it')
    .option('--revoke', 'for rotate: what the former key signed is not good any more');
  handle(command, cli, async (session: Session, { revoke }: { revoke?: boolean }, act: string, id?: string) => {
    if (!acts.includes(act)) throw usageError(`keys: expected ${acts.join(', ')}, got ${act}`);
    const words = [act, ...(id === undefined ? [] : [id]), ...(revoke ? ['--revoke'] : [])];
    session.print((await told(session, words)).trimEnd());
  });
}

async function told(session: Session, words: readonly string[]): Promise<string> {
  const { repository, env } = session.io;
  const data = findDataFolder(session.io);
  if (data === undefined && !env.CARILLON_SIGNER_KEY_FILE)
    throw new CliError('there is no .carillon folder here or above; say which with CARILLON_DATA');
  const path = join(repository, 'apps/server/dist/bundle/keys-tool.js');
  const tool = (await import(pathToFileURL(path).href)) as KeysTool;
  try {
    return tool.runKeysTool(words, { ...env, ...(data === undefined ? {} : { CARILLON_DATA: data }) });
  } catch (error) {
    throw new CliError(error instanceof Error ? error.message : String(error));
  }
}
