import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from './atomic-file.js';
import { whileHeld } from './while-held.js';

/** A running program; `identity` tells it from a later process with the same number. */
export interface RunningInstance {
  pid: number;
  identity: string;
  startedMs: number;
}

/** What Task Scheduler remembers about a task besides its definition. Times are milliseconds since the epoch. */
export interface TaskState {
  /** Content mark of the definition that `nextDueMs` was computed for. */
  mark?: string;
  nextDueMs?: number | undefined;
  lastRunMs?: number;
  lastResult: number;
  missedRuns: number;
  instances: RunningInstance[];
}

/** SCHED_S_TASK_HAS_NOT_RUN */
const NEVER_RUN = 0x41303;

function fileOf(store: string, path: string): string {
  return join(store, 'state', `${encodeURIComponent(path.toLowerCase())}.json`);
}

/** Reads a task's state; a task without one, or with a damaged one, has never run. */
export function readState(store: string, path: string): TaskState {
  const fresh: TaskState = { lastResult: NEVER_RUN, missedRuns: 0, instances: [] };
  try {
    return {
      ...fresh,
      ...(JSON.parse(whileHeld(() => readFileSync(fileOf(store, path), 'utf8'))) as Partial<TaskState>),
    };
  } catch {
    return fresh;
  }
}

/** Stores a task's state. */
export function writeState(store: string, path: string, state: TaskState): void {
  writeAtomic(fileOf(store, path), JSON.stringify(state));
}

/** Forgets a task's state. */
export function removeState(store: string, path: string): void {
  whileHeld(() => rmSync(fileOf(store, path), { force: true }));
}
