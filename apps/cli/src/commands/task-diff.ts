import { diffTasks } from '@carillon/wintask/task/diff';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { CliError } from '../lib/errors.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { inspectFile } from './task-inspect.js';

/** `carillon task diff A B`: 0 the same, 1 different, 2 not readable. */
export function addTaskDiff(parent: Command, cli: Cli): void {
  const command = parent
    .command('diff')
    .description('say what two tasks do differently; what Windows rewrites by itself is no difference')
    .argument('<wanted>', 'task XML')
    .argument('<found>', 'task XML');
  handle(command, cli, async (session: Session, _options: object, wanted: string, found: string) => {
    const differences = diffTasks(await read(session, wanted), await read(session, found));
    if (session.json) session.printJson(differences);
    else if (differences.length === 0) session.print('the same');
    else for (const { text } of differences) session.print(safeText(text));
    return differences.length > 0 ? 1 : 0;
  });
}

async function read(session: Session, file: string) {
  const inspection = await inspectFile(session.io.cwd, file);
  if (inspection.ok) return inspection.definition;
  const { line, column, message } = inspection.error;
  throw new CliError(`${file}${line === undefined ? '' : `:${line}:${column}`}: ${message}`, { exitCode: 2 });
}
