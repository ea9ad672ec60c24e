import { signedInRoutes } from '@carillon/contract/http/accounts.routes';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import type { Session } from '../lib/session.js';
import { localTime } from '../lib/times.js';

/** `carillon sessions`, with `end`. */
export function addSessions(program: Command, cli: Cli): void {
  const command = program.command('sessions').description('browsers that are signed in');
  addEnd(command, cli);
  handle(addListOptions(command), cli, async (session: Session, options: ListOptions) => {
    const found = await collectPages(options, (page) => session.call(signedInRoutes.list, page));
    if (session.json) return session.printJson(found);
    if (found.length === 0) return session.print('nobody is signed in');
    session.table(
      ['ID', 'WHO', 'BY', 'FROM', 'SINCE', 'UNTIL', 'BROWSER'],
      found.map((one) => [
        one.id,
        one.name,
        one.method ?? '-',
        one.address ?? '-',
        localTime(one.createdAt),
        localTime(one.expiresAt),
        one.agent ?? '-',
      ]),
    );
    return undefined;
  });
}

function addEnd(parent: Command, cli: Cli): void {
  const command = parent
    .command('end')
    .description('sign a browser out, at once')
    .argument('<id>', 'as the list shows it');
  handle(command, cli, async (session: Session, _options: object, id: string) => {
    const ended = await session.call(signedInRoutes.end, { id });
    if (session.json) session.printJson(ended);
    else session.print(`session ${ended.ended} is over`);
  });
}
