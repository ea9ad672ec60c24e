import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTaskEvents } from '@carillon/wintask/history/read-task-events';
import { historyChannel, type TaskEvent } from '@carillon/wintask/history/task-event';
import {
  describeLogArguments,
  endOfLogArguments,
  queryEventsArguments,
  readLogEnabled,
} from '@carillon/wintask/history/wevtutil';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { encodeTaskXml, writeTaskXml } from '@carillon/wintask/task/write-task-xml';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addRecord, readRecords } from './history.js';
import type { Launch } from './launch.js';
import { perform } from './perform.js';
import { type SchedulerService, startSchedulerService } from './service.js';
import { writeTask } from './task-store.js';
import { VirtualClock } from './testing/virtual-clock.js';
import { performWevtutil } from './wevtutil-perform.js';

const START = Date.parse('2026-01-05T00:00:00Z');
let store: string;
let service: SchedulerService | undefined;

const ask = (args: string[]) => performWevtutil(store, args).out ?? '';
const since = (recordId: number, limit = 1_000) => readTaskEvents(ask(queryEventsArguments(recordId, limit))).events;
const ids = () => since(0).map(({ id }) => id);
const told = (...expected: number[]) => vi.waitFor(() => expect(ids()).toEqual(expected));

function begin(launch: Launch, change: Partial<TaskDefinition> = {}): VirtualClock {
  const clock = new VirtualClock(START);
  const triggers = [{ kind: 'time' as const, startBoundary: '2026-01-05T01:00:00' }];
  const actions = [{ kind: 'exec' as const, command: 'x' }];
  writeTask(store, '\\a', { triggers, principals: [{ userId: 'S-1-5-19' }], settings: {}, actions, ...change });
  service = startSchedulerService({ store, clock, hostTimezone: 'UTC', launch });
  return clock;
}

beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'emulator-'));
});
afterEach(() => {
  service?.stop();
  service = undefined;
  rmSync(store, { recursive: true, force: true });
});

describe('the log of the emulated Task Scheduler', () => {
  it('tells a run from its trigger to its exit code, under one instance', async () => {
    const clock = begin(async () => ({ pid: 2 ** 22 + 1, exited: Promise.resolve(7) }));
    clock.moveTo(START + 3_600_000);
    await told(107, 100, 129, 200, 201, 102);
    const events = since(0) as TaskEvent[];
    expect(events.map(({ data }) => data.TaskName)).toEqual(events.map(() => '\\a'));
    expect(events.find(({ id }) => id === 201)?.data.ResultCode).toBe('7');
    expect(new Set(events.flatMap(({ data }) => data.InstanceId ?? data.TaskInstanceId ?? [])).size).toBe(1);
    expect(since(events[3]!.recordId)).toEqual(events.slice(4));
  });

  it('tells a program that cannot be started, and an account that cannot log on', async () => {
    const clock = begin(async () => ({ resultCode: 0x80070002 }));
    clock.moveTo(START + 3_600_000);
    await told(107, 100, 203, 103);
    writeFileSync(join(store, 'accounts.json'), JSON.stringify({ 'S-1-5-19': 0x8007052e }));
    await perform(store, ['/run', '/tn', '\\a'], 'UTC');
    service!.rescan();
    await told(107, 100, 203, 103, 110, 104, 101);
    expect(since(5).map(({ data }) => data.ResultCode)).toEqual(['2147943726', '2147943726']);
  });

  it('tells starts that were ignored, and those that were missed', async () => {
    const clock = begin(async () => ({ pid: 2 ** 22 + 1, exited: new Promise(() => undefined) }));
    clock.moveTo(START + 3_600_000);
    await told(107, 100, 129, 200);
    await perform(store, ['/run', '/tn', '\\a'], 'UTC');
    service!.rescan();
    await told(107, 100, 129, 200, 110, 322);
    service!.stop();
    rmSync(join(store, 'history'), { recursive: true });
    begin(async () => ({ resultCode: 1 })).jumpTo(START + 9 * 3_600_000);
    await told(153);
  });

  it('tells who registered, changed, switched off and deleted a task', async () => {
    const file = join(store, 'a.xml');
    const task = { triggers: [], principals: [], settings: {}, actions: [{ kind: 'exec' as const, command: 'a' }] };
    writeFileSync(file, encodeTaskXml(writeTaskXml(task)));
    vi.stubEnv('CARILLON_EMULATOR_USER', 'CORP\\anna');
    for (const words of ['/create /xml F /f', '/create /xml F /f', '/change /disable', '/change /enable', '/delete /f'])
      await perform(store, [...words.split(' ').map((word) => (word === 'F' ? file : word)), '/tn', '\\b'], 'UTC');
    vi.unstubAllEnvs();
    expect(ids()).toEqual([106, 140, 142, 140, 141]);
    expect(since(0).map(({ data }) => data.UserName ?? data.UserContext)).toEqual(Array(5).fill('CORP\\anna'));
  });

  it('is circular: numbers go on when the oldest go', () => {
    const filler = 'x'.repeat(1024 * 1024);
    for (let index = 0; index < 20; index++) addRecord(store, 100, { TaskName: filler }, START);
    const kept = readRecords(store).map(({ recordId }) => recordId);
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 21 - kept.length + index));
    expect(kept.length).toBeLessThan(12);
    const [newest] = readTaskEvents(ask(endOfLogArguments('newest')).replaceAll(filler, '')).events;
    expect(newest?.recordId).toBe(20);
  });

  it('can be off, and emptied', () => {
    addRecord(store, 100, {}, START);
    performWevtutil(store, ['sl', historyChannel, '/e:false']);
    expect(readLogEnabled(Buffer.from(ask(describeLogArguments())))).toBe(false);
    addRecord(store, 100, {}, START);
    expect(ids()).toEqual([100]);
    performWevtutil(store, ['sl', historyChannel, '/e:true']);
    performWevtutil(store, ['cl', historyChannel]);
    expect(ids()).toEqual([]);
    expect(performWevtutil(store, ['qe', 'System'])).toMatchObject({ exit: 1 });
  });
});
