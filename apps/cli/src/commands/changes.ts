import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { usageError } from '../lib/errors.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import { stateCell } from '../lib/print.js';
import type { Session } from '../lib/session.js';
import { localTime } from '../lib/times.js';

interface ChangesOptions extends ListOptions {
  readonly host?: string | undefined;
  readonly job?: string | undefined;
}

/** `carillon changes --host NAME | --job NAME`. */
export function addChanges(program: Command, cli: Cli): void {
  const command = program
    .command('changes')
    .description(
      'what was changed on hosts behind our back: tasks edited, switched off or deleted, and what became of it',
    )
    .option('--host <name>', 'on this host')
    .option('--job <name>', "of this job's tasks");
  handle(addListOptions(command), cli, async (session: Session, { host, job, ...options }: ChangesOptions) => {
    if ((host === undefined) === (job === undefined)) throw usageError('expected either --host NAME or --job NAME');
    const changes = await collectPages(options, (page) =>
      host === undefined
        ? session.call(jobRoutes.taskChanges, { name: job ?? '', ...page })
        : session.call(hostRoutes.taskChanges, { name: host, ...page }),
    );
    if (session.json) return session.printJson(changes);
    session.table(
      ['NOTICED', 'HOST', 'JOB', 'FOUND', 'OUTCOME', 'BY', 'WHAT'],
      changes.map((change) => [
        localTime(change.noticedAt),
        change.host,
        `${change.job} v${change.version}`,
        change.found ?? '-',
        stateCell(change.state),
        whoText(change),
        [change.message, ...change.differences].filter(Boolean).join('; ') || '-',
      ]),
    );
  });
}

/** Who did it and when, where Task Scheduler's log tells. */
function whoText({ changedAt, changedBy }: { changedAt: string | null; changedBy: string | null }): string {
  if (changedAt === null) return '-';
  return `${changedBy ?? 'somebody'} at ${localTime(changedAt)}`;
}
