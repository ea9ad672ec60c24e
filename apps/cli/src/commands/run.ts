import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { type HostBehind, untilHostsHave, waitForHostsMs } from '@carillon/contract/http/read-hosts-behind';
import { isBadRun } from '@carillon/core/state/states';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { CliError, exitCodes, usageError } from '../lib/errors.js';
import { positiveInteger } from '../lib/pages.js';
import { reasonText } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import type { CommandSummary, RunDetail } from '../lib/shapes.js';
import { shortSpan } from '../lib/times.js';
import { type Deadline, deadlineIn, isLostCommand, waitForAcceptance, waitForRun } from '../lib/wait-command.js';
import { dryRun } from './dry-run.js';

interface RunOptions {
  readonly host?: string[] | undefined;
  readonly dryRun?: boolean | undefined;
  /** Undefined: for the hosts to take the order, once they have the version. */
  readonly wait?: boolean | undefined;
  readonly timeout?: number | undefined;
}

/** What became of the command for one host. */
interface Started {
  readonly command: CommandSummary;
  /** With `--wait`: the run's end; null when the command started none. */
  readonly run?: RunDetail | null;
}

/** `carillon run JOB`. */
export function addRun(program: Command, cli: Cli): void {
  const command = program
    .command('run')
    .description('start a job now, and wait until its hosts have taken the command')
    .argument('<job>', 'a job')
    .option('--host <name...>', 'only on these of its hosts')
    .option('--dry-run', 'start nothing; ask the hosts what a start now would do')
    .option('--wait', 'wait for the runs to end; exit code 1 if any failed')
    .option('--no-wait', 'give the order at once, also where a host is about to get another version of the job')
    .option('--timeout <seconds>', 'stop waiting after so long', positiveInteger);
  handle(command, cli, async (session: Session, options: RunOptions, name: string) => {
    if (options.dryRun && options.wait)
      throw usageError('--wait: with --dry-run no run begins that could be waited for');
    if (options.wait !== false) await waitForVersion(session, name, options);
    if (options.dryRun) return dryRun(session, name, options);
    const { commands } = await session.call(jobRoutes.run, { name, body: options.host ? { hosts: options.host } : {} });
    if (commands.length === 0) throw new CliError(`${name}: no host runs this job`, { code: 'conflict' });
    const deadline = deadlineIn(session, options.timeout);
    const settled = await Promise.allSettled(commands.map((item) => follow(session, item, options, deadline)));
    const results = settled.flatMap((item) => (item.status === 'fulfilled' ? [item.value] : []));
    if (session.json)
      session.printJson(results.map(({ command: item, run }) => (run === undefined ? item : { ...item, run })));
    const lost = settled.find((item) => item.status === 'rejected');
    if (lost) throw lost.reason;
    return results.some(isFailure) ? exitCodes.failed : exitCodes.ok;
  });
}

/** Right after an apply hosts may not have the job yet, or start the version before. Said once, and not for ever. */
async function waitForVersion(session: Session, name: string, { host, timeout }: RunOptions): Promise<void> {
  const limitMs = Math.min(waitForHostsMs, (timeout ?? Number.POSITIVE_INFINITY) * 1_000);
  let isTold = false;
  const left = await untilHostsHave({
    ask: (query) => session.call(jobRoutes.assignments, { name, ...query }),
    hosts: host,
    now: () => session.io.now(),
    sleep: (ms) => session.io.sleep(ms),
    limitMs,
    onBehind: (behind) => {
      if (behind.length > 0 && !isTold)
        session.progress(safeText(`waiting until ${namesOf(behind)} (--no-wait does not wait)`));
      isTold ||= behind.length > 0;
    },
  });
  if (left.length > 0)
    session.progress(safeText(`going on without: ${limitMs / 1_000} s were not enough until ${namesOf(left)}`));
}

/** `web-01 and 3 more hosts have version 4`. */
function namesOf(behind: readonly HostBehind[]): string {
  const [first] = behind;
  const more = behind.length - 1;
  const hosts = more === 0 ? `${first?.host} has` : `${first?.host} and ${more} more host${more === 1 ? '' : 's'} have`;
  return `${hosts} version ${first?.version}`;
}

async function follow(
  session: Session,
  started: CommandSummary,
  options: RunOptions,
  deadline: Deadline | undefined,
): Promise<Started> {
  const command = await waitForAcceptance(session, started, deadline);
  const result: Started = options.wait ? { command, run: await waitForRun(session, command, deadline) } : { command };
  if (!session.json) session.print(safeText(describe(result)));
  return result;
}

function describe({ command, run }: Started): string {
  if (run) {
    const exit =
      run.exitCode === null
        ? 'no exit code'
        : `exit code ${run.exit?.unsigned ?? run.exitCode}${run.exit?.name ? ` (${run.exit.name})` : ''}`;
    const took = run.durationMs === null ? '' : `, took ${shortSpan(run.durationMs)}`;
    const used = run.cpuMs === null || run.cpuMs === undefined ? '' : `, ${shortSpan(run.cpuMs)} of CPU`;
    const tried = run.attempts > 1 ? `, ${run.attempts} attempts` : '';
    return `${command.host}: ${run.state}${run.reason ? ` (${run.reason})` : ''}, ${exit}${took}${used}${tried}, run ${run.id}`;
  }
  const because = command.code || command.message ? `: ${reasonText(command)}` : '';
  const noRun = run === null && !isLostCommand(command) ? ', nothing was started' : '';
  return `${command.host}: ${command.state}${noRun}${because}${command.runId ? `, run ${command.runId}` : ''}`;
}

function isFailure({ command, run }: Started): boolean {
  return (
    isLostCommand(command) || run === null || (run !== undefined && (isBadRun(run.state) || run.state === 'skipped'))
  );
}
