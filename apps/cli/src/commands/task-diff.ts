import { diffTasks } from '@carillon/wintask/task/diff';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { CliError, usageError } from '../lib/errors.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { findChange } from './changes.js';
import { inspectFile } from './task-inspect.js';

/** `carillon task diff A B` or `--change ID`: 0 the same, 1 different, 2 not readable. */
export function addTaskDiff(parent: Command, cli: Cli): void {
  const command = parent
    .command('diff')
    .description('say what two tasks do differently; what Windows rewrites by itself is no difference')
    .argument('[wanted]', 'task XML')
    .argument('[found]', 'task XML')
    .option('--change <id>', 'instead of files: what was found on a host, against what should be there (see changes)');
  handle(command, cli, async (session: Session, { change }: DiffOptions, wanted?: string, found?: string) => {
    const [one, other] = await pairOf(session, { change, wanted, found });
    const differences = diffTasks(one, other);
    if (session.json) session.printJson(differences);
    else if (differences.length === 0) session.print('the same');
    else for (const { text } of differences) session.print(safeText(text));
    return differences.length > 0 ? 1 : 0;
  });
}

interface DiffOptions {
  readonly change?: string | undefined;
}

type Asked = DiffOptions & { readonly wanted?: string | undefined; readonly found?: string | undefined };

async function pairOf(session: Session, { change, wanted, found }: Asked) {
  if (change === undefined) {
    if (wanted === undefined || found === undefined)
      throw usageError('expected two files with task XML, or --change ID');
    return [await read(session, wanted), await read(session, found)] as const;
  }
  if (wanted !== undefined) throw usageError('expected either two files or --change ID, not both');
  const { wanted: should, definition } = await findChange(session, change);
  const tasks = [should, definition].map((xml) => (xml === null ? undefined : readTaskXml(xml)));
  const [one, other] = tasks;
  if (!one?.ok || !other?.ok)
    throw new CliError(`change ${change}: the host did not tell how the task was`, { code: 'not_found', exitCode: 2 });
  return [one.task, other.task] as const;
}

async function read(session: Session, file: string) {
  const inspection = await inspectFile(session.io.cwd, file);
  if (inspection.ok) return inspection.definition;
  const { line, column, message } = inspection.error;
  throw new CliError(`${file}${line === undefined ? '' : `:${line}:${column}`}: ${message}`, { exitCode: 2 });
}
