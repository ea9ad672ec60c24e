import { join } from 'node:path';
import { consoleCodePage } from '../lib/console-code-page.js';
import { askPowershell, registerScript } from '../lib/powershell.js';
import type { Settings } from '../state/settings.js';
import type { OwnWrites } from './own-writes.js';
import { type PasswordTask, SchtasksScheduler } from './schtasks-scheduler.js';

/**
 * The Task Scheduler of this host as its settings say.
 * @param temporaryFolder for definition files
 * @param ownWrites told when this agent changes tasks
 */
export function hostScheduler(
  scheduler: Settings['scheduler'],
  temporaryFolder: string,
  ownWrites?: OwnWrites,
): SchtasksScheduler {
  return new SchtasksScheduler(scheduler.command, temporaryFolder, {
    taskStore: taskStoreOf(scheduler),
    codePage: scheduler.kind === 'schtasks' ? consoleCodePage() : undefined,
    ownWrites,
    registerWithPassword: scheduler.kind === 'schtasks' ? registerWithPassword : undefined,
  });
}

/** The cmdlet takes the definition as text, whose declaration must not name an encoding that it does not have. */
function registerWithPassword({ path, xml, account, password }: PasswordTask) {
  const at = path.lastIndexOf('\\') + 1;
  const text = xml.replace(/^<\?xml[^>]*\?>\s*/, '');
  return askPowershell(registerScript, {
    folder: path.slice(0, at),
    name: path.slice(at),
    xml: text,
    account,
    password,
  });
}

/** Windows' own store of task definitions: readable by SYSTEM, exact where the piped XML is not [K]. */
export function taskStoreOf(scheduler: Settings['scheduler']): string | undefined {
  return scheduler.kind === 'schtasks' ? join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'Tasks') : undefined;
}
