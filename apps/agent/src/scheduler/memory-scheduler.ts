import type { FoundTask } from '@carillon/core/desired/drift';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { SchedulerError, type TaskScheduler } from './task-scheduler.js';

/** A Task Scheduler that only remembers, for simulated hosts. `onStart` does what a fired task would do. */
export class MemoryScheduler implements TaskScheduler {
  readonly tasks = new Map<string, TaskDefinition>();

  constructor(private readonly onStart: (path: string) => void = () => undefined) {}

  async register(path: string, definition: TaskDefinition): Promise<string[]> {
    this.tasks.set(path.toLowerCase(), definition);
    return [];
  }

  async remove(path: string): Promise<void> {
    this.tasks.delete(path.toLowerCase());
  }

  async find(path: string): Promise<FoundTask> {
    const task = this.tasks.get(path.toLowerCase());
    return task ? { task } : { task: null, problem: null };
  }

  async start(path: string): Promise<void> {
    if (!this.tasks.has(path.toLowerCase())) throw new SchedulerError('start_failed', `no task ${path}`);
    this.onStart(path);
  }
}
