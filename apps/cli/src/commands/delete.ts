import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { countOf } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';

/** `carillon delete JOB`. */
export function addDelete(program: Command, cli: Cli): void {
  const command = program
    .command('delete')
    .description('take a job off all its hosts; its runs stay readable')
    .argument('<job>', 'a job');
  handle(command, cli, async (session: Session, _options: object, name: string) => {
    const removed = await session.call(jobRoutes.remove, { name });
    if (session.json) session.printJson(removed);
    else session.print(`deleted job ${safeText(removed.name)} (${countOf(removed.hosts, 'host')})`);
  });
}
