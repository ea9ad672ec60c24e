import { Command, CommanderError } from 'commander';
import { addAdopt } from './commands/adopt.js';
import { addApply } from './commands/apply.js';
import { addBackup } from './commands/backup.js';
import { addBench } from './commands/bench.js';
import { addChanges } from './commands/changes.js';
import { addChannels, addDeliveries, addSecret } from './commands/channels.js';
import { addDelete } from './commands/delete.js';
import { addExport } from './commands/export.js';
import { addHosts } from './commands/hosts.js';
import { addImport } from './commands/import.js';
import { addIncidents } from './commands/incidents.js';
import { addInventory } from './commands/inventory.js';
import { addJobs } from './commands/jobs.js';
import { addLabels } from './commands/labels.js';
import { addMissed } from './commands/missed.js';
import { addOutput } from './commands/output.js';
import { addPause } from './commands/pause.js';
import { addRun } from './commands/run.js';
import { addRuns } from './commands/runs.js';
import { addSchedule } from './commands/schedule.js';
import { addSignIn } from './commands/sign-in.js';
import { addSilences } from './commands/silences.js';
import { addSimulate } from './commands/simulate.js';
import { addStatus } from './commands/status.js';
import { addStop } from './commands/stop.js';
import { addSubscriptions } from './commands/subscriptions.js';
import { addTask } from './commands/task.js';
import { addToken } from './commands/token.js';
import { addUpgrade } from './commands/upgrade.js';
import { addWhy } from './commands/why.js';
import { addXml } from './commands/xml.js';
import { type AddCommand, addCommonOptions, type Cli } from './lib/command.js';
import { exitCodes, usageError } from './lib/errors.js';
import type { Io } from './lib/io.js';
import { reportError } from './lib/report-error.js';

const version = '0.1.0';

/** In the order of the help text. */
const commands: readonly AddCommand[] = [
  addApply,
  addImport,
  addJobs,
  addExport,
  addHosts,
  addChanges,
  addInventory,
  addAdopt,
  addLabels,
  addRuns,
  addMissed,
  addWhy,
  addOutput,
  addRun,
  addStop,
  addPause,
  addIncidents,
  addSilences,
  addChannels,
  addDeliveries,
  addSecret,
  addSubscriptions,
  addDelete,
  addXml,
  addSchedule,
  addTask,
  addToken,
  addUpgrade,
  addSignIn,
  addStatus,
  addBackup,
  addSimulate,
  addBench,
];

/** Carries out one command line and gives its exit code: 0 done, 1 failed, 2 wrong usage. Never throws. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const cli: Cli = { io, exitCode: exitCodes.ok };
  let complaint = '';
  const program = makeProgram(cli, (text) => {
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

function makeProgram(cli: Cli, complain: (text: string) => void): Command {
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
