import { lstatSync, mkdirSync, rmdirSync, statfsSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CleanupSpec, isNamedFor, planCleanup } from '@carillon/core/action/cleanup';
import { protectedPath } from '@carillon/core/action/protected-path';
import { isPathWithin } from '@carillon/core/policy/program-path';
import { type ActionContext, type ActionResult, WrongDefinition } from './action-context.js';
import { describeBytes, reasonOf } from './action-report.js';
import { copyFile } from './copy-file.js';
import { inHeldFolder } from './held-folder.js';
import { ignoresCase, overlaps, realFolder } from './real-folder.js';
import { type Found, isUnchanged, walk } from './walk.js';

/** Deletes, or moves into an archive, what a cleanup is for. What cannot go is named and the rest goes on. */
export function cleanUp(spec: CleanupSpec, context: ActionContext): ActionResult {
  const { report, isDryRun } = context;
  const root = rootOf(spec, context);
  const archive = archiveOf(spec, root, context);

  // 1. What is there, and what of it goes.
  const { files, links, problems } = walk(root, { wants: (path) => isNamedFor(spec, path, ignoresCase) });
  for (const { path, reason } of problems) report.problem(`${join(root, path)}: ${reason}`);
  const freeBytes = freeBytesAt(root);
  const plan = planCleanup(spec, files, { nowMs: context.nowMs, freeBytes, ignoreCase: ignoresCase });
  const stays = `${plan.kept} that fit the pattern stay, ${links.length} links are not followed`;
  report.say(`${root}: ${plan.remove.length} of ${files.length} files go; ${stays}`);

  // 2. One after the other, the oldest first.
  const done = isDryRun ? tell(plan.remove, root, context) : removeAll(spec, plan.remove, { root, archive }, context);
  const folders = spec.emptyFolders && !isDryRun ? removeEmptied(root, done.removed, context) : 0;

  // 3. Was it enough?
  const missing =
    spec.untilFreeBytes === null ? 0 : isDryRun ? plan.missingBytes : spec.untilFreeBytes - freeBytesAt(root);
  if (missing > 0)
    report.problem(
      `${root}: the disk still has ${describeBytes(missing)} less free than it should: no more files may go`,
    );
  return {
    files: done.removed.length,
    bytes: done.bytes,
    folders,
    inUse: done.inUse,
    kept: plan.kept,
    links: links.length,
  };
}

function rootOf(spec: CleanupSpec, context: ActionContext): string {
  const root = realFolder(spec.root, 'root', context);
  const { SystemRoot } = process.env;
  const why =
    protectedPath(context.disk?.shown(root) ?? root) ??
    (SystemRoot && isPathWithin(root, SystemRoot, ignoresCase) ? 'it belongs to the operating system' : undefined);
  if (why !== undefined) throw new WrongDefinition(`root: nothing is deleted in ${root}: ${why}`);
  return root;
}

/** A folder of this run's own, so that nothing in the archive is ever overwritten. */
function archiveOf(spec: CleanupSpec, root: string, context: ActionContext): string | null {
  if (spec.archive === null) return null;
  const archive = realFolder(spec.archive, 'archive', context);
  if (overlaps(root, archive))
    throw new WrongDefinition(`archive: ${archive} and the root ${root} are one in the other`);
  return join(archive, new Date(context.nowMs).toISOString().replace(/[-:]/g, ''));
}

function freeBytesAt(path: string): number {
  const { bavail, bsize } = statfsSync(path, { bigint: true });
  return Number(bavail * bsize);
}

interface Removed {
  readonly removed: readonly string[];
  readonly bytes: number;
  readonly inUse: number;
}

function tell(files: readonly Found[], root: string, { report }: ActionContext): Removed {
  for (const { path, bytes } of files) report.say(`would remove ${join(root, path)} (${describeBytes(bytes)})`);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { removed: files.map(({ path }) => path), bytes, inUse: 0 };
}

function removeAll(
  { untilFreeBytes }: CleanupSpec,
  files: readonly Found[],
  { root, archive }: { readonly root: string; readonly archive: string | null },
  { report }: ActionContext,
): Removed {
  const removed: string[] = [];
  let [bytes, inUse] = [0, 0];
  for (const file of files) {
    // Others may have made room too; what need not go stays.
    if (untilFreeBytes !== null && freeBytesAt(root) >= untilFreeBytes) break;
    const path = join(root, file.path);
    try {
      removeFile(root, file, archive === null ? null : join(archive, file.path));
      removed.push(file.path);
      bytes += file.bytes;
      report.say(`${archive === null ? 'removed' : 'archived'} ${path} (${describeBytes(file.bytes)})`);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') report.say(`${path}: somebody else has removed it`);
      else if (code === 'EBUSY') {
        inUse += 1;
        report.say(`${path}: it is in use and stays`);
      } else report.problem(`${path}: ${reasonOf(error)}`);
    }
  }
  return { removed, bytes, inUse };
}

function removeFile(root: string, file: Found, archived: string | null): void {
  inHeldFolder(root, file.path, (entry) => {
    if (!isUnchanged(file, lstatSync(entry, { bigint: true })))
      throw new Error('it is another than the one that was listed, and stays');
    if (archived !== null) {
      mkdirSync(dirname(archived), { recursive: true });
      copyFile(entry, archived, file);
    }
    unlinkSync(entry);
  });
}

/** Folders that had files which went, and those above them, as long as nothing is left in them; never the root. */
function removeEmptied(root: string, removed: readonly string[], { report }: ActionContext): number {
  const folders = new Set(removed.flatMap(foldersAbove));
  let count = 0;
  // The deepest first: a folder may be empty only because of the one in it.
  for (const folder of [...folders].sort((a, b) => b.split('/').length - a.split('/').length)) {
    try {
      inHeldFolder(root, folder, (entry) => {
        if (lstatSync(entry).isDirectory()) rmdirSync(entry);
      });
      count += 1;
      report.say(`removed the empty folder ${join(root, folder)}`);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Not empty, as it is told here and there, or gone already.
      if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOENT') continue;
      report.problem(`${join(root, folder)}: ${reasonOf(error)}`);
    }
  }
  return count;
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
