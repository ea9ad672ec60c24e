import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { type Cli, handle } from '../lib/command.js';
import { usageError } from '../lib/errors.js';
import { addListOptions, collectPages, type ListOptions, positiveInteger } from '../lib/pages.js';
import { countsText, reasonText, stateCell, timeCell, versionText } from '../lib/print.js';
import { safeLines } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { localTime } from '../lib/times.js';

interface JobsOptions extends ListOptions {
  readonly search?: string | undefined;
  readonly version?: number | undefined;
}

const shownFires = 5;

/** `carillon jobs [NAME]`. */
export function addJobs(program: Command, cli: Cli): void {
  const command = program
    .command('jobs')
    .description('list jobs, or show one with its definition, hosts and next fires')
    .argument('[name]', 'a job')
    .option('--search <text>', 'only jobs whose name contains this')
    .option('--version <n>', 'show an old version of the job', positiveInteger);
  handle(addListOptions(command), cli, async (session: Session, options: JobsOptions, name: string | undefined) => {
    if (name === undefined && options.version !== undefined)
      throw usageError('--version: expected the name of a job before it');
    if (name === undefined) await listJobs(session, options);
    else if (options.version === undefined) await showJob(session, name, options);
    else await showVersion(session, name, options.version);
  });
}

async function listJobs(session: Session, options: JobsOptions): Promise<void> {
  const jobs = await collectPages(options, (page) => session.call(jobRoutes.list, { ...page, search: options.search }));
  if (session.json) return session.printJson(jobs);
  session.table(
    ['JOB', 'VERSION', 'SCHEDULE', 'HOSTS', 'ENABLED', 'LAST RUN', 'STARTED', 'OWNER'],
    jobs.map((job) => [
      job.name,
      `v${job.version}`,
      job.schedule,
      countsText(job.assignments),
      job.enabled ? 'yes' : 'no',
      job.lastRun ? stateCell(job.lastRun.state) : '-',
      timeCell(job.lastRun?.startedAt ?? null),
      job.owner || '-',
    ]),
  );
}

async function showJob(session: Session, name: string, options: ListOptions): Promise<void> {
  const job = await session.call(jobRoutes.get, { name });
  const hosts = await collectPages(options, (page) => session.call(jobRoutes.assignments, { name, ...page }));
  // The clock that counts is the hosts' own; without a host, the one here.
  const clock = hosts[0] ? { host: hosts[0].host } : { timezone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  const { items: nextFires } = await session.call(jobRoutes.nextFires, { name, count: shownFires, ...clock });
  if (session.json) return session.printJson({ ...job, hosts, nextFires });
  session.fields([
    ['job', job.name],
    ['version', `v${job.version}, changed ${localTime(job.updatedAt)}`],
    ['description', job.description || '-'],
    ['hosts', countsText(job.assignments)],
    [
      'last run',
      job.lastRun ? `${job.lastRun.state} on ${job.lastRun.host} at ${localTime(job.lastRun.startedAt)}` : 'none yet',
    ],
  ]);
  session.print(`\n${safeLines(stringify(job.spec))}`);
  session.print('');
  session.table(
    ['HOST', 'PRESENCE', 'STATE', 'VERSION', 'REASON'],
    hosts.map((item) => [
      item.host,
      stateCell(item.presence),
      stateCell(item.state),
      versionText(item),
      reasonText(item),
    ]),
  );
  session.print('');
  session.table(
    ['NEXT FIRE', 'ON THE HOST', 'TIME ZONE', ''],
    nextFires.map((fire) => [localTime(fire.at), fire.local, fire.timezone, fire.mark ?? '']),
  );
}

async function showVersion(session: Session, name: string, number: number): Promise<void> {
  const version = await session.call(jobRoutes.version, { name, version: number });
  if (session.json) return session.printJson(version);
  session.fields([
    ['version', `v${version.version}`],
    ['created', localTime(version.createdAt)],
    ['author', version.author],
    ...(version.reason ? [['why', version.reason] as const] : []),
  ]);
  session.print(`\n${safeLines(stringify(version.spec))}`);
}
