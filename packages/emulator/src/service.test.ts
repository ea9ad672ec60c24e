import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskDefinition, TaskSettings } from '@carillon/wintask/task/definition';
import type { Trigger } from '@carillon/wintask/task/trigger';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Launch } from './launch.js';
import { leaveRequest } from './requests.js';
import { type SchedulerService, startSchedulerService } from './service.js';
import { readState } from './task-state.js';
import { removeTask, taskExists, writeTask } from './task-store.js';
import { VirtualClock } from './testing/virtual-clock.js';

const START = Date.parse('2026-01-05T00:00:00Z');
const HOUR = 3_600_000;
const daily: Trigger = {
  kind: 'calendar',
  startBoundary: '2024-01-01T02:00:00',
  schedule: { kind: 'day', daysInterval: 1 },
};

let store: string;
let clock: VirtualClock;
let service: SchedulerService | undefined;
/** Started programs; each ends when its function is called. */
let running: ((code: number) => void)[];

// No process has this number, so ending such an instance by signal is harmless.
const NOBODY = 2 ** 22 + 1;
const launch: Launch = async () => ({
  pid: NOBODY + running.length,
  exited: new Promise((resolve) => running.push(resolve)),
});

function register(path: string, triggers: Trigger[], settings: TaskSettings = {}): void {
  const task: TaskDefinition = { triggers, principals: [], settings, actions: [{ kind: 'exec', command: 'a' }] };
  writeTask(store, path, task);
  service?.rescan();
}

function begin(): void {
  service = startSchedulerService({ store, clock, hostTimezone: 'UTC', launch });
}

const state = (path = '\\a') => readState(store, path);
const started = (count: number) => vi.waitFor(() => expect(running).toHaveLength(count));
const finished = (code: number, path?: string) =>
  vi.waitFor(() => expect(state(path)).toMatchObject({ lastResult: code, instances: [] }));

beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'emulator-'));
  clock = new VirtualClock(START);
  running = [];
});
afterEach(() => {
  service?.stop();
  service = undefined;
  rmSync(store, { recursive: true, force: true });
});

describe('triggers', () => {
  it('fire at their time and record the run', async () => {
    begin();
    register('\\a', [daily]);
    expect(state().lastResult).toBe(0x41303);
    clock.moveTo(START + 2 * HOUR);
    await started(1);
    await vi.waitFor(() => expect(state()).toMatchObject({ lastResult: 0x41301, lastRunMs: START + 2 * HOUR }));
    running[0]!(7);
    await finished(7);
    clock.moveTo(START + 26 * HOUR);
    await started(2);
  });

  it('stop when the task is disabled or deleted', async () => {
    begin();
    register('\\a', [daily]);
    register('\\b', [daily]);
    register('\\c', [daily]);
    register('\\a', [daily], { enabled: false });
    removeTask(store, '\\b');
    service!.rescan();
    clock.moveTo(START + 2 * HOUR);
    await started(1);
    expect(state('\\c').lastRunMs).toBe(START + 2 * HOUR);
    expect(state('\\a').lastRunMs).toBeUndefined();
  });

  it('start at boot, after their delay', async () => {
    register('\\a', [{ kind: 'boot', delay: 'PT5M' }]);
    register('\\b', [{ kind: 'boot' }]);
    begin();
    await started(1);
    clock.moveTo(START + 300_000);
    await started(2);
  });

  it('start at registration', async () => {
    begin();
    register('\\a', [{ kind: 'registration' }]);
    await started(1);
  });
});

describe('expired tasks', () => {
  const ending: Trigger = { ...daily, endBoundary: '2026-01-06T02:00:00' } as Trigger;

  it('are deleted so long after the end of their last trigger', async () => {
    begin();
    register('\\a', [ending], { deleteExpiredTaskAfter: 'PT1H' });
    register('\\b', [ending, daily], { deleteExpiredTaskAfter: 'PT1H' });
    register('\\c', [ending]);
    clock.moveTo(START + 26 * HOUR);
    await started(3);
    clock.moveTo(START + 27 * HOUR - 1);
    expect(taskExists(store, '\\a')).toBe(true);
    clock.moveTo(START + 27 * HOUR);
    expect(taskExists(store, '\\a')).toBe(false);
    clock.moveTo(START + 90 * HOUR);
    expect([taskExists(store, '\\b'), taskExists(store, '\\c')]).toEqual([true, true]);
  });

  it('start once more at the very end', async () => {
    begin();
    register('\\a', [ending], { deleteExpiredTaskAfter: 'PT0S' });
    clock.moveTo(START + 2 * HOUR);
    await started(1);
    running[0]!(0);
    await finished(0);
    clock.moveTo(START + 26 * HOUR);
    await started(2);
    expect(taskExists(store, '\\a')).toBe(false);
  });

  it('are deleted late when the service was down', () => {
    register('\\a', [ending], { deleteExpiredTaskAfter: 'PT1H' });
    clock.moveTo(START + 90 * HOUR);
    begin();
    clock.moveTo(START + 90 * HOUR + 1);
    expect(taskExists(store, '\\a')).toBe(false);
  });
});

describe('instances', () => {
  const twice: Trigger[] = [daily, { kind: 'time', startBoundary: '2026-01-05T03:00:00' }];

  it.each([
    ['IgnoreNew', 1],
    ['Parallel', 2],
    ['StopExisting', 2],
    ['Queue', 1],
  ] as const)('%s', async (multipleInstancesPolicy, count) => {
    begin();
    register('\\a', twice, { multipleInstancesPolicy });
    clock.moveTo(START + 2 * HOUR);
    await started(1);
    await vi.waitFor(() => expect(state().instances).toHaveLength(1));
    clock.moveTo(START + 3 * HOUR);
    await started(count);
    running[0]!(0);
    if (multipleInstancesPolicy === 'Queue') await started(2);
    if (multipleInstancesPolicy === 'IgnoreNew') await finished(0);
  });

  it('end at the time limit', async () => {
    begin();
    register('\\a', [daily], { executionTimeLimit: 'PT10M' });
    clock.moveTo(START + 2 * HOUR);
    await vi.waitFor(() => expect(state().instances).toHaveLength(1));
    clock.moveTo(START + 2 * HOUR + 600_000);
    running[0]!(137);
    await finished(0x41306);
  });
});

describe('requests', () => {
  it('start and end a task', async () => {
    begin();
    register('\\a', []);
    leaveRequest(store, { kind: 'run', path: '\\a' }, Date.now());
    service!.rescan();
    await vi.waitFor(() => expect(state().instances).toHaveLength(1));
    leaveRequest(store, { kind: 'end', path: '\\a' }, Date.now());
    service!.rescan();
    running[0]!(137);
    await finished(0x41306);
  });

  it('wait for the service', async () => {
    register('\\a', []);
    leaveRequest(store, { kind: 'run', path: '\\a' }, Date.now());
    begin();
    await started(1);
  });
});

describe('missed fires', () => {
  it.each([
    [true, 1],
    [false, 0],
  ])('while the service was down, made up for: %s', async (startWhenAvailable, count) => {
    begin();
    register('\\a', [daily], { startWhenAvailable });
    service!.stop();
    clock.moveTo(START + 75 * HOUR);
    begin();
    await started(count);
    expect(state().missedRuns).toBe(4);
    clock.moveTo(START + 98 * HOUR);
    running[0]?.(0);
    await vi.waitFor(() => expect(state().nextDueMs).toBe(START + 122 * HOUR));
  });

  it('while the computer slept', async () => {
    begin();
    register('\\a', [daily], { startWhenAvailable: true });
    clock.jumpTo(START + 9 * HOUR);
    await started(1);
    expect(state().missedRuns).toBe(1);
  });
});

it('serves a store alone', () => {
  begin();
  expect(() => startSchedulerService({ store, clock, hostTimezone: 'UTC' })).toThrow(/already serves/);
});

describe('restarting on failure', () => {
  it('tries again what could not start, as often as told', async () => {
    let attempts = 0;
    const broken: Launch = async () => {
      attempts += 1;
      return { resultCode: 0x80070002 };
    };
    register('\\a', [daily], { restartOnFailure: { interval: 'PT1M', count: 2 } });
    service = startSchedulerService({ store, clock, hostTimezone: 'UTC', launch: broken });
    clock.moveTo(START + 2 * HOUR);
    for (const count of [1, 2, 3]) {
      await vi.waitFor(() => expect(attempts).toBe(count));
      await vi.waitFor(() => expect(state()).toMatchObject({ lastResult: 0x80070002 }));
      await new Promise((resolve) => setImmediate(resolve));
      clock.moveTo(START + 2 * HOUR + count * 60_000);
    }
    await new Promise((resolve) => setImmediate(resolve));
    clock.moveTo(START + 3 * HOUR);
    expect(attempts).toBe(3);
  });

  it('does not start again what ended with an error', async () => {
    register('\\a', [daily], { restartOnFailure: { interval: 'PT1M', count: 2 } });
    begin();
    clock.moveTo(START + 2 * HOUR);
    await started(1);
    running[0]?.(1);
    await finished(1);
    clock.moveTo(START + 3 * HOUR);
    expect(running).toHaveLength(1);
  });
});
