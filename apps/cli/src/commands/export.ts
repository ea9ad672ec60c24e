import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { limits } from '@carillon/contract/limits';
import { jobDocument } from '@carillon/core/job/job-document';
import type { JobSpec } from '@carillon/core/job/job-spec';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { type Cli, handle } from '../lib/command.js';
import { usageError } from '../lib/errors.js';
import { collectPages, positiveInteger } from '../lib/pages.js';
import { safeLines } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';

interface ExportOptions {
  readonly all?: boolean | undefined;
  readonly version?: number | undefined;
  readonly output?: string | undefined;
}

interface Exported {
  readonly name: string;
  readonly version: number;
  readonly text: string;
}

/** `carillon export NAME…`. */
export function addExport(program: Command, cli: Cli): void {
  const command = program
    .command('export')
    .description('write jobs as files that `apply` reads, with their comments')
    .argument('[name...]', 'jobs')
    .option('--all', 'every job')
    .option('--version <n>', 'an old version of the job', positiveInteger)
    .option('-o, --output <folder>', 'a file for each job in this folder, instead of standard output');
  handle(command, cli, async (session: Session, options: ExportOptions, given: string[]) => {
    if (given.length === 0 && !options.all) throw usageError('export: expected names of jobs, or --all');
    if (options.version !== undefined && given.length !== 1)
      throw usageError('--version: expected the name of one job before it');
    const names = options.all ? await everyJob(session) : given;
    const files: Exported[] = [];
    for (const name of names) files.push(await read(session, name, options.version));
    if (session.json) return session.printJson(files);
    if (options.output !== undefined) return write(session, files, options.output);
    const whole = files.map(({ text }) => text.trimEnd()).join('\n---\n');
    // A file is written byte for byte; only a terminal is kept from what it would take for orders.
    session.print(session.io.stdout.isTTY ? safeLines(whole) : whole);
    return undefined;
  });
}

async function everyJob(session: Session): Promise<string[]> {
  const jobs = await collectPages({ all: true, limit: limits.pageItems.max }, (page) =>
    session.call(jobRoutes.list, page),
  );
  return jobs.map(({ name }) => name);
}

async function read(session: Session, name: string, version: number | undefined): Promise<Exported> {
  const job =
    version === undefined
      ? await session.call(jobRoutes.get, { name })
      : { name, ...(await session.call(jobRoutes.version, { name, version })) };
  // Versions of before files were kept, and jobs that were adopted from hosts, have none.
  const written = () => stringify(jobDocument(job.spec as unknown as JobSpec), { lineWidth: 0 });
  return { name: job.name, version: job.version, text: job.source ?? written() };
}

/** Job names are task names, so they are file names; a leading dot or a reserved device is the file system's to refuse. */
async function write(session: Session, files: readonly Exported[], folder: string): Promise<undefined> {
  await mkdir(resolve(session.io.cwd, folder), { recursive: true });
  for (const { name, version, text } of files) {
    const path = join(folder, `${name}.yaml`);
    await writeFile(resolve(session.io.cwd, path), text);
    session.print(`wrote ${path} (v${version})`);
  }
}
