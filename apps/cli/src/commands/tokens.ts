import { accessTokenRoutes } from '@carillon/contract/http/accounts.routes';
import type { Response } from '@carillon/contract/http/route';
import { type TokenArea, tokenAreas } from '@carillon/core/access/roles';
import { type Command, Option } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { addListOptions, collectPages, type ListOptions, positiveInteger } from '../lib/pages.js';
import type { Session } from '../lib/session.js';
import { localTime } from '../lib/times.js';
import { grantText, readGrants } from './users.js';

type Token = Response<typeof accessTokenRoutes.revoke>;

/** `carillon tokens`, with `create`, `rotate` and `revoke`. Not `token`, with which agents join. */
export function addTokens(program: Command, cli: Cli): void {
  const command = program
    .command('tokens')
    .description('API tokens of people and services')
    .option('--mine', 'only your own');
  addCreate(command, cli);
  addRotate(command, cli);
  addRevoke(command, cli);
  handle(addListOptions(command), cli, async (session: Session, options: ListOptions & { mine?: boolean }) => {
    const found = options.mine
      ? (await session.call(accessTokenRoutes.mine, {})).items
      : await collectPages(options, (page) => session.call(accessTokenRoutes.list, page));
    if (session.json) return session.printJson(found);
    session.table(
      ['ID', 'OWNER', 'NAME', 'STATE', 'MAY', 'FROM', 'EXPIRES', 'LAST USED'],
      found.map((one) => [
        one.id,
        one.owner,
        one.name,
        stateOf(one, session.io.now()),
        one.grants === null ? one.area : `${one.area}, ${grantText(one.grants)}`,
        one.addresses.join(' ') || 'anywhere',
        localTime(one.expiresAt),
        one.usedAt === null ? '-' : `${localTime(one.usedAt)} from ${one.usedFrom ?? '?'}`,
      ]),
    );
    return undefined;
  });
}

interface CreateOptions {
  readonly for?: string | undefined;
  readonly area: TokenArea;
  readonly grant?: string[] | undefined;
  readonly from?: string[] | undefined;
  readonly days: number;
}

function addCreate(parent: Command, cli: Cli): void {
  const command = parent
    .command('create')
    .description('make a token; it is shown this once')
    .argument('<name>', 'what it is for')
    .option('--for <service>', 'of a service; yours unless said')
    .addOption(new Option('--area <area>', 'incidents: for ticket systems').choices(tokenAreas).default('all'))
    .option('--grant <role@scope...>', 'keep it to this; never more than its owner may')
    .option('--from <address...>', 'only from these addresses or networks')
    .option('--days <n>', 'how long it is good for, at most 365', positiveInteger, 90);
  handle(command, cli, async (session: Session, options: CreateOptions, name: string) => {
    const grants = options.grant ? readGrants(options.grant) : undefined;
    const body = {
      ...{ name, area: options.area, addresses: options.from ?? [], expiresInDays: options.days },
      ...(grants ? { grants } : {}),
    };
    const made = await (options.for === undefined
      ? session.call(accessTokenRoutes.create, { body })
      : session.call(accessTokenRoutes.createFor, { name: options.for, body }));
    show(session, made);
  });
}

function addRotate(parent: Command, cli: Cli): void {
  const command = parent
    .command('rotate')
    .description('another secret for the same; the old one goes on for a day')
    .argument('<id>', 'as the list shows it');
  handle(command, cli, async (session: Session, _options: object, id: string) => {
    show(session, await session.call(accessTokenRoutes.rotate, { id }));
  });
}

function addRevoke(parent: Command, cli: Cli): void {
  const command = parent
    .command('revoke')
    .description('make a token useless, at once')
    .argument('<id>', 'as the list shows it');
  handle(command, cli, async (session: Session, _options: object, id: string) => {
    const revoked = await session.call(accessTokenRoutes.revoke, { id });
    if (session.json) session.printJson(revoked);
    else session.print(`revoked token ${revoked.id}`);
  });
}

/** Only the token on stdout, so that $(carillon tokens create …) is it. */
function show(session: Session, made: Token & { token: string }): void {
  if (session.json) session.printJson(made);
  else session.print(made.token);
  session.note(`id ${made.id}, until ${localTime(made.expiresAt)}`);
}

function stateOf({ revokedAt, expiresAt }: Token, nowMs: number): string {
  if (revokedAt !== null) return 'revoked';
  return Date.parse(expiresAt) <= nowMs ? 'expired' : 'active';
}
