import { missedRunRoutes, missedVerdicts } from '@carillon/contract/http/missed-runs.routes';
import type { Response } from '@carillon/contract/http/route';
import { whyReasons } from '@carillon/core/state/states';
import { type Command, Option } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { usageError } from '../lib/errors.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import { timeCell } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { parseSince } from '../lib/times.js';

interface MissedOptions extends ListOptions {
  readonly job?: string | undefined;
  readonly host?: string | undefined;
  readonly since?: string | undefined;
  readonly cause?: string | undefined;
  readonly verdict?: (typeof missedVerdicts)[number] | undefined;
}

type MissedRun = Response<typeof missedRunRoutes.list>['items'][number];

/** `carillon missed`. */
export function addMissed(program: Command, cli: Cli): void {
  const command = program
    .command('missed')
    .description('list expected runs that did not simply happen, newest first, and why')
    .option('--job <name>', 'only of this job')
    .option('--host <name>', 'only on this host')
    .option('--since <when>', 'only those due since then: 2h (ago), or 2026-03-01T08:00')
    .option('--cause <reason>', 'only for this reason, such as host_off, task_disabled, logon_failed')
    .addOption(new Option('--verdict <verdict>', 'only those called so').choices(missedVerdicts));
  handle(addListOptions(command), cli, async (session: Session, options: MissedOptions) => {
    const { job, host, verdict } = options;
    const cause = options.cause === undefined ? undefined : readCause(options.cause);
    const since = options.since === undefined ? undefined : parseSince(options.since, session.io.now());
    const filter = { job, host, verdict, cause, since };
    const runs = await collectPages(options, (page) => session.call(missedRunRoutes.list, { ...page, ...filter }));
    if (session.json) session.printJson(runs);
    else if (runs.length === 0) session.print('nothing was missed');
    else session.table(['DUE', 'TIMES', 'JOB', 'HOST', 'VERDICT', 'CAUSE', 'WHY'], runs.map(cells));
  });
}

function cells({ scheduledFor, occurrences, job, host, verdict, cause, text, amended }: MissedRun): string[] {
  return [
    timeCell(scheduledFor),
    String(occurrences),
    job,
    host,
    amended ? `${verdict}, then ${amended.verdict}` : verdict,
    amended?.cause ?? cause,
    safeText(amended?.text ?? text),
  ];
}

function readCause(text: string): (typeof whyReasons)[number] {
  const cause = whyReasons.find((reason) => reason === text);
  if (cause === undefined) throw usageError(`--cause ${text}: expected one of ${whyReasons.join(', ')}`);
  return cause;
}
