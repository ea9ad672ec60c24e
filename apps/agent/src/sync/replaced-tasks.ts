import type { TaskReplaced } from '@carillon/contract/agent/task-events';
import type { HostFaultText } from '@carillon/core/text/host-fault-texts';
import { diffTasks } from '@carillon/wintask/task/diff';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { SchedulerError, type TaskScheduler } from '../scheduler/task-scheduler.js';
import { readJson, writeJson } from '../state/files.js';

/** A task of the host's own that one of our jobs stands in for, as it was before. */
export interface ReplacedTask {
  readonly path: string;
  readonly jobId: string;
  readonly wasEnabled: boolean;
  /** Its definition, character for character. */
  readonly xml: string;
}

/** What is kept of replaced tasks; survives everything but the end of the agent's folder. */
export interface ReplacedMemory {
  load(): readonly ReplacedTask[];
  store(tasks: readonly ReplacedTask[]): void;
}

/** In a file of the agent's folder. */
export function fileReplacedMemory(path: string): ReplacedMemory {
  return { load: () => readJson<ReplacedTask[]>(path) ?? [], store: (tasks) => writeJson(path, tasks) };
}

/** The job on whose behalf something is done. */
interface Holder {
  readonly jobId: string;
  readonly version: number;
}

/**
 * Switches tasks off that a job replaces, and back on once it is gone. They are neither deleted nor changed: Windows
 * keeps their passwords, and switching a task on or off needs none.
 */
export class ReplacedTasks {
  constructor(
    private readonly scheduler: Pick<TaskScheduler, 'find' | 'definitionText' | 'setEnabled' | 'registerText'>,
    private readonly memory: ReplacedMemory,
    private readonly report: (event: TaskReplaced) => void,
  ) {}

  /**
   * Switches each of these tasks off; one that the host does not have is no error. Call it again as often as you like.
   * @throws SchedulerError when one stays on
   */
  async take(holder: Holder, paths: readonly string[]): Promise<void> {
    for (const path of paths) await this.takeOne(holder, path);
  }

  /**
   * Gives back what the job holds, except these paths: as it was before, switched on only if it was on.
   * @throws SchedulerError when one cannot be given back; it stays on the list
   */
  async release(holder: Holder, except: readonly string[] = []): Promise<void> {
    const keep = new Set(except.map((path) => path.toLowerCase()));
    for (const task of this.memory.load()) {
      if (task.jobId === holder.jobId && !keep.has(task.path.toLowerCase())) await this.giveBack(holder, task);
    }
  }

  /** The job's replaced tasks that somebody has switched on again. */
  async switchedOn(jobId: string): Promise<string[]> {
    const on: string[] = [];
    for (const { path, ...task } of this.memory.load()) {
      if (task.jobId !== jobId) continue;
      const found = await this.scheduler.find(path);
      if (found.task !== null && found.task.settings.enabled !== false) on.push(path);
    }
    return on;
  }

  private async takeOne(holder: Holder, path: string): Promise<void> {
    const kept = this.kept(path);
    if (kept && kept.jobId !== holder.jobId)
      throw new SchedulerError(
        'replaced_by_another',
        `${path} is replaced by another job (${kept.jobId}) already` satisfies HostFaultText,
      );
    const found = await this.scheduler.find(path);
    if (found.task === null) {
      if (found.problem === null) return;
      throw new SchedulerError(
        'original_unreadable',
        `${path} cannot be read: ${found.problem}` satisfies HostFaultText,
      );
    }
    const isOn = found.task.settings.enabled !== false;
    if (!kept) {
      const xml = await this.scheduler.definitionText(path);
      const task: ReplacedTask = { path, jobId: holder.jobId, wasEnabled: isOn, xml };
      // On disk before anything is changed: whatever happens now, the way back is known.
      this.memory.store([...this.memory.load(), task]);
      this.tell(holder, task, 'replaced', null);
    }
    if (isOn) await this.switch(path, false);
  }

  private async giveBack(holder: Holder, task: ReplacedTask): Promise<void> {
    const { path, wasEnabled, xml } = task;
    const found = await this.scheduler.find(path);
    let message: HostFaultText | null = null;
    if (found.task === null) {
      message =
        found.problem === null
          ? 'it had been deleted and was registered again'
          : 'it was damaged and was registered again';
      await this.scheduler.registerText(path, xml);
    } else {
      if ((found.task.settings.enabled !== false) !== wasEnabled) await this.switch(path, wasEnabled);
      message = changesSince(xml, await this.scheduler.definitionText(path));
    }
    this.memory.store(this.memory.load().filter((other) => other.path !== path));
    this.tell(holder, task, 'restored', message);
  }

  /** Its success says little: the task is read back. */
  private async switch(path: string, enabled: boolean): Promise<void> {
    await this.scheduler.setEnabled(path, enabled);
    const found = await this.scheduler.find(path);
    if (found.task === null || (found.task.settings.enabled !== false) !== enabled)
      throw new SchedulerError(
        'switch_failed',
        `${path} should be ${enabled ? 'on' : 'off'} and is not` satisfies HostFaultText,
      );
  }

  private kept(path: string): ReplacedTask | undefined {
    return this.memory.load().find((task) => task.path.toLowerCase() === path.toLowerCase());
  }

  private tell({ jobId, version }: Holder, task: ReplacedTask, state: TaskReplaced['state'], message: string | null) {
    const { path, wasEnabled, xml } = task;
    this.report({
      kind: 'task.replaced',
      jobId,
      version,
      path,
      state,
      wasEnabled,
      xml: state === 'replaced' && xml.length <= 64 * 1024 ? xml : null,
      message: message?.slice(0, 2_000) ?? null,
    });
  }
}

/** What people have changed meanwhile stays, and is told. */
function changesSince(before: string, now: string): HostFaultText | null {
  const [was, is] = [readTaskXml(before), readTaskXml(now)];
  if (!was.ok || !is.ok) return null;
  const differences = diffTasks(was.task, is.task).map(({ text }) => text);
  return differences.length > 0 ? `it was changed meanwhile: ${differences.join('; ')}` : null;
}
