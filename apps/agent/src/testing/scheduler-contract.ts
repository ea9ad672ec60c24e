import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Manifest } from '@carillon/core/job/job-spec';
import { taskForJob } from '@carillon/core/job/task-for-job';
import { joinCommandLine } from '@carillon/wintask/process/command-line';
import type { Schedule } from '@carillon/wintask/schedule/schedule';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { diffTasks } from '@carillon/wintask/task/diff';
import { formatWall } from '@carillon/wintask/time/wall-clock';
import { offsetMs } from '@carillon/wintask/time/zone';
import { SchedulerError, type TaskScheduler } from '../scheduler/task-scheduler.js';
import { hostTimezone } from '../zones/host-timezone.js';
import { makeManifest } from './samples.js';

/** A Task Scheduler to be held to the contract. */
export interface SchedulerWorld {
  readonly scheduler: TaskScheduler;
  /** Folder of tasks that nobody else uses, `\Carillon\contract-1a2b`. */
  readonly folder: string;
  /** Folder for the files that started programs leave. */
  readonly files: string;
}

/** One promise of the port. It throws when it is broken. Independent of the test runner: it also runs where there is none. */
export interface SchedulerPromise {
  readonly name: string;
  /** Whether it takes a Task Scheduler that starts programs when asked, or one that also fires triggers by itself. */
  readonly needs?: 'starts' | 'clock';
  check(world: SchedulerWorld): Promise<void>;
}

const patienceMs = 60_000;

/** What every adapter of the Task Scheduler port keeps: in memory, emulated, under Wine, and on Windows. */
export const schedulerContract: readonly SchedulerPromise[] = [
  {
    name: 'reads back every kind of trigger as it was registered',
    check: async ({ scheduler, folder }) => {
      const differences: Record<string, string[]> = {};
      for (const [index, [what, schedule]] of Object.entries(schedules).entries()) {
        const found = await scheduler.register(`${folder}\\trigger ${index}`, definitionOf({ schedule }));
        if (found.length > 0) differences[what] = found;
      }
      assert.deepEqual(differences, {});
    },
  },
  {
    name: 'reads back every setting as it was registered',
    check: async ({ scheduler, folder }) => {
      const differences: Record<string, string[]> = {};
      for (const [index, [what, changes]] of Object.entries(settings).entries()) {
        const found = await scheduler.register(`${folder}\\setting ${index}`, definitionOf(changes));
        if (found.length > 0) differences[what] = found;
      }
      assert.deepEqual(differences, {});
    },
  },
  {
    name: 'replaces a task and leaves the others alone',
    check: async ({ scheduler, folder }) => {
      const [path, other] = [`${folder}\\Nightly Backup`, `${folder}\\other`];
      const [first, second] = ['first', 'second & <last>, 备份'].map((description) => definitionOf({ description }));
      await scheduler.register(path, first!);
      await scheduler.register(other, first!);
      assert.deepEqual(await scheduler.register(path, second!), []);
      await isRegistered(scheduler, path, second!);
      await isRegistered(scheduler, other, first!);
    },
  },
  {
    name: 'takes names with blanks and letters of any language, whatever their case',
    check: async ({ scheduler, folder }) => {
      const path = `${folder}\\备份 Größe Ångström`;
      const definition = definitionOf();
      assert.deepEqual(await scheduler.register(path, definition), []);
      await isRegistered(scheduler, path, definition);
      await isRegistered(scheduler, `${folder.toUpperCase()}\\备份 Größe Ångström`, definition);
    },
  },
  {
    name: 'removes a task, and has nothing against removing what is not there',
    check: async ({ scheduler, folder }) => {
      const path = `${folder}\\to remove`;
      await scheduler.register(path, definitionOf());
      await scheduler.remove(path.toUpperCase());
      assert.deepEqual(await scheduler.find(path), { task: null, problem: null });
      await scheduler.remove(path);
    },
  },
  {
    name: 'says that a task is not there',
    check: async ({ scheduler, folder }) => {
      const path = `${folder}\\nothing`;
      assert.deepEqual(await scheduler.find(path), { task: null, problem: null });
      await refuses(scheduler.start(path), 'start_failed');
      await assert.rejects(scheduler.definitionText(path), SchedulerError);
      await assert.rejects(scheduler.setEnabled(path, false), SchedulerError);
      assert.deepEqual(await scheduler.find(path), { task: null, problem: null });
    },
  },
  {
    name: 'switches a task off and on, and changes nothing else',
    check: async ({ scheduler, folder }) => {
      const path = `${folder}\\switched`;
      const definition = definitionOf();
      await scheduler.register(path, definition);
      await scheduler.setEnabled(path, false);
      await isRegistered(scheduler, path, { ...definition, settings: { ...definition.settings, enabled: false } });
      await refuses(scheduler.start(path), 'start_failed');
      await scheduler.setEnabled(path, true);
      await isRegistered(scheduler, path, definition);
    },
  },
  {
    name: 'gives a definition as text from which the same task can be registered',
    check: async ({ scheduler, folder }) => {
      const definition = definitionOf({ description: '"quoted" & <备份>', schedule: schedules.weekdays ?? [] });
      await scheduler.register(`${folder}\\original`, definition);
      const text = await scheduler.definitionText(`${folder}\\original`);
      await scheduler.registerText(`${folder}\\copy`, text);
      await isRegistered(scheduler, `${folder}\\copy`, definition);
    },
  },
  {
    name: 'refuses what is no task, and keeps the one that is there',
    check: async ({ scheduler, folder }) => {
      const path = `${folder}\\kept`;
      const definition = definitionOf();
      await scheduler.register(path, definition);
      for (const wrong of ['no task at all', '<Task version="1.2"><Actions/></Task>'])
        await refuses(scheduler.registerText(path, wrong), 'register_failed');
      await isRegistered(scheduler, path, definition);
    },
  },
  {
    name: 'starts a task at once when asked',
    needs: 'starts',
    check: async ({ scheduler, folder, files }) => {
      const file = join(files, 'asked for');
      await scheduler.register(`${folder}\\asked for`, leaving(file, definitionOf()));
      await scheduler.start(`${folder.toUpperCase()}\\Asked For`);
      await appears(file);
    },
  },
  {
    name: 'starts a task at its time',
    needs: 'clock',
    check: async ({ scheduler, folder, files }) => {
      const file = join(files, 'in time');
      const atMs = Date.now() + 4_000;
      const startBoundary = formatWall(atMs + offsetMs(hostTimezone(), atMs));
      const timed = { ...definitionOf(), triggers: [{ kind: 'time' as const, startBoundary }] };
      await scheduler.register(`${folder}\\in time`, leaving(file, timed));
      await appears(file);
    },
  },
];

const cron = (expression: string): Schedule => [{ kind: 'cron', expression }];
const schedules: Readonly<Record<string, Schedule>> = {
  daily: cron('0 2 * * *'),
  weekdays: cron('30 18 * * 1-5'),
  'within hours': cron('*/15 8-18 * * 1-5'),
  'days of months': cron('0 3 1,15 1,4,7,10 *'),
  'every minute': cron('* * * * *'),
  'fixed rate': [{ kind: 'every', intervalMs: 2 * 3_600_000 }],
  once: [{ kind: 'at', local: '2037-12-31T23:00' }],
  startup: [{ kind: 'startup' }],
  logon: [{ kind: 'logon' }],
  event: [{ kind: 'event', log: 'System', source: 'Microsoft-Windows-Kernel-Power', eventId: 41 }],
  several: [...cron('0 2 * * 0'), ...cron('0 4 * * 1-6'), { kind: 'startup' }],
};

const settings: Readonly<Record<string, Partial<Manifest>>> = {
  'queue, run once': { onOverlap: 'queue', onMissed: 'run-once' },
  'replace, one hour': { onOverlap: 'replace', timeoutMs: 3_600_000 },
  'parallel, ten days': { onOverlap: 'parallel', timeoutMs: 240 * 3_600_000 },
  'as local service': { runAs: 'local-service' },
  'as network service': { runAs: 'network-service' },
  'switched off': { enabled: false },
};

function definitionOf(changes: Partial<Manifest> = {}): TaskDefinition {
  const manifest = makeManifest({ schedule: schedules.daily ?? [], ...changes });
  const runner = { command: process.execPath, arguments: ['run', '--data', 'C:\\Program Data\\"x"\\'] };
  const task = taskForJob(manifest, { hostTimezone: hostTimezone(), runner });
  if (!task.ok) throw new Error(task.problems[0]?.message);
  return task.value.definition;
}

/** The same task, but its program leaves a file. */
function leaving(file: string, definition: TaskDefinition): TaskDefinition {
  const script = `require('node:fs').writeFileSync(${JSON.stringify(file)}, '')`;
  return {
    ...definition,
    actions: [{ kind: 'exec', command: process.execPath, arguments: joinCommandLine(['-e', script]) }],
  };
}

async function appears(file: string): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!existsSync(file)) {
    assert.ok(Date.now() < deadline, `the task has not run within ${patienceMs / 1000} s`);
    await wait(50);
  }
}

async function isRegistered(scheduler: TaskScheduler, path: string, wanted: TaskDefinition): Promise<void> {
  const found = await scheduler.find(path);
  assert.ok(found.task, `${path}: expected a task, found ${JSON.stringify(found)}`);
  assert.deepEqual(diffTasks(wanted, found.task), []);
}

async function refuses(act: Promise<unknown>, code: string): Promise<void> {
  const error = await act.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof SchedulerError, `expected a refusal, got ${error ?? 'success'}`);
  assert.equal(error.code, code);
  assert.notEqual(error.message, '');
}
