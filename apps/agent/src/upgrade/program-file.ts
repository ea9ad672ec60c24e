import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isSea } from 'node:sea';
import type { ReleasePlatform } from '@carillon/core/upgrade/release';

/** The one file that an agent is. */
export interface ProgramFile {
  readonly path: string;
  readonly platform: ReleasePlatform;
}

/** The file of this very program; undefined where it runs from its modules, as in development. */
export function ownProgramFile(): ProgramFile | undefined {
  if (isSea()) return process.platform === 'win32' ? { path: process.execPath, platform: 'windows-x64' } : undefined;
  const [, started = ''] = process.argv;
  return basename(started) === 'carillon-agent.cjs' ? { path: started, platform: 'node' } : undefined;
}

/**
 * Puts a copy of another file in a program's place, also while the program runs. Tasks keep naming the one path. Windows
 * does not replace a running program but lets it be renamed, so that for the time between two renames there is none: a
 * task that fires just then fails to start.
 */
export function replaceProgram(target: string, source: string, platform: NodeJS.Platform = process.platform): void {
  const next = `${target}.new`;
  copyFileSync(source, next);
  if (platform !== 'win32') {
    renameSync(next, target);
    return;
  }
  clearReplaced(target);
  if (existsSync(target)) renameSync(target, `${target}.${Date.now().toString(36)}.old`);
  renameSync(next, target);
}

/** Deletes programs that were replaced and run no more; those that still run go the next time. */
export function clearReplaced(target: string): void {
  const before = `${basename(target)}.`;
  for (const name of readdirSync(dirname(target))) {
    if (!name.startsWith(before) || !name.endsWith('.old')) continue;
    try {
      rmSync(join(dirname(target), name));
    } catch {
      // A runner that was started from it is still at work.
    }
  }
}

/** Keeps a program under its version, for the way back. @returns where */
export function keepVersion(
  versionsFolder: string,
  version: string,
  program: string,
  name = basename(program),
): string {
  const folder = join(versionsFolder, version);
  const path = join(folder, name);
  mkdirSync(folder, { recursive: true });
  copyFileSync(program, `${path}.part`);
  renameSync(`${path}.part`, path);
  return path;
}
