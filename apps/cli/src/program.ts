import { Command, CommanderError } from 'commander';
import { commandsFor, commandWord } from './command-list.js';
import { type AddCommand, addCommonOptions, type Cli } from './lib/command.js';
import { exitCodes, usageError } from './lib/errors.js';
import type { Io } from './lib/io.js';
import { reportError } from './lib/report-error.js';
import { version } from './lib/version.js';

/** Carries out one command line and gives its exit code: 0 done, 1 failed, 2 wrong usage. Never throws. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const { exitCode, isUsage } = await carryOut(argv, io);
  return isUsage && compares(argv) ? exitCodes.failed : exitCode;
}

/** Commands of which exit code 2 says that there are changes. */
function compares(argv: readonly string[]): boolean {
  return argv.includes('--plan') || commandWord(argv) === 'diff';
}

async function carryOut(argv: readonly string[], io: Io): Promise<{ exitCode: number; isUsage: boolean }> {
  const cli: Cli = { io, exitCode: exitCodes.ok };
  let complaint = '';
  const commands = await Promise.all(commandsFor(argv).map(({ load }) => load()));
  const program = makeProgram(cli, commands, (text) => {
    complaint += text.replace(/^error: /, 'carillon: ');
  });
  const failed = (error: unknown) => {
    const exitCode = reportError(error, io, json);
    return { exitCode, isUsage: exitCode === exitCodes.usage };
  };
  const json = argv.includes('--json');
  try {
    await program.parseAsync(argv, { from: 'user' });
    return { exitCode: cli.exitCode, isUsage: false };
  } catch (error) {
    if (!(error instanceof CommanderError)) return failed(error);
    if (error.exitCode === 0) return { exitCode: exitCodes.ok, isUsage: false }; // --help, --version
    if (json) return failed(usageError(complaint.split('\n')[0]?.replace(/^carillon: /, '') || error.message));
    io.stderr.write(complaint);
    return { exitCode: exitCodes.usage, isUsage: true };
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
