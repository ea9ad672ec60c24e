import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { ApiFailure } from '@carillon/contract/http/client';
import { jobSecretRoutes } from '@carillon/contract/http/job-secrets.routes';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { CliError, usageError } from '../lib/errors.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import { readAll } from '../lib/read-input.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { localTime } from '../lib/times.js';
import { addParts, addSetOptions, listOf, removeOne, type SetOptions, setValue, tellList } from './job-secrets.js';

/** `carillon secret set | list | show | rotate | allow | remove`: of channels, and with `--jobs` of jobs. */
export function addSecret(program: Command, cli: Cli): void {
  const command = program.command('secret').description('secrets that jobs and channels use');
  const set = command
    .command('set')
    .description('hand over a secret; its value comes from standard input, never from the command line')
    .argument('<name>', 'as jobs or channels name it');
  handle(addSetOptions(set), cli, async (session: Session, options: SetOptions, name: string) => {
    if (options.jobs !== undefined) return setValue(session, 'secret', name, options);
    if (options.expires !== undefined || options.description !== undefined)
      throw usageError('secret set: --expires and --description are of secrets for jobs; give --jobs too');
    await requireNotOfJobs(session, name);
    return setOfChannels(session, name);
  });
  const list = command.command('list').description('names of secrets and who uses them; never their values');
  handle(addListOptions(list), cli, async (session: Session, options: ListOptions) => {
    const ofChannels = await collectPages(options, (page) => session.call(channelRoutes.secrets, page));
    const ofJobs = await listOf(session, options, 'secret');
    if (session.json) return session.printJson([...ofChannels, ...ofJobs]);
    session.print('of channels:');
    session.table(
      ['NAME', 'SET BY', 'AT', 'USED BY'],
      ofChannels.map(({ name, author, updatedAt, usedBy }) => [
        name,
        author,
        localTime(updatedAt),
        usedBy.join(', ') || '-',
      ]),
    );
    session.print('of jobs:');
    tellList(session, ofJobs);
    return undefined;
  });
  addParts(command, cli, 'secret', 'name');
  const remove = command
    .command('remove')
    .description('forget a secret that nothing uses')
    .argument('<name>')
    .option('--of-jobs', 'the one that jobs are given, not the one of channels');
  handle(remove, cli, async (session: Session, options: { ofJobs?: boolean }, name: string) => {
    if (options.ofJobs) return removeOne(session, 'secret', name);
    await session.call(channelRoutes.removeSecret, { name });
    if (session.json) session.printJson({ name });
    else session.print(`secret ${safeText(name)} is forgotten`);
    return undefined;
  });
}

async function setOfChannels(session: Session, name: string): Promise<undefined> {
  const value = (await readAll(session.io.stdin, '<stdin>')).text.replace(/\r?\n$/, '');
  if (value === '') throw new CliError(`secret ${name}: expected its value on standard input, got nothing`, {});
  await session.call(channelRoutes.setSecret, { body: { name, value } });
  if (session.json) session.printJson({ name });
  else session.print(`secret ${safeText(name)} is set`);
  return undefined;
}

/** Whoever means a secret of jobs would otherwise make one for channels, and no host would get it. */
async function requireNotOfJobs(session: Session, name: string): Promise<void> {
  const found = await session.call(jobSecretRoutes.get, { purpose: 'secret', name }).catch((error: unknown) => {
    // There is none, or none that he may see; anything else is told.
    if (error instanceof ApiFailure && (error.status === 404 || error.status === 403)) return null;
    throw error;
  });
  if (found)
    throw usageError(
      `secret ${name} is for jobs: give it another value with carillon secret rotate ${name}; one for channels needs another name`,
    );
}
