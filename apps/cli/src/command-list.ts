import type { AddCommand } from './lib/command.js';

/** Some words of the command line, and the file that knows them: read when it is asked for. */
export interface CommandEntry {
  readonly words: readonly string[];
  readonly load: () => Promise<AddCommand>;
}

/** In the order of the help text. To load them all takes most of a second, one of them a third of that. */
export const commandList: readonly CommandEntry[] = [
  entry(['new'], async () => (await import('./commands/new.js')).addNew),
  entry(['apply'], async () => (await import('./commands/apply.js')).addApply),
  entry(['diff'], async () => (await import('./commands/diff.js')).addDiff),
  entry(['import'], async () => (await import('./commands/import.js')).addImport),
  entry(['rollouts'], async () => (await import('./commands/rollouts.js')).addRollouts),
  entry(['jobs'], async () => (await import('./commands/jobs.js')).addJobs),
  entry(['export'], async () => (await import('./commands/export.js')).addExport),
  entry(['export-runs'], async () => (await import('./commands/export-runs.js')).addExportRuns),
  entry(['hosts'], async () => (await import('./commands/hosts.js')).addHosts),
  entry(['changes'], async () => (await import('./commands/changes.js')).addChanges),
  entry(['repair'], async () => (await import('./commands/repair.js')).addRepair),
  entry(['inventory'], async () => (await import('./commands/inventory.js')).addInventory),
  entry(['adopt'], async () => (await import('./commands/adopt.js')).addAdopt),
  entry(['labels'], async () => (await import('./commands/labels.js')).addLabels),
  entry(['runs'], async () => (await import('./commands/runs.js')).addRuns),
  entry(['missed'], async () => (await import('./commands/missed.js')).addMissed),
  entry(['why'], async () => (await import('./commands/why.js')).addWhy),
  entry(['output'], async () => (await import('./commands/output.js')).addOutput),
  entry(['run'], async () => (await import('./commands/run.js')).addRun),
  entry(['stop'], async () => (await import('./commands/stop.js')).addStop),
  entry(['pause', 'resume', 'pauses'], async () => (await import('./commands/pause.js')).addPause),
  entry(['incidents'], async () => (await import('./commands/incidents.js')).addIncidents),
  entry(
    ['silences', 'silence', 'maintenance', 'alert-policies', 'on-call'],
    async () => (await import('./commands/silences.js')).addSilences,
  ),
  entry(['calendars'], async () => (await import('./commands/calendars.js')).addCalendars),
  entry(['channels'], async () => (await import('./commands/channels.js')).addChannels),
  entry(['deliveries'], async () => (await import('./commands/channels.js')).addDeliveries),
  entry(['secret'], async () => (await import('./commands/secret.js')).addSecret),
  entry(['account'], async () => (await import('./commands/job-secrets.js')).addAccount),
  entry(['subscriptions'], async () => (await import('./commands/subscriptions.js')).addSubscriptions),
  entry(['requests'], async () => (await import('./commands/requests.js')).addRequests),
  entry(['approve'], async () => (await import('./commands/approve.js')).addApprove),
  entry(['approver-key'], async () => (await import('./commands/approver-key.js')).addApproverKey),
  entry(['delete'], async () => (await import('./commands/delete.js')).addDelete),
  entry(['xml'], async () => (await import('./commands/xml.js')).addXml),
  entry(['schedule'], async () => (await import('./commands/schedule.js')).addSchedule),
  entry(['task'], async () => (await import('./commands/task.js')).addTask),
  entry(['token'], async () => (await import('./commands/token.js')).addToken),
  entry(['upgrade'], async () => (await import('./commands/upgrade.js')).addUpgrade),
  entry(['users'], async () => (await import('./commands/users.js')).addUsers),
  entry(['tokens'], async () => (await import('./commands/tokens.js')).addTokens),
  entry(['sessions'], async () => (await import('./commands/sessions.js')).addSessions),
  entry(['audit'], async () => (await import('./commands/audit.js')).addAudit),
  entry(['keys'], async () => (await import('./commands/keys.js')).addKeys),
  entry(['sign-in'], async () => (await import('./commands/sign-in.js')).addSignIn),
  entry(['status'], async () => (await import('./commands/status.js')).addStatus),
  entry(['backup', 'restore'], async () => (await import('./commands/backup.js')).addBackup),
  entry(['simulate'], async () => (await import('./commands/simulate.js')).addSimulate),
  entry(['drill'], async () => (await import('./commands/drill.js')).addDrill),
  entry(['bench'], async () => (await import('./commands/bench.js')).addBench),
];

function entry(words: readonly string[], load: () => Promise<AddCommand>): CommandEntry {
  return { words, load };
}

/** The options in front of a command that take a value (`addCommonOptions`). */
const optionsWithValue = new Set(['--server', '--token']);

/** What this command line needs: the one command that it names, or all of them when it names none that we know. */
export function commandsFor(argv: readonly string[]): readonly CommandEntry[] {
  const word = commandWord(argv);
  const named = commandList.filter(({ words }) => word !== undefined && words.includes(word));
  return named.length > 0 ? named : commandList;
}

/** The first word that is no option, nor the value of one. */
export function commandWord(argv: readonly string[]): string | undefined {
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (!word.startsWith('-')) return word;
    if (optionsWithValue.has(word)) index += 1;
  }
  return undefined;
}
