import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { storedPath } from '@carillon/core/action/backup-index';
import { matchesGlob } from '@carillon/core/action/glob';
import type { ActionContext } from './action-context.js';
import { ignoresCase, isSamePath, realPath } from './real-folder.js';
import { nameProblem } from './set-folder.js';
import { type Found, foundAt, walk } from './walk.js';

/** Real paths of what is saved. */
export type Sources = readonly string[];

/** A file as it is now: where it is, and what it is called in a set. */
export interface SourceFile extends Found {
  /** Absolute. */
  readonly at: string;
}

export interface Seen {
  /** Their paths are those of the set. */
  readonly files: readonly SourceFile[];
  readonly emptyFolders: readonly string[];
  /** Folders and files that could not be looked at, by their paths in the set. */
  readonly unread: readonly { readonly path: string; readonly at: string; readonly reason: string }[];
}

/** @throws Error when one is not there: a disk that is away must not look like a folder that was emptied */
export function sourcesOf(from: readonly string[], context: ActionContext): Sources {
  return from.map((path, index) => realPath(path, `from[${index}]`, context));
}

/** Lists what is to be saved. Links are not, nor is the agent's own folder, which has the host's keys in it. */
export function listSources(
  sources: Sources,
  exclude: readonly string[],
  { agentRoot, report, disk }: ActionContext,
): Seen {
  const files: SourceFile[] = [];
  const emptyFolders: string[] = [];
  const unread: { path: string; at: string; reason: string }[] = [];
  const isExcluded = (path: string) => exclude.some((pattern) => matchesGlob(pattern, path, ignoresCase));
  for (const root of sources) {
    const prefix = disk ? storedPath(disk.shown(root), true) : storedPath(root, process.platform === 'win32');
    const named = (path: string) => [prefix, path].filter(Boolean).join('/');
    const stats = lstatSync(root, { bigint: true });
    if (stats.isFile()) {
      files.push({ ...foundAt(prefix, stats), at: root });
      continue;
    }
    const found = walk(root, {
      wants: (path) => !isExcluded(path),
      enters: (path) => !isExcluded(path) && !isSamePath(join(root, path), agentRoot),
    });
    for (const file of found.files) files.push({ ...file, path: named(file.path), at: join(root, file.path) });
    emptyFolders.push(...found.emptyFolders.map(named));
    for (const { path, reason } of found.problems) {
      const at = path === '.' ? root : join(root, path);
      unread.push({ path: path === '.' ? prefix : named(path), at, reason });
    }
    if (found.links.length > 0) report.say(`${root}: ${found.links.length} links and mounted disks are not saved`);
  }
  const named = files.filter(({ path }) => nameProblem(path) === undefined);
  // Windows keeps some names that no program can open by them later: `a.` or `nul`.
  for (const { path, at } of files) {
    const reason = nameProblem(path);
    if (reason !== undefined) unread.push({ path, at, reason });
  }
  const folders = emptyFolders.filter((path) => nameProblem(path) === undefined);
  return { files: named.sort((a, b) => (a.path < b.path ? -1 : 1)), emptyFolders: folders, unread };
}
