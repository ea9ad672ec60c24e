import { runRoutes } from '@carillon/contract/http/runs.routes';
import { runStates } from '@carillon/core/state/states';
import { type Command, Option } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import { runHeader, runRow } from '../lib/print.js';
import type { Session } from '../lib/session.js';
import { parseSince } from '../lib/times.js';

interface RunsOptions extends ListOptions {
  readonly job?: string | undefined;
  readonly host?: string | undefined;
  readonly state?: (typeof runStates)[number] | undefined;
  readonly bad?: boolean | undefined;
  readonly since?: string | undefined;
}

/** `carillon runs`. */
export function addRuns(program: Command, cli: Cli): void {
  const command = program
    .command('runs')
    .description('list runs, newest first')
    .option('--job <name>', 'only runs of this job')
    .option('--host <name>', 'only runs on this host')
    .addOption(new Option('--state <state>', 'only runs in this state').choices(runStates))
    .option('--bad', 'only runs that failed, timed out, were killed or are indeterminate')
    .option('--since <when>', 'only runs started since then: 2h (ago), or 2026-03-01T08:00');
  handle(addListOptions(command), cli, async (session: Session, options: RunsOptions) => {
    const { job, host, state } = options;
    const since = options.since === undefined ? undefined : parseSince(options.since, session.io.now());
    const filter = { job, host, state, since, ...(options.bad ? { bad: 'true' as const } : {}) };
    const runs = await collectPages(options, (page) => session.call(runRoutes.list, { ...page, ...filter }));
    if (session.json) session.printJson(runs);
    else session.table(runHeader, runs.map(runRow));
  });
}
