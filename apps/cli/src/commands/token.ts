import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { usageError } from '../lib/errors.js';
import { parseLabels } from '../lib/label-arguments.js';
import { addListOptions, collectPages, type ListOptions, positiveInteger } from '../lib/pages.js';
import { countOf, labelText } from '../lib/print.js';
import type { Session } from '../lib/session.js';
import { localTime } from '../lib/times.js';

export interface CreateOptions {
  readonly uses: number;
  readonly expires: number;
  readonly label?: string[] | undefined;
  readonly from?: string[] | undefined;
  readonly hosts?: string | undefined;
  readonly approve?: boolean | undefined;
}

/** `carillon token create | list | revoke`. */
export function addToken(program: Command, cli: Cli): void {
  const token = program.command('token').description('tokens with which new agents join');
  addCreate(token, cli);
  addList(token, cli);
  addRevoke(token, cli);
}

function addCreate(token: Command, cli: Cli): void {
  const command = token
    .command('create')
    .description('make a token; it is shown this once')
    .option('--uses <n>', 'how many agents may join with it', positiveInteger, 1)
    .option('--expires <minutes>', 'how long it is good for', positiveInteger, 60)
    .option('--label <key=value...>', 'labels of the hosts that join with it')
    .option('--from <address...>', 'only from these addresses or networks')
    .option('--hosts <pattern>', 'only hosts that are called so: web-*, ? for one letter')
    .option('--approve', 'who joins with it waits until somebody lets him in');
  handle(command, cli, async (session: Session, options: CreateOptions) => {
    const body = tokenBody(options);
    const made = await session.call(hostRoutes.createToken, { body });
    if (session.json) return session.printJson(made);
    // Only the token on stdout, so that $(carillon token create) is it.
    session.print(made.token);
    session.note(
      `id ${made.id}, good for ${countOf(made.uses, 'host')} until ${localTime(made.expiresAt)}, labels ${labelText(made.labels)}`,
    );
  });
}

/** As the server is asked for a token. */
export function tokenBody({ uses, expires, label = [], from, hosts, approve = false }: CreateOptions) {
  return {
    ...{ uses, expiresInMinutes: expires, labels: parseLabels(label) },
    ...(from === undefined ? {} : { addresses: from }),
    ...(hosts === undefined ? {} : { hostNames: hosts }),
    ...(approve ? { needsApproval: true } : {}),
  };
}

function boundsText(token: { addresses: string[]; hostNames: string | null; needsApproval: boolean }): string {
  const bounds = [
    ...(token.addresses.length > 0 ? [`from ${token.addresses.join(' ')}`] : []),
    ...(token.hostNames === null ? [] : [`hosts ${token.hostNames}`]),
    ...(token.needsApproval ? ['needs approval'] : []),
  ];
  return bounds.join(', ') || '-';
}

function addList(token: Command, cli: Cli): void {
  const command = token.command('list').description('list tokens, newest first, without their secrets');
  handle(addListOptions(command), cli, async (session: Session, options: ListOptions) => {
    const tokens = await collectPages(options, (page) => session.call(hostRoutes.tokens, page));
    if (session.json) return session.printJson(tokens);
    session.table(
      ['ID', 'STATE', 'USED', 'EXPIRES', 'LABELS', 'BOUNDS', 'BY'],
      tokens.map((item) => [
        item.id,
        tokenState(item, session.io.now()),
        `${item.used}/${item.uses}`,
        localTime(item.expiresAt),
        labelText(item.labels),
        boundsText(item),
        item.author || '-',
      ]),
    );
  });
}

function tokenState(token: { revoked: boolean; used: number; uses: number; expiresAt: string }, nowMs: number): string {
  if (token.revoked) return 'revoked';
  if (Date.parse(token.expiresAt) <= nowMs) return 'expired';
  return token.used >= token.uses ? 'used up' : 'open';
}

function addRevoke(token: Command, cli: Cli): void {
  const command = token
    .command('revoke')
    .description('make a token useless')
    .argument('<id>', 'id of the token, not the token itself');
  handle(command, cli, async (session: Session, _options: object, id: string) => {
    if (!hostRoutes.revokeToken.params.safeParse({ id }).success)
      throw usageError(`id: expected the id that token list shows, got ${JSON.stringify(id)}`);
    const revoked = await session.call(hostRoutes.revokeToken, { id });
    if (session.json) session.printJson(revoked);
    else session.print(`revoked token ${revoked.id} (used by ${countOf(revoked.used, 'host')})`);
  });
}
