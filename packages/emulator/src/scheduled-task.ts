import { randomUUID } from 'node:crypto';
import { taskEventIds as ids } from '@carillon/wintask/history/task-event';
import { SETTINGS_DEFAULTS } from '@carillon/wintask/task/defaults';
import type { ExecAction, TaskDefinition } from '@carillon/wintask/task/definition';
import { parseIsoDuration } from '@carillon/wintask/time/duration';
import { accountOfTask, logonFailure } from './accounts.js';
import type { Clock } from './clock.js';
import { addRecord } from './history.js';
import type { Launch } from './launch.js';
import { identityOf, isSameProcess } from './process-identity.js';
import { type RunningInstance, readState, removeState, type TaskState, writeState } from './task-state.js';

const RUNNING = 0x41301;
const TERMINATED = 0x41306;
const REFUSED = 0x800710e0;

/** What asks for a start, and the record that tells of it. */
const CAUSES = {
  trigger: ids.byTime,
  request: ids.byUser,
  boot: ids.byBoot,
  registration: ids.byRegistration,
  missed: ids.startedLate,
  queue: undefined,
  restart: undefined,
} as const;
export type StartCause = keyof typeof CAUSES;

export interface TaskContext {
  store: string;
  clock: Clock;
  launch: Launch;
  log: (line: string) => void;
}

/** The instances of one task and its remembered state. It starts, ends and records; when to start is not its business. */
export class ScheduledTask {
  state: TaskState;
  /** When it is to be deleted, milliseconds since the epoch. */
  expiresMs = Number.POSITIVE_INFINITY;
  private queued = 0;
  private starting = 0;
  private readonly stopped = new Set<number>();
  private gone = false;
  /** Restarts since the last start that succeeded, and how to call the next one off. */
  private restarts = 0;
  private cancelRestart: () => void = () => undefined;

  constructor(
    readonly path: string,
    public definition: TaskDefinition,
    private readonly context: TaskContext,
  ) {
    this.state = readState(context.store, path);
  }

  /** Changes the remembered state and stores it, unless the task was deleted meanwhile. */
  update(change: Partial<TaskState>): void {
    this.state = { ...this.state, ...change };
    if (!this.gone) writeState(this.context.store, this.path, this.state);
  }

  /** Stops remembering: the task was deleted. Running programs go on, as on Windows. */
  forget(): void {
    this.gone = true;
    this.queued = 0;
    this.cancelRestart();
    removeState(this.context.store, this.path);
  }

  /** Starts the task, or obeys its policy when it already runs. */
  async start(cause: StartCause): Promise<void> {
    const { log } = this.context;
    if (this.definition.settings.enabled === false) return log(`${this.path}: not started by ${cause}, disabled`);
    const instance = `{${randomUUID()}}`;
    if (CAUSES[cause] !== undefined) this.note(CAUSES[cause], { InstanceId: instance });
    if (this.state.instances.length + this.starting > 0) {
      const policy = this.definition.settings.multipleInstancesPolicy ?? SETTINGS_DEFAULTS.multipleInstancesPolicy;
      if (policy === 'IgnoreNew') {
        this.note(ids.ignoredRunning, { TaskInstanceId: instance });
        return log(`${this.path}: start by ${cause} ignored, already running`);
      }
      if (policy === 'Queue') {
        this.queued += 1;
        this.note(ids.queuedBehind, { QueuedTaskInstanceId: instance });
        return log(`${this.path}: start by ${cause} queued`);
      }
      if (policy === 'StopExisting') this.end();
    }
    this.update({ lastRunMs: this.context.clock.now(), lastResult: RUNNING });
    const account = accountOfTask(this.definition);
    const refused = logonFailure(this.context.store, account);
    if (refused !== undefined) return this.onLogonFailed(account, refused);
    log(`${this.path}: started by ${cause}`);
    this.note(ids.started, { InstanceId: instance, UserContext: account });
    this.starting += 1;
    const { result, couldStart } = await this.runActions(instance);
    if (couldStart && result !== TERMINATED) this.note(ids.finished, { InstanceId: instance, UserContext: account });
    this.update({ lastResult: this.state.instances.length > 0 ? RUNNING : result });
    this.planRestart(couldStart);
    if (this.queued > 0 && this.state.instances.length + this.starting === 0) {
      this.queued -= 1;
      await this.start('queue');
    }
  }

  /** As Windows tells it: that the account could not log on, without the task, then that the task could not start. */
  private onLogonFailed(account: string, code: number): void {
    const { store, clock, log } = this.context;
    log(`${this.path}: ${account} cannot log on`);
    const data = { UserName: account, ErrorDescription: 'LogonUserExEx', ResultCode: String(code) };
    addRecord(store, ids.logonFailed, data, clock.now());
    this.note(ids.startFailed, { UserContext: account, ResultCode: String(code) });
    this.update({ lastResult: code });
  }

  /** Adds a record about this task to the history. */
  note(id: number, data: Record<string, string> = {}): void {
    addRecord(this.context.store, id, { TaskName: this.path, ...data }, this.context.clock.now());
  }

  /** Tries again an action that could not start; by the documentation's wording not one that ended with an error (assumed). */
  private planRestart(couldStart: boolean): void {
    const { interval = '', count = 0 } = this.definition.settings.restartOnFailure ?? {};
    this.cancelRestart();
    if (couldStart || this.gone) {
      this.restarts = 0;
      return;
    }
    if (this.restarts >= count) return;
    this.restarts += 1;
    const { clock } = this.context;
    const atMs = clock.now() + (parseIsoDuration(interval) ?? 0);
    this.cancelRestart = clock.setTimer(atMs, () => void this.start('restart'));
  }

  /** Runs the actions one after the other; gives the last one's result. */
  private async runActions(id: string): Promise<{ result: number; couldStart: boolean }> {
    const actions = this.definition.actions.filter((action): action is ExecAction => action.kind === 'exec');
    let result = actions.length > 0 ? 0 : REFUSED;
    for (const [index, action] of actions.entries()) {
      if (index > 0) this.starting += 1;
      const started = await this.context.launch(action);
      this.starting -= 1;
      if ('resultCode' in started) {
        this.context.log(`${this.path}: could not start ${action.command}`);
        const code = String(started.resultCode);
        this.note(ids.launchFailed, { TaskInstanceId: id, ActionName: action.command, ResultCode: code });
        const failed = { InstanceId: id, UserContext: accountOfTask(this.definition), ResultCode: code };
        this.note(ids.actionStartFailed, failed);
        return { result: started.resultCode, couldStart: false };
      }
      const instance = { pid: started.pid, identity: identityOf(started.pid), startedMs: this.context.clock.now() };
      this.note(ids.processCreated, { Path: action.command, ProcessID: String(started.pid), Priority: '16384' });
      this.note(ids.actionStarted, { ActionName: action.command, TaskInstanceId: id });
      result = await this.follow(instance, started.exited);
      if (result === TERMINATED) {
        this.note(ids.terminated, { InstanceId: id });
        break;
      }
      const done = { TaskInstanceId: id, ActionName: action.command, ResultCode: String(result) };
      this.note(ids.actionCompleted, done);
    }
    if (actions.length === 0) this.starting -= 1;
    return { result, couldStart: true };
  }

  /** Keeps an instance in the state until it exits or its time limit ends it. */
  private async follow(instance: RunningInstance, exited: Promise<number>): Promise<number> {
    this.update({ instances: [...this.state.instances, instance] });
    const limit =
      parseIsoDuration(this.definition.settings.executionTimeLimit ?? SETTINGS_DEFAULTS.executionTimeLimit) ?? 0;
    const cancel =
      limit > 0
        ? this.context.clock.setTimer(instance.startedMs + limit, () => this.terminate(instance))
        : () => undefined;
    const code = await exited;
    cancel();
    this.update({ instances: this.state.instances.filter(({ pid }) => pid !== instance.pid) });
    const result = this.stopped.delete(instance.pid) ? TERMINATED : code >>> 0;
    this.context.log(`${this.path}: ended with ${result}`);
    return result;
  }

  private terminate(instance: RunningInstance): void {
    this.stopped.add(instance.pid);
    try {
      // The program only: its children survive, as they do when Windows ends a task.
      process.kill(instance.pid, 'SIGKILL');
    } catch {
      this.context.log(`${this.path}: process ${instance.pid} was already gone`);
    }
  }

  /** Ends all running instances. */
  end(): void {
    for (const instance of this.state.instances) this.terminate(instance);
  }

  /** After a restart of the service: programs that still run are followed again, the others ended unseen. */
  adopt(whenGone: (instance: RunningInstance) => Promise<void>): void {
    const alive = this.state.instances.filter(({ pid, identity }) => isSameProcess(pid, identity));
    if (alive.length < this.state.instances.length && alive.length === 0) this.update({ lastResult: TERMINATED });
    this.update({ instances: [] });
    for (const instance of alive) {
      // Its exit code cannot be known any more: nobody was its parent when it ended.
      const exited = whenGone(instance).then(() => TERMINATED);
      void this.follow(instance, exited).then((lastResult) => this.update({ lastResult }));
    }
  }
}
