import { join } from 'node:path';
import { consoleCodePage } from '../lib/console-code-page.js';
import type { Settings } from '../state/settings.js';
import { SchtasksScheduler } from './schtasks-scheduler.js';

/** The Task Scheduler of this host as its settings say. @param temporaryFolder for definition files */
export function hostScheduler(scheduler: Settings['scheduler'], temporaryFolder: string): SchtasksScheduler {
  return new SchtasksScheduler(scheduler.command, temporaryFolder, {
    taskStore: taskStoreOf(scheduler),
    codePage: scheduler.kind === 'schtasks' ? consoleCodePage() : undefined,
  });
}

/** Windows' own store of task definitions: readable by SYSTEM, exact where the piped XML is not [K]. */
export function taskStoreOf(scheduler: Settings['scheduler']): string | undefined {
  return scheduler.kind === 'schtasks' ? join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'Tasks') : undefined;
}
