import { resolve } from 'node:path';
import { type BackupNote, backupStack, restoreStack } from '@carillon/stack/backup';
import { type DataFolder, dataFolderAt } from '@carillon/stack/data-folder';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { findDataFolder } from '../lib/connection.js';
import { CliError } from '../lib/errors.js';
import type { Session } from '../lib/session.js';

const afterwards = 'Agents send again what the backup lacks; see docs/operations.md for what to do besides.';

/** `carillon backup` and `carillon restore`, of what `npm start` keeps on this machine. */
export function addBackup(program: Command, cli: Cli): void {
  const backup = program
    .command('backup')
    .description('copy the database, signing key and admin token of the Carillon on this machine, while it works')
    .argument('<folder>', 'a new or empty folder; keep it closed, who has it can run programs on hosts');
  handle(backup, cli, async (session: Session, _options: object, to: string) => {
    const folder = dataFolderOf(session);
    show(session, await told(() => backupStack(folder, resolve(session.io.cwd, to))), `backup of ${folder.root}`);
    return undefined;
  });
  const restore = program
    .command('restore')
    .description('put a backup in place; Carillon must be stopped')
    .argument('<folder>', 'what `carillon backup` made')
    .option('--replace', 'also where there is a database already, which is then gone');
  handle(restore, cli, async (session: Session, { replace }: { replace?: boolean }, from: string) => {
    const folder = dataFolderOf(session, `${session.io.repository}/.carillon`);
    const source = resolve(session.io.cwd, from);
    show(
      session,
      await told(async () => restoreStack(folder, source, { replace: replace === true })),
      `put into ${folder.root}`,
    );
    if (!session.json) session.note(afterwards);
    return undefined;
  });
}

function dataFolderOf(session: Session, fallback?: string): DataFolder {
  const path = findDataFolder(session.io) ?? fallback;
  if (path === undefined)
    throw new CliError('there is no .carillon folder here or above; say which with CARILLON_DATA');
  return dataFolderAt(path);
}

function show(session: Session, note: BackupNote, what: string): void {
  if (session.json) session.printJson(note);
  else session.print(`${what}: ${(note.bytes / 1024 / 1024).toFixed(1)} MiB, taken ${note.takenAt}`);
}

/** What the stack refuses is told as it stands. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new CliError(error instanceof Error ? error.message : String(error));
  }
}
