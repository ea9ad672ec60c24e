import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { hostPresences, hostStates } from '@carillon/core/state/states';
import { type Command, Option } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import {
  clockText,
  concernsCell,
  concernText,
  countsText,
  diskText,
  labelText,
  reasonText,
  spoolLossText,
  spoolText,
  stateCell,
  timeCell,
  versionText,
} from '../lib/print.js';
import type { Session } from '../lib/session.js';
import { localTime } from '../lib/times.js';
import { addHostsAdd } from './hosts-add.js';
import { addHostsAdmission } from './hosts-admission.js';

interface HostsOptions extends ListOptions {
  readonly search?: string | undefined;
  readonly label?: string | undefined;
  readonly presence?: (typeof hostPresences)[number] | undefined;
  readonly state?: (typeof hostStates)[number] | undefined;
}

/** Of what was lost on a host, the newest. */
const shownLosses = 10;

/** `carillon hosts [NAME]`, `carillon hosts add`. */
export function addHosts(program: Command, cli: Cli): void {
  const command = program
    .command('hosts')
    .description('list hosts, or show one with its jobs')
    .argument('[name]', 'a host')
    .option('--search <text>', 'only hosts whose name contains this')
    .option('--label <key=value>', 'only hosts with this label')
    .addOption(new Option('--presence <presence>', 'only hosts that look like this').choices(hostPresences))
    .addOption(
      new Option('--state <state>', 'only hosts in this state; pending: they wait to be let in').choices(hostStates),
    );
  addHostsAdd(command, cli);
  addHostsAdmission(command, cli);
  handle(addListOptions(command), cli, async (session: Session, options: HostsOptions, name: string | undefined) => {
    if (name === undefined) await listHosts(session, options);
    else await showHost(session, name, options);
  });
}

async function listHosts(session: Session, options: HostsOptions): Promise<void> {
  const { search, label, presence, state } = options;
  const hosts = await collectPages(options, (page) =>
    session.call(hostRoutes.list, { ...page, search, label, presence, state }),
  );
  if (session.json) return session.printJson(hosts);
  session.table(
    ['HOST', 'PRESENCE', 'JOBS', 'IN SYNC', 'CONCERNS', 'LABELS', 'OS', 'TIME ZONE', 'AGENT', 'LAST SEEN'],
    hosts.map((host) => [
      host.name,
      stateCell(host.state === 'active' ? host.presence : host.state),
      countsText(host.assignments),
      host.inSync ? 'yes' : { text: 'no', colour: 'yellow' },
      concernsCell(host.concerns),
      labelText(host.labels),
      host.os,
      host.timezone,
      host.agentVersion,
      timeCell(host.lastSeenAt),
    ]),
  );
}

async function showHost(session: Session, name: string, options: ListOptions): Promise<void> {
  const host = await session.call(hostRoutes.get, { name });
  const jobs = await collectPages(options, (page) => session.call(hostRoutes.assignments, { name, ...page }));
  const losses = await session.call(hostRoutes.losses, { name, limit: shownLosses });
  if (session.json) return session.printJson({ ...host, jobs, losses: losses.items });
  session.fields([
    ['host', host.name],
    ['state', stateCell(host.state)],
    ...(host.keyFingerprint === undefined
      ? []
      : [
          [
            'key',
            `${host.keyFingerprint}, from ${host.joinedFrom ?? 'nobody knows where'}; waits to be let in`,
          ] as const,
        ]),
    ['presence', stateCell(host.presence)],
    ['labels', labelText(host.labels)],
    ['system', `${host.os}, ${host.timezone}, ${host.scheduler}`],
    ['agent', `${host.agentVersion}, joined ${localTime(host.enrolledAt)}`],
    ['last seen', timeCell(host.lastSeenAt)],
    ['in sync', host.inSync ? 'yes' : `no: wants revision ${host.desired.rev}`],
    ['spool', spoolText(host.spool)],
    ...(host.disk ? [['disk', diskText(host.disk)] as const] : []),
    ...(host.clockAheadMs === null ? [] : [['clock', clockText(host.clockAheadMs)] as const]),
    ...host.concerns.map((concern) => ['concern', { text: concernText(concern), colour: 'yellow' }] as const),
    ...losses.items.map(
      (loss) => ['lost', `${localTime(loss.noticedAt)}  ${spoolLossText(loss, loss.reason)}`] as const,
    ),
  ]);
  session.print('');
  session.table(
    ['JOB', 'STATE', 'VERSION', 'CHANGED', 'REASON'],
    jobs.map((item) => [
      item.job,
      stateCell(item.state),
      versionText(item),
      localTime(item.updatedAt),
      reasonText(item),
    ]),
  );
}
