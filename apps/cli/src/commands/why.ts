import type { Response } from '@carillon/contract/http/route';
import { whyRoutes } from '@carillon/contract/http/why.routes';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { addListOptions, type ListOptions } from '../lib/pages.js';
import { timeCell } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { localTime, parseAt } from '../lib/times.js';

interface WhyOptions extends ListOptions {
  readonly host?: string | undefined;
  readonly at?: string | undefined;
}

type Answer = Response<typeof whyRoutes.job>['items'][number];

/** Hosts that are explained in full; of more, each gets a line. */
const explainedHosts = 3;
const pageLimit = 100;

/** `carillon why JOB`. */
export function addWhy(program: Command, cli: Cli): void {
  const command = program
    .command('why')
    .description(
      "why didn't it run? What became of a job's last fire, or of the one at a time, and what that is known from",
    )
    .argument('<job>', 'a job')
    .option('--host <name>', 'on this host only')
    .option('--at <when>', 'about when it should have run: 02:00, 2h (ago), or 2026-03-01T02:00');
  handle(addListOptions(command), cli, async (session: Session, options: WhyOptions, name: string | undefined) => {
    const at = options.at === undefined ? undefined : parseAt(options.at, session.io.now());
    const wanted = options.all ? Number.POSITIVE_INFINITY : options.limit;
    const answers: Answer[] = [];
    let cursor: string | undefined;
    do {
      const limit = Math.min(pageLimit, wanted - answers.length);
      const page = await session.call(whyRoutes.job, { name: name ?? '', host: options.host, at, cursor, limit });
      answers.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined && answers.length < wanted);
    if (session.json) session.printJson(answers);
    else if (answers.length === 0) session.print('no host has this job');
    else if (answers.length <= explainedHosts) for (const answer of answers) explain(session, answer);
    else list(session, answers);
  });
}

function explain(session: Session, answer: Answer): void {
  const { job, host, fireAt, version, reason, certainty, text, evidence, nextFireAt, runId } = answer;
  session.fields([
    ['job', version === null ? job : `${job} v${version}`],
    ['host', host],
    ['due', timeCell(fireAt)],
    ['why', `${text}${certainty === 'certain' ? '' : ` (${certainty})`}`],
    ['reason', reason],
    ...(runId === null ? [] : [['run', runId] as [string, string]]),
    ['next', timeCell(nextFireAt)],
  ]);
  for (const { at, text: seen } of evidence)
    session.print(`  ${at === null ? '' : `${localTime(at)}  `}${safeText(seen)}`);
  session.print('');
}

function list(session: Session, answers: readonly Answer[]): void {
  session.table(
    ['HOST', 'DUE', 'REASON', 'WHY'],
    answers.map(({ host, fireAt, reason, certainty, text }) => [
      host,
      timeCell(fireAt),
      reason,
      `${text}${certainty === 'certain' ? '' : ` (${certainty})`}`,
    ]),
  );
}
