import type { Response } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { isBadRun, isRunUnderWay, type RunState, runStates } from '@carillon/core/state/states';
import { type Command, Option } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { usageError } from '../lib/errors.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import { runHeader, runRow } from '../lib/print.js';
import type { Session } from '../lib/session.js';
import { localTime, parseSince, shortSpan } from '../lib/times.js';

interface RunsOptions extends ListOptions {
  readonly job?: string | undefined;
  readonly host?: string | undefined;
  readonly state?: (typeof runStates)[number] | undefined;
  readonly bad?: boolean | undefined;
  readonly since?: string | undefined;
  readonly outputContains?: string | undefined;
  readonly byHour?: boolean | undefined;
  readonly label?: string | undefined;
}

/** How far back output is searched when nobody says. */
const searchedSince = '24h';
/** How far back runs are counted when nobody says. */
const countedSince = '24h';

/** `carillon runs`. */
export function addRuns(program: Command, cli: Cli): void {
  const command = program
    .command('runs')
    .description('list runs, newest first')
    .option('--job <name>', 'only runs of this job')
    .option('--host <name>', 'only runs on this host')
    .addOption(new Option('--state <state>', 'only runs in this state').choices(runStates))
    .option('--bad', 'only runs that failed, timed out, were killed or are indeterminate')
    .option('--since <when>', 'only runs started since then: 2h (ago), or 2026-03-01T08:00')
    .option(
      '--output-contains <words>',
      `only runs whose output has these words one after the other (--since: ${searchedSince} when left out)`,
    );
  command
    .option('--by-hour', 'count runs by the hour of their start instead (--since: 24h when left out)')
    .option('--label <key=value>', 'with --by-hour, only runs on hosts that have this label now');
  handle(addListOptions(command), cli, async (session: Session, options: RunsOptions) => {
    if (options.byHour) return listHours(session, options);
    if (options.label !== undefined) throw usageError('--label: expected --by-hour with it');
    const { job, host, state, outputContains } = options;
    const said = options.since ?? (outputContains === undefined ? undefined : searchedSince);
    const since = said === undefined ? undefined : parseSince(said, session.io.now());
    const filter = { job, host, state, since, outputContains, ...(options.bad ? { bad: 'true' as const } : {}) };
    let notSearched: string | null | undefined;
    const runs = await collectPages(options, async (page) => {
      const answer = await session.call(runRoutes.list, { ...page, ...filter });
      notSearched ??= answer.notSearched;
      return answer;
    });
    if (notSearched)
      session.io.stderr.write(
        `carillon: output of runs that started until ${localTime(notSearched)} is archived and was not searched\n`,
      );
    if (session.json) session.printJson(runs);
    else session.table(runHeader, runs.map(runRow));
  });
}

type Hour = Response<typeof runRoutes.hours>['items'][number];

async function listHours(session: Session, options: RunsOptions): Promise<undefined> {
  const alone = { '--state': options.state, '--bad': options.bad, '--output-contains': options.outputContains };
  for (const [name, value] of Object.entries(alone))
    if (value !== undefined) throw usageError(`${name}: expected without --by-hour, which counts all states`);
  const { job, host, label, since = countedSince } = options;
  const from = parseSince(since, session.io.now());
  const { items } = await session.call(runRoutes.hours, { from, job, host, label });
  if (session.json) session.printJson(items);
  else
    session.table(['HOUR', 'RUNS', 'SUCCEEDED', 'WARNING', 'BAD', 'SKIPPED', 'UNDER WAY', 'MEAN'], items.map(hourRow));
}

function hourRow({ hour, total, states, meanDurationMs }: Hour): string[] {
  const count = (...wanted: RunState[]) => String(wanted.reduce((sum, state) => sum + (states[state] ?? 0), 0));
  return [
    localTime(hour),
    String(total),
    count('succeeded'),
    count('warning'),
    count(...runStates.filter(isBadRun)),
    count('skipped'),
    count(...runStates.filter(isRunUnderWay)),
    meanDurationMs === null ? '-' : shortSpan(meanDurationMs),
  ];
}
