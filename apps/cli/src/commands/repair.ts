import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { groupAlike, type RepairOutcome } from '@carillon/core/desired/repair';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { exitCodes, usageError } from '../lib/errors.js';
import { collectPages, positiveInteger } from '../lib/pages.js';
import { countOf, reasonText } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import type { CommandSummary } from '../lib/shapes.js';
import { deadlineIn, waitForAnswer } from '../lib/wait-command.js';
import { valueText } from './changes.js';

interface RepairOptions {
  readonly host?: string[] | undefined;
  readonly plan?: boolean | undefined;
  readonly timeout?: number | undefined;
}

type Drift = Response<typeof jobRoutes.drift>['items'][number];

const outcomes: Record<RepairOutcome, string> = {
  repaired: 'put back as defined',
  as_defined: 'was as defined, nothing changed',
};

/** `carillon repair JOB`. */
export function addRepair(program: Command, cli: Cli): void {
  const command = program
    .command('repair')
    .description('put the task of a job back as it is defined where somebody changed it, whatever its onDrift says')
    .argument('<job>', 'a job')
    .option('--host <name...>', 'only on these of its hosts (default: all that are known to differ)')
    .option('--plan', 'show what would be put back, field by field, and change nothing')
    .option('--timeout <seconds>', 'stop waiting after so long', positiveInteger);
  handle(command, cli, async (session: Session, options: RepairOptions, name: string) => {
    if (options.plan && options.timeout !== undefined) throw usageError('--timeout: with --plan nothing is waited for');
    return options.plan ? plan(session, name, options) : repair(session, name, options);
  });
}

async function plan(session: Session, name: string, { host }: RepairOptions): Promise<number> {
  const all = await collectPages({ limit: 0, all: true }, (page) => session.call(jobRoutes.drift, { name, ...page }));
  const wanted = new Set(host?.map((each) => each.toLowerCase()));
  const drifts = host ? all.filter((each) => wanted.has(each.host.toLowerCase())) : all;
  if (session.json) {
    session.printJson(drifts);
    return exitCodes.ok;
  }
  if (drifts.length === 0) session.print('no host is known to differ');
  for (const { alike, hosts } of groupAlike(drifts)) printGroup(session, alike, hosts);
  const old = drifts.filter(({ canRepair }) => !canRepair).map((each) => each.host);
  if (old.length > 0) session.print(safeText(`agents to upgrade first: ${old.join(', ')}`));
  return exitCodes.ok;
}

function printGroup(session: Session, { found, fields, differences }: Drift, hosts: readonly string[]): void {
  session.print(safeText(`${countOf(hosts.length, 'host')} (${found ?? 'not known how'}): ${hosts.join(', ')}`));
  if (fields === null) session.print(safeText(`  ${differences.join('; ') || 'the task is made anew'}`));
  else
    session.table(
      ['FIELD', 'NOW', 'WILL BE'],
      fields.map((field) => [field.path, valueText(field.found), valueText(field.wanted)]),
    );
}

async function repair(session: Session, name: string, { host, timeout }: RepairOptions): Promise<number> {
  const { commands } = await session.call(jobRoutes.repair, { name, body: host ? { hosts: host } : {} });
  if (commands.length === 0 && !session.json) session.print('no host is known to differ, so nothing was asked for');
  const deadline = deadlineIn(session, timeout);
  const settled = await Promise.allSettled(commands.map((each) => follow(session, each, deadline)));
  const answers = settled.flatMap((item) => (item.status === 'fulfilled' ? [item.value] : []));
  if (session.json) session.printJson(answers);
  const lost = settled.find((item) => item.status === 'rejected');
  if (lost) throw lost.reason;
  return answers.every(({ state }) => state === 'done') ? exitCodes.ok : exitCodes.failed;
}

async function follow(session: Session, given: CommandSummary, deadline: ReturnType<typeof deadlineIn>) {
  const answer = await waitForAnswer(session, given, deadline);
  if (!session.json) session.print(safeText(`${answer.host}: ${describe(answer)}`));
  return answer;
}

function describe(answer: CommandSummary): string {
  const { state, code, message } = answer;
  if (state === 'done') return outcomes[code as RepairOutcome] ?? state;
  return `${state}${code || message ? `: ${reasonText(answer)}` : ''}`;
}
