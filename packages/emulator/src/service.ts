import { type FSWatcher, mkdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { taskEventIds as ids } from '@carillon/wintask/history/task-event';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { parseIsoDuration } from '@carillon/wintask/time/duration';
import { triggerOccurrences } from '@carillon/wintask/trigger/occurrences';
import type { Clock } from './clock.js';
import { expiryOf } from './expiry.js';
import { type Launch, launchProgram } from './launch.js';
import { isSameProcess } from './process-identity.js';
import { requestFolder, takeRequests } from './requests.js';
import { ScheduledTask } from './scheduled-task.js';
import { takeServiceLock } from './service-lock.js';
import type { RunningInstance } from './task-state.js';
import { listTasks, readTask, removeTask } from './task-store.js';

export interface SchedulerOptions {
  /** Folder with Tasks, state and requests; made when missing. */
  store: string;
  clock: Clock;
  /** IANA name of the zone whose wall clock the triggers follow. */
  hostTimezone: string;
  launch?: Launch;
  log?: (line: string) => void;
}

export interface SchedulerService {
  /** Reads the store and the requests now instead of at the next look. */
  rescan(): void;
  /** Stops firing and releases the store. Running programs go on. */
  stop(): void;
}

const POLL_MS = 1000;
const GATHER_MS = 20;
const REQUEST_AGE_MS = 60_000;
// A fire this late was not a late timer: the computer slept or the clock was set. Windows calls it missed.
const LATE_MS = 60_000;
const MISSED_LIMIT = 1000;

class Scheduler implements SchedulerService {
  private readonly tasks = new Map<string, ScheduledTask>();
  private readonly watchers: FSWatcher[] = [];
  private readonly cancels = new Set<() => void>();
  private readonly release: () => void;
  private readonly launch: Launch;
  private readonly log: (line: string) => void;
  private poll: NodeJS.Timeout | undefined;
  private soon: NodeJS.Timeout | undefined;
  private cancelNext: () => void = () => undefined;
  private stopped = false;

  constructor(private readonly options: SchedulerOptions) {
    this.launch = options.launch ?? launchProgram;
    this.log = options.log ?? (() => undefined);
    this.release = takeServiceLock(options.store);
  }

  begin(): void {
    const { store } = this.options;
    mkdirSync(join(store, 'Tasks'), { recursive: true });
    this.readTasks(true);
    for (const task of this.tasks.values()) this.fireSignal(task, 'boot');
    this.serveRequests();
    this.arm();
    for (const folder of [join(store, 'Tasks'), requestFolder(store)]) this.watchFolder(folder);
    // File watching loses events under load and on some file systems; the look once a second does not.
    this.poll = setInterval(() => this.rescan(), POLL_MS);
  }

  rescan(): void {
    if (this.stopped) return;
    this.readTasks(false);
    this.serveRequests();
    this.arm();
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    clearInterval(this.poll);
    clearTimeout(this.soon);
    this.cancelNext();
    for (const cancel of this.cancels) cancel();
    for (const watcher of this.watchers) watcher.close();
    this.release();
  }

  /** Several files change at once when tasks are registered in bulk: one look serves them all. */
  private rescanSoon(): void {
    this.soon ??= setTimeout(() => {
      this.soon = undefined;
      this.rescan();
    }, GATHER_MS);
  }

  private watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, { recursive: true }, () => this.rescanSoon());
      watcher.on('error', (error) => this.log(`watching ${folder} failed: ${error.message}`));
      this.watchers.push(watcher);
    } catch (error) {
      this.log(`cannot watch ${folder}: ${(error as Error).message}`);
    }
  }

  private readTasks(atStart: boolean): void {
    const { store, clock } = this.options;
    const present = new Set<string>();
    for (const { path, mark } of listTasks(store)) {
      present.add(path);
      const known = this.tasks.get(path);
      if (known && known.state.mark === mark) continue;
      const definition = readTask(store, path);
      if (!definition) continue;
      const task = known ?? new ScheduledTask(path, definition, { store, clock, launch: this.launch, log: this.log });
      task.definition = definition;
      task.expiresMs = expiryOf(definition, this.options.hostTimezone) ?? Number.POSITIVE_INFINITY;
      this.tasks.set(path, task);
      if (!known) task.adopt((instance) => this.whenGone(instance));
      const unchanged = task.state.mark === mark;
      if (atStart && unchanged) this.catchUp(task);
      else this.register(task, mark);
    }
    for (const [path, task] of this.tasks) {
      if (present.has(path)) continue;
      task.forget();
      this.tasks.delete(path);
    }
  }

  private register(task: ScheduledTask, mark: string): void {
    task.update({ mark, ...this.nextDue(task.definition, this.options.clock.now()) });
    this.fireSignal(task, 'registration');
  }

  private nextDue(definition: TaskDefinition, afterMs: number): { nextDueMs: number | undefined } {
    const { hostTimezone } = this.options;
    const next = triggerOccurrences(definition.triggers, { fromMs: afterMs, hostTimezone }).next();
    return { nextDueMs: next.done ? undefined : next.value.atMs };
  }

  /** Fires that came due while nobody was there: counted, and made up for once when the task asks for it. */
  private catchUp(task: ScheduledTask): void {
    const { nextDueMs } = task.state;
    const now = this.options.clock.now();
    if (nextDueMs === undefined || nextDueMs > now - LATE_MS) return;
    const fires = triggerOccurrences(task.definition.triggers, {
      fromMs: nextDueMs - 1,
      untilMs: now,
      hostTimezone: this.options.hostTimezone,
    });
    let missed = 0;
    let last = Number.NaN;
    for (const { atMs } of fires) {
      if (atMs !== last) missed += 1;
      last = atMs;
      if (missed >= MISSED_LIMIT) break;
    }
    task.update({ missedRuns: task.state.missedRuns + missed, ...this.nextDue(task.definition, now) });
    if (task.definition.settings.startWhenAvailable === true) void task.start('missed');
    else if (missed > 0 && task.definition.settings.enabled !== false) task.note(ids.missedStart);
  }

  private fireSignal(task: ScheduledTask, kind: 'boot' | 'registration'): void {
    for (const trigger of task.definition.triggers) {
      if (trigger.kind !== kind || trigger.enabled === false) continue;
      const delay = parseIsoDuration(trigger.delay ?? 'PT0S') ?? 0;
      const { clock } = this.options;
      if (delay === 0) void task.start(kind);
      else {
        const cancel = clock.setTimer(clock.now() + delay, () => {
          this.cancels.delete(cancel);
          if (this.tasks.get(task.path) === task) void task.start(kind);
        });
        this.cancels.add(cancel);
      }
    }
  }

  private serveRequests(): void {
    for (const { kind, path } of takeRequests(this.options.store, REQUEST_AGE_MS, Date.now())) {
      const task = this.tasks.get(path);
      if (!task) this.log(`${path}: ${kind} requested, but there is no such task`);
      else if (kind === 'end') task.end();
      else void task.start('request');
    }
  }

  /** One timer for the earliest fire of all tasks. */
  private arm(): void {
    this.cancelNext();
    if (this.stopped) return;
    let earliest = Number.POSITIVE_INFINITY;
    for (const { state, expiresMs } of this.tasks.values())
      earliest = Math.min(earliest, state.nextDueMs ?? Number.POSITIVE_INFINITY, expiresMs);
    this.cancelNext = Number.isFinite(earliest)
      ? this.options.clock.setTimer(earliest, () => this.fireDue())
      : () => undefined;
  }

  private fireDue(): void {
    if (this.stopped) return;
    const now = this.options.clock.now();
    for (const task of this.tasks.values()) {
      const { nextDueMs } = task.state;
      if (nextDueMs !== undefined && nextDueMs <= now) {
        if (now - nextDueMs > LATE_MS) this.catchUp(task);
        else this.fire(task, nextDueMs);
      }
      // After the fires: the last one may be at the very end.
      if (task.expiresMs <= now) this.expire(task);
    }
    this.arm();
  }

  /** A program that still runs goes on; its task is gone. */
  private expire(task: ScheduledTask): void {
    this.log(`${task.path}: deleted, expired`);
    this.tasks.delete(task.path);
    task.forget();
    removeTask(this.options.store, task.path);
  }

  /** Two triggers due at the same instant are two starts, as in Windows; the task's policy sorts them out. */
  private fire(task: ScheduledTask, atMs: number): void {
    const { hostTimezone } = this.options;
    const due = [...triggerOccurrences(task.definition.triggers, { fromMs: atMs - 1, untilMs: atMs, hostTimezone })];
    task.update(this.nextDue(task.definition, atMs));
    for (const _ of due) void task.start('trigger');
  }

  /** Waits for a program that this process did not start. */
  private whenGone(instance: RunningInstance): Promise<void> {
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        if (isSameProcess(instance.pid, instance.identity)) return;
        cancel();
        resolve();
      }, POLL_MS / 5);
      const cancel = () => {
        clearInterval(timer);
        this.cancels.delete(cancel);
      };
      this.cancels.add(cancel);
    });
  }
}

/**
 * Serves a store as Task Scheduler would: fires triggers, starts programs, records results. Throws when another live
 * process serves the store. Random delays, logon, idle, event and session triggers are not emulated.
 */
export function startSchedulerService(options: SchedulerOptions): SchedulerService {
  const scheduler = new Scheduler(options);
  try {
    scheduler.begin();
  } catch (error) {
    scheduler.stop();
    throw error;
  }
  return scheduler;
}
