import { inventoryRoutes } from '@carillon/contract/http/inventory.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { type Cli, handle } from '../lib/command.js';
import { CliError } from '../lib/errors.js';
import { countOf, describeChange, warningLines } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';

interface AdoptOptions {
  readonly host?: string[] | undefined;
  readonly name?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly undo?: boolean | undefined;
}

type Plan = Response<typeof inventoryRoutes.plan>;

/** `carillon adopt WHAT` and `carillon adopt --undo JOB`. */
export function addAdopt(program: Command, cli: Cli): void {
  const command = program
    .command('adopt')
    .description(
      'turn a task of hosts, or a group of similar ones, into a job; the task itself is switched off and kept',
    )
    .argument('<what>', "a task's path such as \\Backup\\Nightly, or the id of a group (see inventory)")
    .option('--host <name...>', 'only on these hosts')
    .option('--name <name>', "the job's name (default: the task's)")
    .option('--dry-run', 'print the job files, change nothing')
    .option('--undo', 'give the tasks back that the job <what> stands in for: as they were, and the job is deleted');
  handle(command, cli, async (session: Session, options: AdoptOptions, what: string) => {
    if (options.undo) return undo(session, what);
    const plan = await session.call(inventoryRoutes.plan, {
      body: {
        what,
        ...(options.host === undefined ? {} : { hosts: options.host }),
        ...(options.name === undefined ? {} : { name: options.name }),
      },
    });
    if (options.dryRun) return show(session, plan);
    return apply(session, plan);
  });
}

function show(session: Session, plan: Plan): number {
  if (session.json) session.printJson(plan);
  else {
    if (plan.jobs.length > 0) session.print(plan.jobs.map(fileOf).join('---\n').trimEnd());
    printRefused(session, plan);
  }
  return plan.jobs.length > 0 ? 0 : 1;
}

/** A job file, with what will not be the same above it. */
function fileOf({ document, notes }: Plan['jobs'][number]): string {
  return `${notes.map(({ message }) => `# not the same: ${safeText(message)}\n`).join('')}${stringify(document)}`;
}

function printRefused(session: Session, { refused }: Plan): void {
  for (const { host, path, problems } of refused)
    session.print(
      `# refused: ${safeText(host)} ${safeText(path)}: ${problems.map(({ message }) => safeText(message)).join('; ')}`,
    );
}

async function apply(session: Session, plan: Plan): Promise<number | undefined> {
  if (plan.jobs.length === 0) {
    const lines = plan.refused.map(
      ({ host, path, problems }) => `${host} ${path}: ${problems.map(({ message }) => message).join('; ')}`,
    );
    throw new CliError('none of these tasks can be a job; nothing was changed', { code: 'conflict', lines });
  }
  const author = session.io.userName;
  const body = {
    documents: plan.jobs.map(({ document }) => document),
    dryRun: false,
    allowNoHosts: false,
    ...(author === undefined ? {} : { author }),
  };
  const answer = await session.call(jobRoutes.apply, { body });
  if (session.json) {
    session.printJson({ ...answer, refused: plan.refused });
    return undefined;
  }
  for (const [index, result] of answer.results.entries()) {
    session.print(describeChange(result));
    for (const line of warningLines(result)) session.io.stderr.write(`${line}\n`);
    for (const { message } of plan.jobs[index]?.notes ?? []) session.print(`  not the same: ${safeText(message)}`);
  }
  printRefused(session, plan);
  session.print('each host switches its own task off once the job is registered there; adopt --undo JOB gives it back');
  return undefined;
}

async function undo(session: Session, name: string): Promise<undefined> {
  const { spec } = await session.call(jobRoutes.get, { name });
  const replaces = (spec as { replaces?: unknown }).replaces;
  if (!Array.isArray(replaces) || replaces.length === 0)
    throw new CliError(`job ${name} stands in for no task; see carillon delete`, { code: 'conflict' });
  const removed = await session.call(jobRoutes.remove, { name });
  if (session.json) return session.printJson({ ...removed, replaces });
  session.print(
    `deleted job ${safeText(removed.name)}; ${countOf(removed.hosts, 'host')} will have ${replaces.map((path) => safeText(String(path))).join(', ')} back as before`,
  );
  return undefined;
}
