import { joinCommandLine, splitCommandLine } from '@carillon/wintask/process/command-line';
import type { TaskDefinition } from '@carillon/wintask/task/definition';

/** Apart from the folder of the jobs' tasks: what stands there is never taken for a job, and never for drift. */
export const agentTaskFolder = '\\Carillon Agent';
export const agentTaskPath = `${agentTaskFolder}\\Agent`;

/** The task that looks after an upgrade of the agent while one is under way. */
export const upgradeTaskPath = `${agentTaskFolder}\\Upgrade`;

/** A program with the arguments Task Scheduler hands it. */
export interface ProgramCall {
  readonly command: string;
  readonly arguments: readonly string[];
}

/**
 * The task that keeps the agent itself going: started at boot as SYSTEM, and every five minutes again, which does
 * nothing while it runs (IgnoreNew) and starts an agent that was ended by whatever means. Restarting on failure helps
 * where the program could not be started at all; it does not look at exit codes (reference 2.4), hence the second trigger.
 * @param program absolute path and arguments, unquoted
 */
export function agentTask(program: ProgramCall): TaskDefinition {
  return {
    version: '1.2',
    registrationInfo: {
      author: 'Carillon',
      description: 'Keeps the Carillon agent running. Remove it with: carillon-agent uninstall',
      uri: agentTaskPath,
    },
    triggers: [
      { kind: 'boot' },
      // A fixed day in the past, so that the same program always gives the same task.
      { kind: 'time', startBoundary: '2020-01-01T00:00:00', repetition: { interval: 'PT5M' } },
    ],
    principals: [{ id: 'Author', userId: 'S-1-5-18', runLevel: 'HighestAvailable' }],
    settings: {
      multipleInstancesPolicy: 'IgnoreNew',
      disallowStartIfOnBatteries: false,
      stopIfGoingOnBatteries: false,
      allowHardTerminate: true,
      startWhenAvailable: true,
      runOnlyIfNetworkAvailable: false,
      allowStartOnDemand: true,
      enabled: true,
      hidden: false,
      runOnlyIfIdle: false,
      wakeToRun: false,
      executionTimeLimit: 'PT0S',
      priority: 5,
      restartOnFailure: { interval: 'PT1M', count: 255 },
    },
    actionsContext: 'Author',
    actions: [{ kind: 'exec', command: program.command, arguments: joinCommandLine(program.arguments) }],
  };
}

/**
 * The task of the watch over an upgrade: started at once, at boot and every minute, until it takes itself away. So it is
 * neither the agent's child nor lost with a power cut.
 */
export function upgradeTask(program: ProgramCall): TaskDefinition {
  const { registrationInfo, ...task } = agentTask(program);
  return {
    ...task,
    registrationInfo: {
      ...registrationInfo,
      description: 'Looks after an upgrade of the Carillon agent, and goes back to the former version if it fails.',
      uri: upgradeTaskPath,
    },
    triggers: [
      { kind: 'boot' },
      { kind: 'time', startBoundary: '2020-01-01T00:00:00', repetition: { interval: 'PT1M' } },
    ],
  };
}

/**
 * Does this task start the agent (`agent`), a runner (`run`) or the watch over an upgrade of the agent that works in this folder? Only such a task
 * is ours to change or remove: a person may have put his own into our folder of Task Scheduler, and a second agent may
 * share the machine.
 * @param dataFolder absolute; compared without regard to case and to the slash at its end
 */
export function isTaskOf(task: TaskDefinition, verb: 'agent' | 'run' | 'upgrade-watch', dataFolder: string): boolean {
  return task.actions.some((action) => {
    if (action.kind !== 'exec') return false;
    const words = splitCommandLine(action.arguments ?? '');
    const at = words.findIndex((word, index) => word === '--data' && words[index - 1] === verb);
    return at >= 0 && folderKey(words[at + 1] ?? '') === folderKey(dataFolder);
  });
}

function folderKey(path: string): string {
  return path.replace(/[\\/]+$/, '').toLowerCase();
}
