import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { limits } from '@carillon/contract/limits';
import type { Command } from 'commander';
import { findAgentProgram } from '../lib/agent-program.js';
import { type Cli, handle } from '../lib/command.js';
import { usageError } from '../lib/errors.js';
import { parseLabels } from '../lib/label-arguments.js';
import { positiveInteger } from '../lib/pages.js';
import type { Session } from '../lib/session.js';

interface SimulateOptions {
  readonly hosts: number;
  readonly seconds?: number | undefined;
  readonly labels?: string[] | undefined;
}

const spareMinutes = 10;
const longestMinutes = 7 * 24 * 60;

/** `carillon simulate`. */
export function addSimulate(program: Command, cli: Cli): void {
  const command = program
    .command('simulate')
    .description('let many simulated hosts join the server and run their jobs')
    .requiredOption('--hosts <n>', 'how many', positiveInteger)
    .option('--seconds <t>', 'end after so long (default: until interrupted)', positiveInteger)
    .option('--labels <key=value...>', 'labels of the simulated hosts');
  handle(command, cli, (session: Session, options: SimulateOptions) => simulate(session, options));
}

/** The simulator is the agent's own; apps meet as processes, never as imports. */
async function simulate(session: Session, { hosts, seconds, labels }: SimulateOptions): Promise<number> {
  if (hosts > limits.enrolmentTokenUses)
    throw usageError(`--hosts: expected at most ${limits.enrolmentTokenUses}, got ${hosts}`);
  const agent = findAgentProgram(session.io.repository);
  const expiresInMinutes = Math.min(
    longestMinutes,
    seconds === undefined ? longestMinutes : Math.ceil(seconds / 60) + spareMinutes,
  );
  const body = { uses: hosts, expiresInMinutes, labels: parseLabels(labels ?? []) };
  const token = await session.call(hostRoutes.createToken, { body });
  try {
    const { url } = session.connection();
    const args = [agent, 'simulate', '--server', url, '--hosts', String(hosts)];
    if (seconds !== undefined) args.push('--seconds', String(seconds));
    if (session.json) args.push('--json');
    // The token goes by environment: a command line can be read by everybody on the machine.
    return await session.io.runChild(process.execPath, args, { CARILLON_JOIN_TOKEN: token.token });
  } finally {
    await session.call(hostRoutes.revokeToken, { id: token.id }).catch((error: unknown) => {
      session.note(
        `carillon: the token ${token.id} could not be removed: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
  }
}
