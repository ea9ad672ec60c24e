import { jobTemplates } from '@carillon/core/job/job-templates';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { usageError } from '../lib/errors.js';
import type { Session } from '../lib/session.js';

/** `carillon new KIND`: needs no server. */
export function addNew(program: Command, cli: Cli): void {
  const kinds = Object.keys(jobTemplates);
  const command = program
    .command('new')
    .description('print a commented job file to begin with')
    .argument('<kind>', kinds.join(', '));
  handle(command, cli, async (session: Session, _options: object, kind: string) => {
    const [, text] = Object.entries(jobTemplates).find(([name]) => name === kind) ?? [];
    if (text === undefined) throw usageError(`new: expected one of ${kinds.join(', ')}, got ${kind}`);
    if (session.json) return session.printJson({ kind, text });
    session.print(text.trimEnd());
    return undefined;
  });
}
