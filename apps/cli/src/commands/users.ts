import { accountRoutes } from '@carillon/contract/http/accounts.routes';
import { describeGrant } from '@carillon/core/access/describe-grant';
import { type Grant, readGrant } from '@carillon/core/access/grant';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { usageError } from '../lib/errors.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { localTime } from '../lib/times.js';

/** `carillon users`, with `add`, `grant`, `disable`, `enable`, `invite`, `delete` and `groups`. */
export function addUsers(program: Command, cli: Cli): void {
  const command = program.command('users').description('people and services that may sign in, and what they may do');
  addAdd(command, cli);
  addGrant(command, cli);
  addSwitch(command, cli, 'disable', true);
  addSwitch(command, cli, 'enable', false);
  addInvite(command, cli);
  addDelete(command, cli);
  addGroups(command, cli);
  handle(addListOptions(command), cli, async (session: Session, options: ListOptions) => {
    const found = await collectPages(options, (page) => session.call(accountRoutes.list, page));
    if (session.json) return session.printJson(found);
    if (found.length === 0) return session.print('no accounts yet: carillon users add --help');
    session.table(
      ['NAME', 'KIND', 'STATE', 'SECOND FACTOR', 'SIGNED IN', 'GRANTS'],
      found.map((one) => [
        one.name,
        one.issuer === null ? one.kind : `${one.kind} of ${one.issuer}`,
        one.disabled
          ? 'disabled'
          : one.kind === 'person' && !one.hasPassword && one.issuer === null
            ? 'invited'
            : 'active',
        one.hasSecondFactor ? 'yes' : 'no',
        one.signedInAt === null ? '-' : localTime(one.signedInAt),
        grantText(one.grants),
      ]),
    );
    return undefined;
  });
}

function addAdd(parent: Command, cli: Cli): void {
  const command = parent
    .command('add')
    .description('an account; a person gets a link that sets the password')
    .argument('<name>', 'as it is signed in with')
    .option('--grant <role@scope...>', 'viewer@all, operator@team:data, editor@labels:env=prod+runas:service')
    .option('--service', 'a program: it has tokens and no password');
  handle(command, cli, async (session: Session, options: { grant?: string[]; service?: boolean }, name: string) => {
    const body = {
      name,
      kind: options.service ? ('service' as const) : ('person' as const),
      grants: readGrants(options.grant),
    };
    const made = await session.call(accountRoutes.create, { body });
    if (session.json) return session.printJson(made);
    if (made.invitation === null)
      return session.print(`service ${safeText(name)} is there: carillon tokens create --for ${safeText(name)}`);
    session.print(safeText(made.invitation.url));
    session.note(`sets the password of ${safeText(name)}; works once, until ${localTime(made.invitation.expiresAt)}`);
    return undefined;
  });
}

function addGrant(parent: Command, cli: Cli): void {
  const command = named(
    parent,
    'grant',
    'what it may do, in place of what it might before; nothing takes everything',
  ).argument('[role@scope...]', 'viewer@all, operator@team:data, …');
  handle(command, cli, async (session: Session, _options: object, name: string, texts: string[] = []) => {
    const changed = await session.call(accountRoutes.change, { name, body: { grants: readGrants(texts) } });
    if (session.json) session.printJson(changed);
    else session.print(`${safeText(changed.name)}: ${grantText(changed.grants)}`);
  });
}

function addSwitch(parent: Command, cli: Cli, verb: 'disable' | 'enable', disabled: boolean): void {
  const command = named(parent, verb, disabled ? 'let it in no more, at once' : 'let it in again');
  handle(command, cli, async (session: Session, _options: object, name: string) => {
    const changed = await session.call(accountRoutes.change, { name, body: { disabled } });
    if (session.json) session.printJson(changed);
    else session.print(`${safeText(changed.name)} is ${changed.disabled ? 'disabled' : 'enabled'}`);
  });
}

function addInvite(parent: Command, cli: Cli): void {
  const command = named(
    parent,
    'invite',
    'a new link that sets the password; the old one, the second factor and all sessions go',
  );
  handle(command, cli, async (session: Session, _options: object, name: string) => {
    const link = await session.call(accountRoutes.invite, { name });
    if (session.json) return session.printJson(link);
    session.print(safeText(link.url));
    session.note(`works once, until ${localTime(link.expiresAt)}`);
    return undefined;
  });
}

function addDelete(parent: Command, cli: Cli): void {
  const command = named(parent, 'delete', 'take it away, with its sessions and tokens');
  handle(command, cli, async (session: Session, _options: object, name: string) => {
    const removed = await session.call(accountRoutes.remove, { name });
    if (session.json) session.printJson(removed);
    else session.print(`${safeText(removed.removed)} is deleted`);
  });
}

function addGroups(parent: Command, cli: Cli): void {
  const command = parent
    .command('groups')
    .description('what members of groups of the identity provider may do; with a name and grants: set it')
    .argument('[group]', 'as the identity provider calls it')
    .argument('[role@scope...]', 'none: take it away');
  handle(command, cli, async (session: Session, _options: object, group?: string, texts: string[] = []) => {
    if (group !== undefined) {
      const set = await session.call(accountRoutes.setGroupRole, { name: group, body: { grants: readGrants(texts) } });
      if (session.json) session.printJson(set);
      else session.print(`group ${safeText(set.name)}: ${grantText(set.grants)}`);
      return undefined;
    }
    const { items } = await session.call(accountRoutes.groupRoles, {});
    if (session.json) return session.printJson(items);
    session.table(
      ['GROUP', 'GRANTS', 'SET BY'],
      items.map(({ name, grants, author }) => [name, grantText(grants), author]),
    );
    return undefined;
  });
}

/** @throws UsageError naming the one that is no grant */
export function readGrants(texts: readonly string[] = []): Grant[] {
  return texts.map((text) => {
    const read = readGrant(text);
    if (!read.ok) throw usageError(read.problems[0]?.message ?? text);
    return read.value;
  });
}

export function grantText(grants: readonly Grant[]): string {
  return grants.map(describeGrant).join(' ') || 'nothing';
}

function named(parent: Command, name: string, description: string): Command {
  return parent.command(name).description(description).argument('<name>', 'of the account');
}
