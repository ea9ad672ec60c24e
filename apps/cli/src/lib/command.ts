import type { Command } from 'commander';
import type { Io } from './io.js';
import { type CommonOptions, Session } from './session.js';

/** What a command file exports: adds itself to the program. */
export type AddCommand = (program: Command, cli: Cli) => void;

/** The running program: its world, and the exit code so far. */
export interface Cli {
  readonly io: Io;
  exitCode: number;
}

/** The options that stand on every command, and before it. */
export function addCommonOptions(command: Command): Command {
  return command
    .option('--server <url>', 'the server (CARILLON_SERVER; default: the one started in .carillon)')
    .option('--token <token>', 'API token (CARILLON_TOKEN; default: .carillon/admin-token)')
    .option('--json', 'one JSON document on standard output');
}

/**
 * Gives a command its handler, called with a session, the options and the arguments.
 * What the handler returns is the exit code; nothing means 0.
 */
export function handle<Options, Arguments extends unknown[]>(
  command: Command,
  cli: Cli,
  handler: (session: Session, options: Options & CommonOptions, ...args: Arguments) => Promise<number | undefined>,
): void {
  addCommonOptions(command).action(async () => {
    const options: Options & CommonOptions = command.optsWithGlobals();
    const args = command.processedArgs as unknown[] as Arguments;
    cli.exitCode = (await handler(new Session(cli.io, options), options, ...args)) ?? 0;
  });
}
