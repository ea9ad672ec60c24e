import { Command, CommanderError } from 'commander';
import { commandsFor } from './command-list.js';
import { type AddCommand, addCommonOptions, type Cli } from './lib/command.js';
import { exitCodes, usageError } from './lib/errors.js';
import type { Io } from './lib/io.js';
import { reportError } from './lib/report-error.js';

const version = '0.1.0';

/** Carries out one command line and gives its exit code: 0 done, 1 failed, 2 wrong usage. Never throws. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const cli: Cli = { io, exitCode: exitCodes.ok };
  let complaint = '';
  const commands = await Promise.all(commandsFor(argv).map(({ load }) => load()));
  const program = makeProgram(cli, commands, (text) => {
    complaint += text.replace(/^error: /, 'carillon: ');
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return cli.exitCode;
  } catch (error) {
    const json = argv.includes('--json');
    if (!(error instanceof CommanderError)) return reportError(error, io, json);
    if (error.exitCode === 0) return exitCodes.ok; // --help, --version
    if (json)
      return reportError(usageError(complaint.split('\n')[0]?.replace(/^carillon: /, '') || error.message), io, json);
    io.stderr.write(complaint);
    return exitCodes.usage;
  }
}

function makeProgram(cli: Cli, commands: readonly AddCommand[], complain: (text: string) => void): Command {
  const program = new Command('carillon')
    .description('One console, every bell: Windows scheduled tasks from one place')
    .version(version)
    // Else the program's own --version would take the one of `jobs NAME --version N`.
    .enablePositionalOptions()
    .showHelpAfterError('(see --help)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => cli.io.stdout.write(text), writeErr: complain });
  addCommonOptions(program);
  for (const add of commands) add(program, cli);
  return program;
}
