import { readdirSync, readFileSync, rmSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { encodeTaskXml, writeTaskXml } from '@carillon/wintask/task/write-task-xml';
import { writeAtomic } from './atomic-file.js';
import { whileHeld } from './while-held.js';

/** A registered task's file: its path as Task Scheduler names it and a mark that changes with its content. */
export interface TaskFile {
  path: string;
  file: string;
  mark: string;
}

const folderOf = (store: string) => join(store, 'Tasks');

function statOf(file: string): Stats | undefined {
  return statSync(file, { throwIfNoEntry: false });
}

/**
 * Finds the stored spelling of a task path: names compare without regard to case, as on Windows. Segments that do not
 * exist yet keep the given spelling.
 */
export function storedPath(store: string, path: string): string {
  let folder = folderOf(store);
  const found = path
    .split('\\')
    .filter((segment) => segment !== '')
    .map((segment) => {
      const names = statOf(folder)?.isDirectory() ? readdirSync(folder) : [];
      const same = names.includes(segment)
        ? segment
        : names.find((name) => name.toLowerCase() === segment.toLowerCase());
      folder = join(folder, same ?? segment);
      return same ?? segment;
    });
  return `\\${found.join('\\')}`;
}

/** The file that holds a task, whether it exists or not. */
export function fileOf(store: string, path: string): string {
  return join(folderOf(store), ...storedPath(store, path).split('\\').filter(Boolean));
}

/** True when the task is registered. */
export function taskExists(store: string, path: string): boolean {
  return statOf(fileOf(store, path))?.isFile() ?? false;
}

/** Reads a registered task; undefined when it is not there or was damaged by hand. */
export function readTask(store: string, path: string): TaskDefinition | undefined {
  if (!taskExists(store, path)) return undefined;
  const read = readTaskXml(whileHeld(() => readFileSync(fileOf(store, path))));
  return read.ok ? read.task : undefined;
}

/** Stores a task as Windows does: UTF-16LE XML with the URI set to its path. */
export function writeTask(store: string, path: string, task: TaskDefinition): void {
  const registrationInfo = { ...task.registrationInfo, uri: path };
  writeAtomic(fileOf(store, path), encodeTaskXml(writeTaskXml({ ...task, registrationInfo })));
}

/** Removes a task; its folder stays, as on Windows. */
export function removeTask(store: string, path: string): void {
  whileHeld(() => rmSync(fileOf(store, path)));
}

/** All registered tasks in order of folder and name. */
export function listTasks(store: string): TaskFile[] {
  const found: TaskFile[] = [];
  const walk = (folder: string, path: string): void => {
    const entries = statOf(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const file = join(folder, entry.name);
      const own = `${path}\\${entry.name}`;
      if (entry.isDirectory()) walk(file, own);
      else if (!entry.name.startsWith('.')) {
        const stat = statOf(file);
        if (stat) found.push({ path: own, file, mark: `${stat.ino}-${stat.mtimeMs}-${stat.size}` });
      }
    }
  };
  walk(folderOf(store), '');
  return found;
}
