import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import type { Response } from '@carillon/contract/http/route';
import { alertSeverities, incidentStates } from '@carillon/core/state/states';
import { type Command, Option } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { usageError } from '../lib/errors.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import { countOf, stateCell } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import type { Cell } from '../lib/table.js';
import { localTime, parseSince } from '../lib/times.js';

interface Filters extends ListOptions {
  readonly state?: (typeof incidentStates)[number] | undefined;
  readonly severity?: (typeof alertSeverities)[number] | undefined;
  readonly job?: string | undefined;
  readonly host?: string | undefined;
  readonly label?: string | undefined;
  readonly since?: string | undefined;
  readonly resolved?: boolean | undefined;
}

type Summary = Response<typeof incidentRoutes.list>['items'][number];
type Detail = Response<typeof incidentRoutes.get>;

/** `carillon incidents`, with `show`, `ack`, `unack`, `assign`, `note` and `resolve`. */
export function addIncidents(program: Command, cli: Cli): void {
  const command = program
    .command('incidents')
    .description('what is wrong: open incidents, what needs a person first')
    .addOption(new Option('--state <state>', 'only those in this state').choices(incidentStates))
    .addOption(new Option('--severity <severity>', 'only these').choices(alertSeverities))
    .option('--job <name>', 'only about this job')
    .option('--host <name>', 'only about this host')
    .option('--label <key=value>', 'only those that have this label')
    .option('--since <when>', 'opened or changed since then: 2h (ago), or 2026-03-01T08:00')
    .option('--resolved', 'resolved ones too, newest first');
  addShow(command, cli);
  addActs(command, cli);
  handle(addListOptions(command), cli, async (session: Session, options: Filters) => {
    const { state, severity, job, host, label, since, resolved } = options;
    const filters = {
      ...{ state, severity, job, host, label },
      since: since === undefined ? undefined : parseSince(since, session.io.now()),
      ...(state === undefined && !resolved ? { attention: 'true' as const } : {}),
    };
    const incidents = await collectPages(options, (page) => session.call(incidentRoutes.list, { ...filters, ...page }));
    if (session.json) return session.printJson(incidents);
    if (incidents.length === 0) return session.print('no incident matches');
    session.table(
      ['NUMBER', 'SEVERITY', 'STATE', 'SINCE', 'SPREAD', 'WHO', 'WHAT'],
      incidents.map((incident) => [
        String(incident.number),
        severityCell(incident.severity),
        stateText(incident),
        localTime(incident.openedAt),
        spreadText(incident),
        incident.assignee ?? incident.acknowledgedBy ?? '-',
        incident.title,
      ]),
    );
    return undefined;
  });
}

function addShow(parent: Command, cli: Cli): void {
  const command = parent
    .command('show')
    .description('one incident: its alerts, who was told, and with --log every decision in order')
    .argument('<number>', 'its number')
    .option('--log', 'every decision, in order');
  handle(
    addListOptions(command),
    cli,
    async (session: Session, options: ListOptions & { log?: boolean }, text: string) => {
      const number = readNumber(text);
      const incident = await session.call(incidentRoutes.get, { number });
      const log = options.log
        ? await collectPages(options, (page) => session.call(incidentRoutes.log, { number, ...page }))
        : null;
      if (session.json) return session.printJson(log ? { ...incident, log } : incident);
      tell(session, incident);
      if (!log) return undefined;
      session.print('');
      session.table(
        ['AT', 'STAGE', 'BY', 'WHAT'],
        log.map(({ at, stage, actor, text: what }) => [localTime(at), stage, actor ?? '-', what]),
      );
      return undefined;
    },
  );
}

function tell(session: Session, incident: Detail): void {
  const { number, title, muted, alerts, notices, tickets, links = [], spread } = incident;
  session.fields([
    ['incident', `#${number} ${title}`],
    ['state', stateText(incident)],
    ['severity', severityCell(incident.severity)],
    ...(muted ? [['nobody told', muted.text] as const] : []),
    ['policy', incident.policy],
    ['since', localTime(incident.openedAt)],
    ...(incident.resolvedAt ? [['resolved', localTime(incident.resolvedAt)] as const] : []),
    ...(incident.acknowledgedAt
      ? [['acknowledged', `${incident.acknowledgedBy ?? '-'} at ${localTime(incident.acknowledgedAt)}`] as const]
      : []),
    ['assigned to', incident.assignee ?? 'nobody'],
    ['alerts', `${spread.firing} of ${spread.total} fire, on ${countOf(spread.hosts, 'host')}`],
    ...counted('exit codes', spread.byExitCode),
    ...counted('labels', spread.byLabel),
    ...(incident.runbook ? [['what to do', incident.runbook] as const] : []),
    ...tickets.map((ticket) => ['ticket', ticketText(ticket)] as const),
    ...links.map((link) => ['ticket', linkText(link)] as const),
  ]);
  session.print('');
  session.table(
    ['ALERT', 'JOB', 'HOST', 'SINCE', 'WHY'],
    alerts.map(({ state, job, host, since, reason }) => [
      stateCell(state),
      job ?? '-',
      host ?? '-',
      localTime(since),
      reason.text,
    ]),
  );
  if (spread.total > alerts.length) session.print(`and ${spread.total - alerts.length} more`);
  if (notices.length === 0) return;
  session.print('');
  session.table(
    ['TOLD', 'CHANNEL', 'REASON', 'AT', 'ANSWER'],
    notices.map(({ state, channel, recipient, reason, createdAt, outcome }) => [
      stateCell(state),
      recipient ? `${channel} (${recipient})` : channel,
      reason,
      localTime(createdAt),
      outcome?.text ?? '-',
    ]),
  );
}

function ticketText({ channel, ticket, state, assignee, muted, url }: Detail['tickets'][number]): string {
  const about = [channel, state, assignee && `with ${assignee}`, muted && 'left alone'].filter(Boolean).join(', ');
  return [`${ticket ?? 'being opened'} (${about})`, url].filter(Boolean).join(' ');
}

function linkText({ key, system, state, assignee, url }: NonNullable<Detail['links']>[number]): string {
  const about = [system, state, assignee && `with ${assignee}`].filter(Boolean).join(', ');
  return `${key} (${about}) ${url}`;
}

function addActs(parent: Command, cli: Cli): void {
  const act = (name: string, description: string) =>
    parent.command(name).description(description).argument('<number>', 'its number');
  const withNote = (command: Command) => command.option('--note <text>', 'a word about it, for its log');
  const simple = [
    ['ack', 'you look after it: it escalates no further', 'acknowledge', 'acknowledged'],
    ['unack', 'nobody looks after it any more', 'unacknowledge', 'firing again'],
    ['resolve', 'it is over; it opens again when its alerts go on', 'resolve', 'resolved'],
  ] as const;
  for (const [name, description, route, done] of simple)
    handle(
      withNote(act(name, description)),
      cli,
      async (session: Session, { note }: { note?: string }, text: string) => {
        const body = note === undefined ? {} : { note };
        report(session, await session.call(incidentRoutes[route], { number: readNumber(text), body }), done);
      },
    );
  const assign = act('assign', 'give it to somebody, or to nobody').argument('<who>', 'a name; - for nobody');
  handle(assign, cli, async (session: Session, _options: object, text: string, who: string) => {
    const assignee = who === '-' ? null : who;
    const done = assignee === null ? 'assigned to nobody' : `assigned to ${safeText(assignee)}`;
    report(session, await session.call(incidentRoutes.assign, { number: readNumber(text), body: { assignee } }), done);
  });
  const note = act('note', 'write something down in its log').argument('<text>', 'what');
  handle(note, cli, async (session: Session, _options: object, text: string, what: string) => {
    report(
      session,
      await session.call(incidentRoutes.note, { number: readNumber(text), body: { text: what } }),
      'noted',
    );
  });
}

function report(session: Session, incident: Summary, done: string): void {
  if (session.json) session.printJson(incident);
  else session.print(`#${incident.number} ${done}: ${safeText(incident.title)}`);
}

/** `42` or `#42`. */
function readNumber(text: string): number {
  const match = /^#?(\d{1,15})$/.exec(text);
  if (match && Number(match[1]) > 0) return Number(match[1]);
  throw usageError(`expected the number of an incident, as \`incidents\` lists it, got ${JSON.stringify(text)}`);
}

function severityCell(severity: Summary['severity']): Cell {
  return { text: severity, colour: severity === 'high' ? 'red' : severity === 'medium' ? 'yellow' : undefined };
}

function stateText({ state, muted, flapping }: Summary): Cell {
  const marks = [muted && state !== 'resolved' ? 'muted' : '', flapping ? 'flapping' : ''].filter(Boolean);
  const text = marks.length > 0 ? `${state} (${marks.join(', ')})` : state;
  return { text, colour: state === 'firing' && !muted ? 'red' : state === 'resolved' ? 'green' : 'yellow' };
}

function spreadText({ spread: { hosts, hostsOfJob, examples } }: Summary): string {
  if (hosts <= 1) return examples[0] ?? '-';
  return hostsOfJob === null ? countOf(hosts, 'host') : `${hosts} of ${countOf(hostsOfJob, 'host')}`;
}

function counted(name: string, counts: Readonly<Record<string, number>>): (readonly [string, string])[] {
  const rows = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return rows.length === 0
    ? []
    : [
        [
          name,
          rows
            .slice(0, 8)
            .map(([key, count]) => `${key}: ${count}`)
            .join(', '),
        ],
      ];
}
