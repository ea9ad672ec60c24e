import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consoleCodePage } from '../lib/console-code-page.js';
import { SchtasksScheduler } from '../scheduler/schtasks-scheduler.js';
import type { TaskScheduler } from '../scheduler/task-scheduler.js';
import { actionContract, hasJunctions } from './action-contract.js';
import { schedulerContract } from './scheduler-contract.js';

// Holds a Task Scheduler, and the file system that actions work on, to the contract where there is no test runner: on Windows, and under Wine.
// contract-program [--schtasks-command JSON]; without it Windows' own. Takes its tasks away again.

const at = process.argv.indexOf('--schtasks-command');
const given = at < 0 ? undefined : (JSON.parse(process.argv[at + 1] ?? '') as string[]);
const windows = process.env.SystemRoot ?? 'C:\\Windows';

/** Remembers what was registered. */
function remembering(scheduler: TaskScheduler): { scheduler: TaskScheduler; removeAll(): Promise<void> } {
  const paths = new Set<string>();
  const remembered = Object.assign(Object.create(scheduler) as TaskScheduler, {
    register: (path: string, ...rest: [Parameters<TaskScheduler['register']>[1]]) => {
      paths.add(path);
      return scheduler.register(path, ...rest);
    },
    registerText: (path: string, xml: string) => {
      paths.add(path);
      return scheduler.registerText(path, xml);
    },
  });
  return {
    scheduler: remembered,
    removeAll: async () => {
      for (const path of paths) await scheduler.remove(path);
    },
  };
}

async function main(): Promise<number> {
  const temporary = mkdtempSync(join(tmpdir(), 'carillon-contract-'));
  const { scheduler, removeAll } = remembering(
    given
      ? new SchtasksScheduler(given, temporary)
      : new SchtasksScheduler([`${windows}\\System32\\schtasks.exe`], temporary, {
          taskStore: `${windows}\\System32\\Tasks`,
          codePage: consoleCodePage(),
        }),
  );
  const folder = `\\Carillon\\contract-${process.pid}`;
  const junctions = hasJunctions(mkdtempSync(join(temporary, 'files-')));
  const checks = [
    ...schedulerContract.map(({ name, check }) => ({
      name,
      run: (files: string) => check({ scheduler, folder, files }),
    })),
    // By its real path, which TEMP need not be.
    ...actionContract
      .filter(({ needsJunctions }) => junctions || !needsJunctions)
      .map(({ name, check }) => ({ name, run: (files: string) => check(realpathSync.native(files)) })),
  ];
  let failed = 0;
  for (const { name, run } of checks) {
    const files = mkdtempSync(join(temporary, 'files-'));
    try {
      await run(files);
      console.log(`kept    ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`BROKEN  ${name}\n        ${String(error).replaceAll('\n', '\n        ')}`);
    }
  }
  if (!given) showWhatWindowsDoes(folder);
  await removeAll();
  rmSync(temporary, { recursive: true, force: true });
  console.log(`${checks.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** Answers of the real thing, for whoever keeps the emulator true to it: exit code, and the first bytes as they come. */
function showWhatWindowsDoes(folder: string): void {
  for (const args of [
    ['/query', '/tn', `${folder}\\nothing`, '/xml'],
    ['/query', '/tn', `${folder}\\switched`, '/xml'],
    ['/query', '/tn', `${folder}\\switched`, '/fo', 'CSV', '/v'],
    ['/run', '/tn', `${folder}\\nothing`],
    ['/end', '/tn', `${folder}\\switched`],
    ['/delete', '/tn', `${folder}\\nothing`, '/f'],
  ]) {
    const [code, output] = ask(args);
    const words = JSON.stringify(output.subarray(0, 700).toString('latin1'));
    console.log(`schtasks ${args.join(' ')}\n        exit code ${code}, ${output.length} bytes: ${words}`);
  }
}

/** What cannot be started at all is an answer too: this is to be looked at, and breaks no contract. */
function ask(args: readonly string[]): [number | null, Buffer] {
  const { status, stdout, stderr, error } = spawnSync(`${windows}\\System32\\schtasks.exe`, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return [status, error ? Buffer.from(String(error)) : Buffer.concat([stdout, stderr])];
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.log(String(error));
    process.exitCode = 1;
  },
);
