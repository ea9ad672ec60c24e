import { randomUUID } from 'node:crypto';
import { agentTask, agentTaskFolder } from '@carillon/core/install/agent-task';
import type { TaskScheduler } from '../scheduler/task-scheduler.js';

/**
 * Registers a task that never fires, reads it back and takes it away again: the only way to know that this account may.
 * @throws SchedulerError with what Task Scheduler said
 */
export async function tryScheduler(scheduler: TaskScheduler): Promise<void> {
  const path = `${agentTaskFolder}\\Trial ${randomUUID().slice(0, 8)}`;
  const { settings, ...task } = agentTask({ command: process.execPath, arguments: ['--version'] });
  const never = { ...settings, enabled: false, startWhenAvailable: false };
  try {
    await scheduler.register(path, { ...task, triggers: [], settings: never });
  } finally {
    await scheduler.remove(path);
  }
}
