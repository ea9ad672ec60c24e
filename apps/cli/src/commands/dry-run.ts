import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { type DryRunVerdict, dryRunVerdicts } from '@carillon/core/run/dry-run';
import { exitCodes } from '../lib/errors.js';
import { reasonText } from '../lib/print.js';
import { safeLines, safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import type { CommandSummary } from '../lib/shapes.js';
import { deadlineIn, waitForAnswer } from '../lib/wait-command.js';

interface DryRunOptions {
  readonly host?: string[] | undefined;
  readonly timeout?: number | undefined;
}

const words: Record<DryRunVerdict, string> = {
  would_run: 'would run',
  would_wait: 'would wait',
  would_skip: 'would be skipped',
  would_fail: 'would fail',
};

/**
 * `carillon run JOB --dry-run`: what each host says that a start now would do.
 * @returns the exit code: 0 when it would run everywhere, if only after waiting
 */
export async function dryRun(session: Session, name: string, { host, timeout }: DryRunOptions): Promise<number> {
  const { commands } = await session.call(jobRoutes.dryRun, { name, body: host ? { hosts: host } : {} });
  const deadline = deadlineIn(session, timeout);
  const settled = await Promise.allSettled(commands.map((command) => waitForAnswer(session, command, deadline)));
  const answers = settled.flatMap((item) => (item.status === 'fulfilled' ? [item.value] : []));
  if (session.json) session.printJson(answers);
  else for (const answer of answers) session.print(describe(answer));
  const lost = settled.find((item) => item.status === 'rejected');
  if (lost) throw lost.reason;
  const wouldRun = (command: CommandSummary) => command.code === 'would_run' || command.code === 'would_wait';
  return answers.every(wouldRun) ? exitCodes.ok : exitCodes.failed;
}

/** A line for the host, then what it said, indented. */
function describe(command: CommandSummary): string {
  const { host, state, code, answer } = command;
  const verdict = state === 'done' ? dryRunVerdicts.find((one) => one === code) : undefined;
  const because = code || command.message ? `: ${reasonText(command)}` : '';
  const head = safeText(`${host}: ${verdict ? words[verdict] : `${state}${because}`}`);
  const said = (answer ?? '').trimEnd();
  return said === '' ? head : `${head}\n${safeLines(said).replace(/^/gm, '  ')}`;
}
