import { scheduleOfTriggers } from '@carillon/wintask/adopt/schedule-of-triggers';
import { joinCommandLine, splitCommandLine } from '@carillon/wintask/process/command-line';
import { SETTINGS_DEFAULTS } from '@carillon/wintask/task/defaults';
import type { ExecAction, TaskDefinition, TaskSettings } from '@carillon/wintask/task/definition';
import { parseIsoDuration } from '@carillon/wintask/time/duration';
import { accountAsWritten, entryAsWritten } from '../job/as-written.js';
import { describeDuration } from '../job/describe-schedule.js';
import { jobLimits } from '../job/job-limits.js';
import type { AdoptionNoteText, AdoptionProblemText } from '../text/adoption-texts.js';
import { type Part, type Reason, refused } from './reading.js';
import { runAsOfTask } from './run-as-of-task.js';

/** A job file without name and targets, as people write it; or all reasons why the task cannot be a job. */
export type JobReading =
  | { readonly ok: true; readonly document: Readonly<Record<string, unknown>>; readonly notes: readonly Reason[] }
  | { readonly ok: false; readonly problems: readonly Reason[] };

export interface AdoptContext {
  readonly nowMs: number;
  readonly hostTimezone: string;
  /** Values of the host's machine-wide variables, by lower-case name. */
  readonly variables: Readonly<Record<string, string>>;
  /** The account as the host's list names it; definitions have its SID. */
  readonly runAs?: string;
}

/**
 * The job that does what a task does. What would be lost without a word is a problem, what is different but of no
 * consequence to when and what runs is a note; nothing else is ever different.
 */
export function jobOfTask(task: TaskDefinition, context: AdoptContext): JobReading {
  const schedule = scheduleOfTriggers(task.triggers, context);
  const run = runOf(task, context.variables);
  const runAs = runAsOfTask(task, context.runAs);
  const settings = settingsOf(task.settings);
  const problems: Reason[] = [
    ...(schedule.ok ? [] : schedule.problems.map(({ code, message }) => ({ code, message }))),
    ...run.problems,
    ...runAs.problems,
    ...settings.problems,
  ];
  if (!schedule.ok || problems.length > 0) return { ok: false, problems };
  const description = task.registrationInfo?.description?.trim().slice(0, jobLimits.descriptionCharacters);
  return {
    ok: true,
    document: {
      ...(description ? { description } : {}),
      schedule: schedule.schedule.map(entryAsWritten),
      run: run.value,
      ...(runAs.value === 'system' || runAs.value === undefined ? {} : { runAs: accountAsWritten(runAs.value) }),
      ...(runAs.rights === 'highest' ? { rights: runAs.rights } : {}),
      ...settings.value,
    },
    notes: [...schedule.notes.map(({ code, message }) => ({ code, message })), ...runAs.notes, ...settings.notes],
  };
}

function runOf(task: TaskDefinition, variables: AdoptContext['variables']): Part<Record<string, unknown>> {
  const [action] = task.actions;
  if (task.actions.length > 1)
    return refused(
      'several_actions',
      `it has ${task.actions.length} actions one after the other; a job runs one program`,
    );
  if (action?.kind !== 'exec')
    return refused('not_a_program', 'it calls a part of Windows or a COM class, not a program');
  const expanded = expand(action, variables);
  if ('unknown' in expanded)
    return refused('variable', `it names the variable %${expanded.unknown}%, whose value on the host is not known`);
  const { command, line, workingDirectory } = expanded;
  const args = splitCommandLine(line);
  if (/(^|[\\/])cmd(\.exe)?$/i.test(command) && !isPlainForCmd(line))
    return refused('cmd_quoting', 'its line for cmd.exe would change when it is taken apart; put it into a batch file');
  if ([command, line, workingDirectory].some((text) => text.includes('{{')))
    return refused('placeholder', 'its line holds {{ }}, which a job would fill in');
  if (args.length > jobLimits.argumentCount)
    return refused('arguments', `it has ${args.length} arguments, a job at most ${jobLimits.argumentCount}`);
  return {
    value: {
      program: command,
      ...(args.length > 0 ? { arguments: args } : {}),
      ...(workingDirectory ? { workingDirectory } : {}),
    },
    problems: [],
  };
}

/** cmd.exe reads its own signs, and quotes by rules of its own once there are more than two: such a line must stay as it is. */
function isPlainForCmd(line: string): boolean {
  if (joinCommandLine(splitCommandLine(line)) === line) return true;
  return !/[&|<>^()@!%]/.test(line) && line.split('"').length <= 3;
}

/** Task Scheduler expands variables in all three; the runner does not (reference 2.1). */
function expand(action: ExecAction, variables: AdoptContext['variables']) {
  let unknown: string | undefined;
  const fill = (text: string) =>
    text.replace(/%([^%\s]+)%/g, (whole, name: string) => {
      const value = variables[name.toLowerCase()];
      if (value === undefined) unknown ??= name;
      return value ?? whole;
    });
  const [command, line, workingDirectory] = [
    fill(action.command)
      .trim()
      .replace(/^"(.*)"$/, '$1'),
    fill(action.arguments ?? '').trim(),
    fill(action.workingDirectory ?? '')
      .trim()
      .replace(/^"(.*)"$/, '$1'),
  ] as const;
  return unknown === undefined ? { command, line, workingDirectory } : { unknown };
}

function settingsOf(
  settings: TaskSettings,
): Part<Record<string, unknown>> & { value: Record<string, unknown>; notes: Reason[] } {
  const { multipleInstancesPolicy: overlap = 'IgnoreNew', executionTimeLimit = SETTINGS_DEFAULTS.executionTimeLimit } =
    settings;
  const limitMs = parseIsoDuration(executionTimeLimit) ?? 0;
  const onOverlap = { IgnoreNew: 'skip', Queue: 'queue', StopExisting: 'replace', Parallel: 'parallel' }[overlap];
  const problems: (Reason & { readonly message: AdoptionProblemText })[] = [];
  if (settings.runOnlyIfIdle) problems.push({ code: 'only_idle', message: 'it runs only while the computer is idle' });
  if (settings.deleteExpiredTaskAfter !== undefined)
    problems.push({ code: 'deletes_itself', message: 'it deletes itself when its time is over' });
  if (limitMs > jobLimits.timeoutMs.max)
    problems.push({
      code: 'time_limit',
      message: `its time limit of ${executionTimeLimit} is longer than a job's can be`,
    });
  return {
    value: {
      ...(onOverlap === 'skip' ? {} : { onOverlap }),
      ...(settings.startWhenAvailable ? { onMissed: 'run-once' } : {}),
      ...(limitMs > 0 ? { timeout: describeDuration(limitMs) } : {}),
      ...(settings.enabled === false ? { enabled: false } : {}),
    },
    problems,
    notes: notesOf(settings),
  };
}

function notesOf(settings: TaskSettings): Reason[] {
  const {
    disallowStartIfOnBatteries = true,
    stopIfGoingOnBatteries = true,
    priority = SETTINGS_DEFAULTS.priority,
  } = settings;
  const notes: [boolean | undefined, string, AdoptionNoteText][] = [
    [disallowStartIfOnBatteries || stopIfGoingOnBatteries, 'batteries', 'it does not run on batteries; the job does'],
    [settings.runOnlyIfNetworkAvailable, 'network', 'it waits for a network; the job does not'],
    [settings.wakeToRun, 'wake', 'it wakes the computer; the job does not'],
    [
      settings.restartOnFailure !== undefined,
      'restart',
      'Windows starts it again when it could not start; see retry for a job',
    ],
    [priority !== 5, 'priority', `it runs at priority ${priority}; the job at 5`],
  ];
  return notes.flatMap(([is, code, message]) => (is ? [{ code, message }] : []));
}
