import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import {
  agentInstallerFile,
  agentProgramFile,
  type InstallerLineKind,
  installerLine,
  isThisComputerOnly,
} from '@carillon/core/install/installer-line';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { CliError } from '../lib/errors.js';
import { positiveInteger } from '../lib/pages.js';
import { countOf, labelText } from '../lib/print.js';
import type { Session } from '../lib/session.js';
import { localTime } from '../lib/times.js';
import { type CreateOptions, tokenBody } from './token.js';

interface AddOptions extends CreateOptions {
  readonly msi?: boolean | undefined;
}

/** What each line loads, and how it is made. */
const neededBy: Record<InstallerLineKind, { file: string; build: string }> = {
  powershell: { file: agentProgramFile, build: 'npm run build:agent' },
  msi: { file: agentInstallerFile, build: 'npm run build:msi' },
};

/** `carillon hosts add`. */
export function addHostsAdd(hosts: Command, cli: Cli): void {
  const command = hosts
    .command('add')
    .description('make a join token, and print the line that brings the agent to a Windows host')
    .option('--uses <n>', 'how many hosts may join with it', positiveInteger, 1)
    .option('--expires <minutes>', 'how long it is good for', positiveInteger, 60)
    .option('--label <key=value...>', 'labels of the hosts that join with it')
    .option('--from <address...>', 'only from these addresses or networks')
    .option('--hosts <pattern>', 'only hosts that are called so: web-*, ? for one letter')
    .option('--approve', 'who joins with it waits until somebody lets him in')
    .option('--msi', 'a line for msiexec and software distribution instead of PowerShell');
  handle(command, cli, async (session: Session, options: AddOptions) => {
    const kind = options.msi ? 'msi' : 'powershell';
    const { origin, files } = await session.call(hostRoutes.agentFiles, {});
    const { file, build } = neededBy[kind];
    // Before a token is made that nobody could use.
    if (!files.some(({ name }) => name === file))
      throw new CliError(`the server has no ${file} yet; make it on the server with: ${build}`, { code: 'not_found' });
    const made = await session.call(hostRoutes.createToken, { body: tokenBody(options) });
    const line = installerLine(kind, origin, made.token);
    if (session.json) return session.printJson({ ...made, origin, line });
    session.print(line);
    session.note(
      `on each host, ${kind === 'msi' ? 'in a console' : 'in PowerShell'} as administrator; ` +
        `good for ${countOf(made.uses, 'host')} until ${localTime(made.expiresAt)}, labels ${labelText(made.labels)}`,
    );
    if (isThisComputerOnly(origin))
      session.note(
        `${origin} is reached from this computer only; CARILLON_PUBLIC_URL tells the server its other address`,
      );
    return undefined;
  });
}
