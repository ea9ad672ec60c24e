import { admissionRoutes } from '@carillon/contract/http/admission.routes';
import type { Response } from '@carillon/contract/http/route';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { countOf } from '../lib/print.js';
import type { Session } from '../lib/session.js';
import { localTime } from '../lib/times.js';

type Identity = Response<typeof admissionRoutes.identity>;

/** `carillon hosts approve | refuse | identity | rotate-key | keep | decommission`. */
export function addHostsAdmission(hosts: Command, cli: Cli): void {
  addApprove(hosts, cli);
  addRefuse(hosts, cli);
  addIdentity(hosts, cli);
  addRotateKey(hosts, cli);
  addKeep(hosts, cli);
  addDecommission(hosts, cli);
}

function addApprove(hosts: Command, cli: Cli): void {
  const command = hosts
    .command('approve')
    .description('let a host in that waits for it')
    .argument('<name>', 'the host')
    .option(
      '--fingerprint <digits>',
      'what carillon-agent status shows on the host; nothing is done where it is another',
    );
  handle(command, cli, async (session: Session, { fingerprint }: { fingerprint?: string }, name: string) => {
    const done = await session.call(admissionRoutes.approve, { name, body: fingerprint ? { fingerprint } : {} });
    if (session.json) return session.printJson(done);
    session.print(`host ${done.name} is let in, key ${done.keyFingerprint}`);
    if (!fingerprint) session.note('compare the key with what carillon-agent status shows on the host');
    return undefined;
  });
}

function addRefuse(hosts: Command, cli: Cli): void {
  const command = hosts
    .command('refuse')
    .description('send away a host that waits to be let in')
    .argument('<name>', 'the host');
  handle(command, cli, async (session: Session, _options: object, name: string) => {
    const done = await session.call(admissionRoutes.refuse, { name });
    if (session.json) session.printJson(done);
    else session.print(`host ${done.name} is sent away`);
  });
}

function addIdentity(hosts: Command, cli: Cli): void {
  const command = hosts
    .command('identity')
    .description('by which a host is known: its key, and who else came as this host')
    .argument('<name>', 'the host');
  handle(command, cli, async (session: Session, _options: object, name: string) => {
    const found = await session.call(admissionRoutes.identity, { name });
    if (session.json) return session.printJson(found);
    session.fields([
      ['host', found.name],
      ['state', found.state],
      [
        'key',
        `${found.keyFingerprint}, since ${localTime(found.keySince)}${found.keyWanted ? ', another is asked for' : ''}`,
      ],
      ['joined', `${localTime(found.joinedAt)}${found.joinedFrom === null ? '' : ` from ${found.joinedFrom}`}`],
      ...(found.retiredAt === null ? [] : [['retired', localTime(found.retiredAt)] as const]),
    ]);
    if (found.copies.length === 0) return undefined;
    session.print('');
    session.table(
      ['INSTANCE', 'STATE', 'CALLS ITSELF', 'MACHINE', 'LAST SEEN'],
      found.copies.map((copy) => [copy.instance, copy.state, copy.hostname, copy.machine, localTime(copy.lastSeenAt)]),
    );
    return undefined;
  });
}

function addRotateKey(hosts: Command, cli: Cli): void {
  const command = hosts
    .command('rotate-key')
    .description('ask a host for another key; the one before is refused from then on')
    .argument('<name>', 'the host');
  handle(command, cli, async (session: Session, _options: object, name: string) => {
    const done = await session.call(admissionRoutes.rotateKey, { name });
    if (session.json) return session.printJson(done);
    session.print(`host ${done.name} is asked for another key${done.isConnected ? '' : ' when it comes back'}`);
    return undefined;
  });
}

function addKeep(hosts: Command, cli: Cli): void {
  const command = hosts
    .command('keep')
    .description('say which of two agents with one identity is the host; the other one is shut out')
    .argument('<name>', 'the host')
    .argument('<instance>', 'as hosts identity shows it');
  handle(command, cli, async (session: Session, _options: object, name: string, instance: string) => {
    const done = await session.call(admissionRoutes.keepCopy, { name, instance });
    if (session.json) return session.printJson(done);
    session.print(`host ${done.name} is the agent on ${done.hostname} from now on; it may take five minutes to come`);
    return undefined;
  });
}

function addDecommission(hosts: Command, cli: Cli): void {
  const command = hosts
    .command('decommission')
    .description('take a host out: its agent removes our tasks, tells what is untold, forgets its key and ends')
    .argument('<name>', 'the host')
    .option('--force', 'do not wait for its agent: its key is refused at once');
  handle(command, cli, async (session: Session, { force = false }: { force?: boolean }, name: string) => {
    const before = await session.call(admissionRoutes.identity, { name });
    const done = await session.call(admissionRoutes.decommission, { name, body: { force } });
    if (session.json) return session.printJson(done);
    session.print(`host ${done.name} is ${done.state}`);
    session.note(whatHappens(before, force));
    return undefined;
  });
}

function whatHappens({ name, tasks }: Identity, force: boolean): string {
  const what = `it removes ${countOf(tasks, 'task')} of ours and gives back those that jobs stood in for; its runs stay`;
  return force
    ? `${what}. It does so when it comes back; until then nothing of it is taken`
    : `${what}. Where it does not come back: carillon hosts decommission ${name} --force`;
}
