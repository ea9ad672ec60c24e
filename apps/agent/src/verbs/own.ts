import { fileLog } from '../lib/log.js';
import { printZones } from '../programs/zones.js';
import { hostScheduler } from '../scheduler/host-scheduler.js';
import { agentFolderAt } from '../state/agent-folder.js';
import { loadSettings } from '../state/settings.js';
import { watchUpgrade } from '../upgrade/upgrade-watch.js';
import { interruptConsole } from '../windows/interrupt.js';
import { loadKoffi } from '../windows/koffi.js';
import { type Call, positive } from './arguments.js';

/** Verbs that stand in no usage: the agent's and the runner's own, for processes beside them. */

/** Presses Ctrl-C in a program's console. */
export function interrupt({ data, words: [pid = ''] }: Call): number {
  const native = loadKoffi(agentFolderAt(data).native);
  if (!native.ok) throw new Error(native.reason);
  return interruptConsole(native.koffi, positive('interrupt', pid)) ? 0 : 1;
}

/** Answers what the agent does not want to carry the runtime's zone data for. */
export function zones({ words }: Call): number {
  printZones(words);
  return 0;
}

export async function upgradeWatch({ data }: Call): Promise<number> {
  const folder = agentFolderAt(data);
  const scheduler = hostScheduler(loadSettings(folder).scheduler, folder.temporary);
  await watchUpgrade(folder, scheduler, fileLog(folder.diary));
  return 0;
}
