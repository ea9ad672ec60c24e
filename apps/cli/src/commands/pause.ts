import { pauseRoutes } from '@carillon/contract/http/pauses.routes';
import type { Response } from '@carillon/contract/http/route';
import { missedPolicies } from '@carillon/core/job/job-spec';
import { type Command, Option } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { usageError } from '../lib/errors.js';
import { parseLabels } from '../lib/label-arguments.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import { countOf } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { localTime, parseUntil } from '../lib/times.js';

interface Selection {
  readonly group?: string | undefined;
  readonly label?: string[] | undefined;
  readonly allHosts?: boolean | undefined;
}

interface PauseOptions extends Selection {
  readonly until?: string | undefined;
  readonly for?: string | undefined;
  readonly then?: (typeof missedPolicies)[number] | undefined;
  readonly reason?: string | undefined;
}

/** Of many hosts, so many by name. */
const shownHosts = 10;

/** `carillon pause`, `carillon resume` and `carillon pauses`. */
export function addPause(program: Command, cli: Cli): void {
  const pause = addSelection(program.command('pause'))
    .description(
      'let hosts start nothing by themselves for a while; they go on by themselves at its end, with or without the server',
    )
    .option('--until <when>', 'until then: 2026-03-01T08:00, or 2h (from now on)')
    .option('--for <duration>', 'for so long: 90m, 2h, 1d')
    .addOption(
      new Option(
        '--then <what>',
        'what becomes of starts that fall into it: each job is started once at the end, or they are left out',
      ).choices(missedPolicies),
    )
    .option('--reason <text>', 'why, for whoever asks why a job did not run');
  handle(pause, cli, async (session: Session, options: PauseOptions, hosts: string[]) => {
    const body = { ...readSelection(hosts, options), ...readPause(options, session.io.now()) };
    const answer = await session.call(pauseRoutes.pause, { body });
    if (session.json) session.printJson(answer);
    else tellPaused(session, answer);
    return answer.hosts.length === 0 ? 1 : 0;
  });

  const resume = addSelection(program.command('resume')).description(
    'let paused hosts start their jobs again before the end of their pause',
  );
  handle(resume, cli, async (session: Session, options: Selection, hosts: string[]) => {
    const answer = await session.call(pauseRoutes.resume, { body: readSelection(hosts, options) });
    if (session.json) session.printJson(answer);
    else if (answer.hosts.length === 0) session.print('none of these hosts is paused');
    else session.print(`${countOf(answer.hosts.length, 'host')} on again: ${namesOf(answer.hosts)}`);
  });

  const pauses = program.command('pauses').description('hosts that are paused now, until when and by whom');
  handle(addListOptions(pauses), cli, async (session: Session, options: ListOptions) => {
    const items = await collectPages(options, (page) => session.call(pauseRoutes.list, page));
    if (session.json) session.printJson(items);
    else if (items.length === 0) session.print('no host is paused');
    else
      session.table(
        ['HOST', 'UNTIL', 'THEN', 'BY', 'SINCE', 'REASON'],
        items.map(({ host, until, afterwards, by, from, reason }) => [
          host,
          localTime(until),
          afterwards,
          by,
          localTime(from),
          reason || '-',
        ]),
      );
  });
}

function addSelection(command: Command): Command {
  return command
    .argument('[host...]', 'hosts')
    .option('--group <name>', 'the hosts of a group')
    .option('--label <key=value...>', 'hosts that have all these labels')
    .option('--all-hosts', 'every host');
}

function readSelection(hosts: readonly string[], { group, label = [], allHosts }: Selection) {
  const labels = parseLabels(label);
  if (hosts.length === 0 && group === undefined && label.length === 0 && !allHosts)
    throw usageError('which hosts? Name them, or give --group, --label or --all-hosts');
  return {
    ...(hosts.length > 0 ? { hosts: [...hosts] } : {}),
    ...(group === undefined ? {} : { group }),
    ...(label.length > 0 ? { labels } : {}),
    ...(allHosts ? { all: true as const } : {}),
  };
}

function readPause({ until, for: span, then, reason = '' }: PauseOptions, nowMs: number) {
  if ((until === undefined) === (span === undefined))
    throw usageError('until when? Give --until TIME or --for DURATION');
  if (then === undefined)
    throw usageError('what becomes of starts that fall into the pause? Give --then run-once or --then skip');
  const end = until === undefined ? parseUntil(span ?? '', nowMs, '--for') : parseUntil(until, nowMs, '--until');
  return { until: end, afterwards: then, reason };
}

function tellPaused(session: Session, { hosts, refused, until }: Response<typeof pauseRoutes.pause>): void {
  if (hosts.length > 0)
    session.print(`${countOf(hosts.length, 'host')} paused until ${localTime(until)}: ${namesOf(hosts)}`);
  for (const { host, why } of refused) session.note(`warning: ${safeText(host)} goes on: ${safeText(why)}`);
}

function namesOf(hosts: readonly string[]): string {
  const more = hosts.length > shownHosts ? ` and ${hosts.length - shownHosts} more` : '';
  return `${hosts.slice(0, shownHosts).map(safeText).join(', ')}${more}`;
}
