import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { alertDocumentKinds } from '@carillon/core/state/states';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { usageError } from '../lib/errors.js';
import { countOf } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';

interface Override {
  readonly overrideFreeze?: string | undefined;
}

/** `carillon delete JOB`, `carillon delete KIND NAME`. */
export function addDelete(program: Command, cli: Cli): void {
  const command = program
    .command('delete')
    .description(
      'take a job off all its hosts (its runs stay readable), or delete an alert document that nothing names',
    )
    .argument('<job|kind>', `a job; or one of ${alertDocumentKinds.join(', ')}`)
    .argument('[name]', 'name of the document')
    .option('--override-freeze <reason>', 'delete a job though a freeze covers it, and why; takes the right to');
  handle(
    command,
    cli,
    async (session: Session, { overrideFreeze }: Override, first: string, name: string | undefined) => {
      if (name !== undefined && first !== 'Job') return deleteDocument(session, first, name);
      const why = overrideFreeze === undefined ? {} : { overrideFreeze };
      const removed = await session.call(jobRoutes.remove, { name: name ?? first, ...why });
      if (session.json) return session.printJson(removed);
      session.print(`deleted job ${safeText(removed.name)} (${countOf(removed.hosts, 'host')})`);
      return undefined;
    },
  );
}

async function deleteDocument(session: Session, given: string, name: string): Promise<undefined> {
  const kind = alertDocumentKinds.find((known) => known.toLowerCase() === given.toLowerCase().replaceAll('-', ''));
  if (!kind) throw usageError(`expected Job or one of ${alertDocumentKinds.join(', ')}, got ${JSON.stringify(given)}`);
  const removed = await session.call(alertDocumentRoutes.remove, { kind, name });
  if (session.json) return session.printJson(removed);
  session.print(`deleted ${kind} ${safeText(removed.name)}`);
  return undefined;
}
