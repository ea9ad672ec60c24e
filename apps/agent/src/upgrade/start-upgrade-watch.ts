import { upgradeTask, upgradeTaskPath } from '@carillon/core/install/agent-task';
import type { TaskScheduler } from '../scheduler/task-scheduler.js';
import type { AgentFolder } from '../state/agent-folder.js';
import { UpgradeFiles } from './upgrade-files.js';

/** Registers and starts the watch over the upgrade under way; a second start of a running one does nothing. */
export async function startUpgradeWatch(folder: AgentFolder, scheduler: TaskScheduler): Promise<void> {
  const { trial } = new UpgradeFiles(folder.upgrade);
  if (!trial) return;
  const call = ['upgrade-watch', '--data', folder.root];
  // From the former program: the new one is what is on trial.
  const program = trial.previous.endsWith('.cjs')
    ? { command: process.execPath, arguments: [trial.previous, ...call] }
    : { command: trial.previous, arguments: call };
  await scheduler.register(upgradeTaskPath, upgradeTask(program));
  await scheduler.start(upgradeTaskPath);
}
