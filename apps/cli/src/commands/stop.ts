import { runRoutes } from '@carillon/contract/http/runs.routes';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { exitCodes } from '../lib/errors.js';
import { findRun } from '../lib/find-run.js';
import { positiveInteger } from '../lib/pages.js';
import { reasonText } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { deadlineIn, isLostCommand, waitForAcceptance } from '../lib/wait-command.js';

/** `carillon stop RUN`. */
export function addStop(program: Command, cli: Cli): void {
  const command = program
    .command('stop')
    .description('end a running program and everything it started')
    .argument('<run>', 'id, its beginning, or latest')
    .option('--timeout <seconds>', 'stop waiting after so long', positiveInteger);
  handle(command, cli, async (session: Session, options: { timeout?: number }, text: string) => {
    const id = await findRun(session, text);
    const { commandId } = await session.call(runRoutes.stop, { id });
    const result = await waitForAcceptance(session, { id: commandId }, deadlineIn(session, options.timeout));
    const isLost = isLostCommand(result);
    if (session.json) session.printJson(result);
    else if (isLost) session.print(safeText(`${result.host}: ${result.state}: ${reasonText(result)}`));
    else session.print(safeText(`stopping run ${id} of ${result.job} on ${result.host}`));
    return isLost ? exitCodes.failed : exitCodes.ok;
  });
}
