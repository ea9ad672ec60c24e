import { sessionRoutes } from '@carillon/contract/http/session.routes';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { localTime } from '../lib/times.js';

/** `carillon sign-in`. */
export function addSignIn(program: Command, cli: Cli): void {
  const command = program.command('sign-in').description('print a one-time link that signs a browser in');
  handle(command, cli, async (session: Session) => {
    const link = await session.call(sessionRoutes.signInLink, {});
    if (session.json) return session.printJson(link);
    session.print(safeText(link.url));
    session.note(`works once, until ${localTime(link.expiresAt)}`);
  });
}
