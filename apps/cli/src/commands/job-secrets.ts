import { jobSecretRoutes } from '@carillon/contract/http/job-secrets.routes';
import type { Response } from '@carillon/contract/http/route';
import type { VaultPurpose } from '@carillon/core/secrets/secret-use';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { CliError } from '../lib/errors.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import { countOf } from '../lib/print.js';
import { readAll } from '../lib/read-input.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { localTime, parseUntil } from '../lib/times.js';

export type JobSecret = Response<typeof jobSecretRoutes.get>;

export interface SetOptions {
  readonly jobs?: readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly expires?: string | undefined;
}

const words = { secret: 'secret', account: 'password of account' } as const;

/** `carillon account list | show | set | rotate | allow | remove`: accounts that jobs run as, and their passwords. */
export function addAccount(program: Command, cli: Cli): void {
  const command = program.command('account').description('accounts that jobs run as, and their passwords');
  const list = command
    .command('list')
    .description('accounts of jobs: who uses them, where, and until when they are good');
  handle(addListOptions(list), cli, async (session: Session, options: ListOptions) => {
    const accounts = await listOf(session, options, 'account');
    if (session.json) return session.printJson(accounts);
    if (accounts.length === 0) return session.print('no job runs as an account with a password');
    tellList(session, accounts);
    return undefined;
  });
  const set = command
    .command('set')
    .description('hand over the password of an account; it comes from standard input, never from the command line')
    .argument('<account>', 'CORP\\etl, .\\etl (of the host itself) or etl@corp.example');
  handle(addSetOptions(set), cli, (session: Session, options: SetOptions, name: string) =>
    setValue(session, 'account', name, options),
  );
  addParts(command, cli, 'account', 'account');
}

/** What can be done with each thing that the centre keeps for jobs. */
export function addParts(command: Command, cli: Cli, purpose: VaultPurpose, argument: string): void {
  const show = command
    .command('show')
    .description('for which jobs it is, who uses it, and which host has which value')
    .argument(`<${argument}>`);
  handle(addListOptions(show), cli, async (session: Session, options: ListOptions, name: string) => {
    const one = await session.call(jobSecretRoutes.get, { purpose, name });
    const hosts = await collectPages(options, (page) =>
      session.call(jobSecretRoutes.hosts, { purpose, name, ...page }),
    );
    if (session.json) return session.printJson({ ...one, hosts: { ...one.hosts, items: hosts } });
    tellOne(session, one);
    if (hosts.length === 0) return undefined;
    session.table(
      ['HOST', 'STATE', 'VERSION', 'JOBS', 'WHY'],
      hosts.map(({ host, state, version, jobs, code, message }) => [
        host,
        state === 'failed' ? { text: state, colour: 'red' as const } : state,
        version === null ? '-' : String(version),
        jobs.join(', '),
        message ?? code ?? '',
      ]),
    );
    return undefined;
  });
  const rotate = command
    .command('rotate')
    .description('another value, on all hosts; it comes from standard input')
    .argument(`<${argument}>`)
    .option('--expires <when>', 'until when it is good: 90d (from now on), or 2026-03-01T08:00');
  handle(rotate, cli, async (session: Session, options: SetOptions, name: string) => {
    await session.call(jobSecretRoutes.get, { purpose, name });
    return setValue(session, purpose, name, options);
  });
  const allow = command
    .command('allow')
    .description('let further jobs use it')
    .argument(`<${argument}>`)
    .argument('<jobs...>', 'names, or patterns such as etl-*');
  handle(allow, cli, async (session: Session, _options: object, name: string, jobs: string[] = []) => {
    const { jobs: before } = await session.call(jobSecretRoutes.get, { purpose, name });
    const body = { purpose, name, jobs: [...new Set([...before, ...jobs])] };
    const one = await session.call(jobSecretRoutes.set, { body });
    if (session.json) session.printJson(one);
    else session.print(`${words[purpose]} ${safeText(name)} is for ${safeText(one.jobs.join(', '))}`);
  });
  if (purpose === 'secret') return;
  const remove = command.command('remove').description('forget it, when no job uses it').argument(`<${argument}>`);
  handle(remove, cli, async (session: Session, _options: object, name: string) => removeOne(session, purpose, name));
}

export function addSetOptions(command: Command): Command {
  return command
    .option('--jobs <jobs...>', 'jobs that may use it: names, or patterns such as etl-*')
    .option('--description <text>', 'what it is')
    .option('--expires <when>', 'until when it is good: 90d (from now on), or 2026-03-01T08:00');
}

/** Hands over a value from standard input. @throws CliError when there is none */
export async function setValue(
  session: Session,
  purpose: VaultPurpose,
  name: string,
  options: SetOptions,
): Promise<undefined> {
  const value = (await readAll(session.io.stdin, '<stdin>')).text.replace(/\r?\n$/, '');
  if (value === '') throw new CliError(`${words[purpose]} ${name}: expected it on standard input, got nothing`, {});
  const { jobs, description, expires } = options;
  const body = {
    ...{ purpose, name, value },
    ...(jobs === undefined ? {} : { jobs: [...jobs] }),
    ...(description === undefined ? {} : { description }),
    ...(expires === undefined ? {} : { expiresAt: parseUntil(expires, session.io.now(), '--expires') }),
  };
  const one = await session.call(jobSecretRoutes.set, { body });
  if (session.json) session.printJson(one);
  else {
    session.print(`${words[purpose]} ${safeText(name)} is set, version ${one.version}; ${hostsText(one)}`);
    if (one.jobs.length === 0) session.note(`no job may use it yet: carillon ${purpose} allow ${safeText(name)} JOB`);
    else if (one.notFor.length > 0)
      session.note(`it is not for ${safeText(one.notFor.join(', '))}, which names it: carillon ${purpose} allow`);
  }
  return undefined;
}

export async function removeOne(session: Session, purpose: VaultPurpose, name: string): Promise<undefined> {
  await session.call(jobSecretRoutes.remove, { purpose, name });
  if (session.json) session.printJson({ purpose, name });
  else session.print(`${words[purpose]} ${safeText(name)} is forgotten`);
  return undefined;
}

export function listOf(session: Session, options: ListOptions, purpose: VaultPurpose): Promise<JobSecret[]> {
  return collectPages(options, (page) => session.call(jobSecretRoutes.list, { purpose, ...page }));
}

export function tellList(session: Session, all: readonly JobSecret[]): void {
  session.table(
    ['NAME', 'VERSION', 'FOR JOBS', 'USED BY', 'HOSTS', 'GOOD UNTIL'],
    all.map((one) => [
      one.name,
      one.version === null ? 'set on hosts' : String(one.version),
      one.jobs.join(', ') || '-',
      one.usedBy.join(', ') || '-',
      hostsText(one),
      one.expiresAt === null ? '-' : localTime(one.expiresAt),
    ]),
  );
}

function tellOne(session: Session, one: JobSecret): void {
  const { name, version, description, author, updatedAt } = one;
  session.print(`${safeText(name)}${description ? `: ${safeText(description)}` : ''}`);
  session.print(
    version === null || author === null || updatedAt === null
      ? 'the centre has no password of it; each host has its own'
      : `version ${version}, set by ${safeText(author)} at ${localTime(updatedAt)}`,
  );
  if (one.expiresAt !== null) session.print(`good until ${localTime(one.expiresAt)}`);
  session.print(`for jobs: ${safeText(one.jobs.join(', ') || 'none')}`);
  session.print(`used by: ${safeText(one.usedBy.join(', ') || 'none')}`);
  if (one.notFor.length > 0) session.note(`not for, and used by: ${safeText(one.notFor.join(', '))}`);
  session.print(hostsText(one));
}

/** `3 hosts: 2 have it, 1 waits`. */
function hostsText({ hosts }: JobSecret): string {
  const { total, waiting, stored, verified, own, failed } = hosts;
  const parts = [
    [stored + verified, 'have it'],
    [waiting, 'wait'],
    [own, 'have their own'],
    [failed, 'failed'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return total === 0 ? 'no hosts' : `${countOf(total, 'host')}: ${told.join(', ')}`;
}
