import type { FoundTask } from '@carillon/core/desired/drift';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { writeTaskXml } from '@carillon/wintask/task/write-task-xml';
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

  async definitionText(path: string): Promise<string> {
    return writeTaskXml(this.#require(path));
  }

  async registerText(path: string, xml: string): Promise<void> {
    const read = readTaskXml(xml);
    if (!read.ok) throw new SchedulerError('register_failed', read.problem.message);
    this.tasks.set(path.toLowerCase(), read.task);
  }

  async setEnabled(path: string, enabled: boolean): Promise<void> {
    const task = this.#require(path);
    this.tasks.set(path.toLowerCase(), { ...task, settings: { ...task.settings, enabled } });
  }

  #require(path: string): TaskDefinition {
    const task = this.tasks.get(path.toLowerCase());
    if (!task) throw new SchedulerError('read_failed', `no task ${path}`);
    return task;
  }

  async end(): Promise<void> {
    // What `onStart` began is not ours.
  }

  async start(path: string): Promise<void> {
    const task = this.tasks.get(path.toLowerCase());
    if (!task) throw new SchedulerError('start_failed', `no task ${path}`);
    if (task.settings?.enabled === false) throw new SchedulerError('start_failed', `${path} is switched off`);
    this.onStart(path);
  }
}
