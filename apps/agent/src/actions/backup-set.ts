import { lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BackupSpec, type SetHeader, type SetKind, setId } from '@carillon/core/action/backup';
import { goneSince, type IndexFile, isAsBefore } from '@carillon/core/action/backup-index';
import { retryWhileHeld } from '../lib/retry-while-held.js';
import { writeFileDurably } from '../state/files.js';
import type { ActionContext } from './action-context.js';
import { reasonOf } from './action-report.js';
import type { Seen, SourceFile } from './backup-sources.js';
import { ChangedMeanwhile, copyFile, hashFile } from './copy-file.js';
import { type Base, LineFile, stands, unfinished } from './set-folder.js';
import { foundAt } from './walk.js';

interface SetToWrite {
  readonly spec: BackupSpec;
  readonly kind: SetKind;
  readonly number: number;
  /** Of all sets of the job. */
  readonly folder: string;
  readonly seen: Seen;
  readonly base: Base | undefined;
}

/**
 * Writes a set under another name and gives it its own when it is whole: bytes of what is not in the base, index, header.
 * A file that cannot be saved is named in the index, and the set is partial. In a dry run nothing is written.
 * @throws Error when there is not even room for the index; nothing is left then
 */
export function writeSet(set: SetToWrite, context: ActionContext): SetHeader {
  const { kind, number, folder, base } = set;
  const startedMs = context.nowMs;
  const id = setId(number, startedMs, kind);
  const work = join(folder, `${id}${unfinished}`);
  if (!context.isDryRun) mkdirSync(join(work, 'files'), { recursive: true });
  try {
    const saved = saveFiles(set, id, work, context);
    const indexSha256 = context.isDryRun ? '' : writeIndex(join(work, 'index.jsonl'), set.seen, saved);
    const header: SetHeader = {
      format: 'carillon/backup-set/v1',
      id,
      number,
      kind,
      state: saved.unsaved.length > 0 ? 'partial' : 'complete',
      host: context.host,
      job: context.job,
      startedAt: new Date(startedMs).toISOString(),
      finishedAt: new Date(Math.max(startedMs, Date.now())).toISOString(),
      base: base?.header.id ?? null,
      needs: [...new Set(saved.files.map((file) => file.set))].filter((other) => other !== id).sort(),
      files: saved.files.length,
      bytes: sum(saved.files),
      copiedFiles: saved.copied.length,
      copiedBytes: sum(saved.copied),
      deleted: saved.deleted.length,
      unsaved: saved.unsaved.length,
      indexSha256,
    };
    if (context.isDryRun) return header;
    writeFileDurably(join(work, 'set.json'), `${JSON.stringify(header, null, 2)}\n`, 0o600);
    retryWhileHeld(() => renameSync(work, join(folder, id)));
    return header;
  } catch (error) {
    rmSync(work, { recursive: true, force: true, maxRetries: 3 });
    throw new Error(`${join(folder, id)}: no set was made: ${reasonOf(error)}`);
  }
}

interface Saved {
  readonly files: readonly IndexFile[];
  /** Those whose bytes are in this set. */
  readonly copied: readonly IndexFile[];
  readonly deleted: readonly string[];
  readonly unsaved: readonly { readonly path: string; readonly reason: string }[];
}

const full = new Set(['ENOSPC', 'EDQUOT']);

function saveFiles({ spec, folder, seen, base }: SetToWrite, id: string, work: string, context: ActionContext): Saved {
  const { report, isDryRun } = context;
  const files: IndexFile[] = [];
  const copied: IndexFile[] = [];
  const unsaved: { path: string; reason: string }[] = [];
  let isFull = false;
  const fail = (path: string, at: string, reason: string) => {
    unsaved.push({ path, reason });
    report.problem(`${at}: not saved: ${reason}`);
  };
  for (const { path, at, reason } of seen.unread) fail(path, at, reason);
  for (const file of seen.files) {
    try {
      if (isFull) throw Object.assign(new Error(), { code: 'ENOSPC' });
      const before = base?.files.get(file.path);
      const now = before && spec.compare === 'hash' && before.bytes === file.bytes ? hashFile(file.at) : undefined;
      if (isAsBefore(before, file, now) && stands(folder, before)) {
        files.push({ ...before, modifiedMs: file.modifiedMs });
        continue;
      }
      const { bytes, modifiedMs, sha256 } = isDryRun ? { ...file, sha256: '' } : saveFile(file, work, spec.verify);
      const line: IndexFile = { path: file.path, bytes, modifiedMs, sha256, set: id };
      files.push(line);
      copied.push(line);
    } catch (error) {
      isFull ||= full.has((error as NodeJS.ErrnoException).code ?? '');
      fail(file.path, file.at, reasonOf(error));
    }
  }
  const present = new Set(seen.files.map(({ path }) => path));
  const isUnread = (path: string) => seen.unread.some((folder) => path.startsWith(`${folder.path}/`));
  const deleted = base ? goneSince(base.files.values(), present).filter((path) => !isUnread(path)) : [];
  return { files, copied, deleted, unsaved };
}

/** Copies one file, and once more when somebody wrote to it meanwhile. */
function saveFile(file: SourceFile, work: string, verify: boolean) {
  const to = join(work, 'files', file.path);
  mkdirSync(dirname(to), { recursive: true });
  let found = file;
  let sha256: string;
  try {
    sha256 = copyFile(file.at, to, found, verify);
  } catch (error) {
    if (!(error instanceof ChangedMeanwhile)) throw error;
    found = { ...foundAt(file.path, lstatSync(file.at, { bigint: true })), at: file.at };
    sha256 = copyFile(file.at, to, found, verify);
  }
  if (verify && hashFile(to) !== sha256) {
    rmSync(to, { force: true });
    throw new Error('what was written is not what was read');
  }
  return { ...found, sha256 };
}

function writeIndex(path: string, { emptyFolders }: Seen, { files, deleted, unsaved }: Saved): string {
  const index = new LineFile(path);
  for (const { path: at, bytes, modifiedMs, sha256, set } of files)
    index.write({ path: at, bytes, modifiedMs, sha256, set });
  for (const folder of emptyFolders) index.write({ path: folder, folder: true });
  for (const gone of deleted) index.write({ path: gone, deleted: true });
  for (const { path: at, reason } of unsaved) index.write({ path: at, unsaved: reason });
  return index.end();
}

function sum(files: readonly IndexFile[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}
