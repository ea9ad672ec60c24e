import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Where everything of one stack lives. `CARILLON_DATA` chooses it; the default is `.carillon` in the repository. */
export interface DataFolder {
  readonly root: string;
  readonly postgres: string;
  readonly agent: string;
  readonly taskStore: string;
  readonly server: string;
  /** What is running on this folder, for the command line and for a second start. */
  readonly runningFile: string;
  /** Local admin token, readable by its owner only. */
  readonly adminTokenFile: string;
  /** There in the folder of a demo only, so that a demo and real data are never mixed. */
  readonly demoFile: string;
}

export function dataFolderAt(path: string): DataFolder {
  const root = resolve(path);
  return {
    root,
    postgres: join(root, 'postgres'),
    agent: join(root, 'agent'),
    taskStore: join(root, 'task-scheduler'),
    server: join(root, 'server'),
    runningFile: join(root, 'running.json'),
    adminTokenFile: join(root, 'admin-token'),
    demoFile: join(root, 'demo.json'),
  };
}

/** Creates the folder. Others may pass through it (Postgres runs as another account when we are root) but not list it. */
export function prepareDataFolder(folder: DataFolder): void {
  mkdirSync(folder.root, { recursive: true });
  if (process.platform !== 'win32') chmodSync(folder.root, 0o711);
}

/** Writes a file whole or not at all. */
export function writeFileAtomic(path: string, content: string, mode = 0o600): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content, { mode });
  renameSync(temporary, path);
}

/** What `running.json` tells. Fields are added, never renamed: the command line reads it. */
export interface Running {
  readonly url: string;
  /** Process that supervises the others. */
  readonly pid: number;
  readonly startedAt: string;
  readonly serverPid?: number;
  readonly agentPid?: number;
  readonly schedulerPid?: number;
  readonly postgresPort?: number;
}

export function readRunning(folder: DataFolder): Running | undefined {
  if (!existsSync(folder.runningFile)) return undefined;
  try {
    return JSON.parse(readFileSync(folder.runningFile, 'utf8')) as Running;
  } catch {
    return undefined; // Cut off by a crash of an older version: as good as absent.
  }
}

export function writeRunning(folder: DataFolder, running: Running): void {
  writeFileAtomic(folder.runningFile, `${JSON.stringify(running, null, 2)}\n`, 0o644);
}

export function removeRunning(folder: DataFolder): void {
  rmSync(folder.runningFile, { force: true });
}

/** Is a process with this id alive? One of another account counts as alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
