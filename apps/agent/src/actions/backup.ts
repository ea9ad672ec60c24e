import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type BackupSpec, kindOfSet, type SetHeader, setsToRemove } from '@carillon/core/action/backup';
import { type IndexFile, storedPathProblem } from '@carillon/core/action/backup-index';
import { lockFolder } from '../lib/folder-lock.js';
import { retryWhileHeld } from '../lib/retry-while-held.js';
import { type ActionContext, type ActionResult, WrongDefinition } from './action-context.js';
import { describeBytes, reasonOf } from './action-report.js';
import { writeSet } from './backup-set.js';
import { listSources, type Sources, sourcesOf } from './backup-sources.js';
import { realFolder } from './real-folder.js';
import { type Base, listSets, readIndex, removing, type Sets } from './set-folder.js';

/** Makes a set of what a backup saves, and removes those that need not stay. */
export function backUp(spec: BackupSpec, context: ActionContext): ActionResult {
  const sources = sourcesOf(spec.from, context);
  const folder = folderOfSets(spec.to, context);
  if (context.isDryRun) return makeSet(spec, sources, folder, context);
  mkdirSync(folder, { recursive: true });
  const unlock = hold(folder);
  try {
    clearLeftovers(folder, listSets(folder), context);
    return makeSet(spec, sources, folder, context);
  } finally {
    unlock();
  }
}

/** One run at a time works on a job's sets; what a killed one left of its lock counts for nothing. */
function hold(folder: string): () => void {
  const lock = join(folder, 'lock');
  try {
    return lockFolder(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined)
      throw new Error(`${folder}: another backup of this job is under way`);
    rmSync(lock, { force: true });
    throw new Error(`${folder}: ${reasonOf(error)}`);
  }
}

/** `TO/HOST/JOB`: no two jobs or hosts meet, whoever shares the place. */
export function setsPath(to: string, host: string, job: string): string {
  return join(to, host, job);
}

function folderOfSets(to: string, context: ActionContext): string {
  const { host, job } = context;
  for (const name of [host, job]) {
    const problem = storedPathProblem(name, process.platform === 'win32');
    if (problem !== undefined || name.includes('/')) throw new WrongDefinition(`to: no folder can be called ${name}`);
  }
  return setsPath(realFolder(to, 'to', context), host, job);
}

function clearLeftovers(folder: string, { leftovers, damaged }: Sets, { report }: ActionContext): void {
  for (const name of leftovers) {
    report.say(`${join(folder, name)}: a run that was cut short left this; it is removed`);
    rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 3 });
  }
  for (const { id, reason } of damaged) report.problem(`${join(folder, id)}: ${reason}; it is left as it is`);
}

function makeSet(spec: BackupSpec, sources: Sources, folder: string, context: ActionContext): ActionResult {
  const { report, isDryRun } = context;
  const { sets, damaged } = listSets(folder);
  const base = spec.mode === 'full' ? undefined : baseOf(folder, sets, context);
  const kind = kindOfSet(spec.mode, weekdayOf(context), base !== undefined);
  const seen = listSources(sources, spec.exclude, context);
  // Also after one that cannot be read: its number stands in its name.
  const numbers = [...sets.map(({ number }) => number), ...damaged.map(({ id }) => Number.parseInt(id, 10))];
  const number = Math.max(0, ...numbers) + 1;
  const header = writeSet({ spec, kind, number, folder, seen, base: kind === 'full' ? undefined : base }, context);

  const { files, bytes, copiedFiles, copiedBytes, deleted, unsaved } = header;
  const took = `${files} files (${describeBytes(bytes)}), ${copiedFiles} of them copied (${describeBytes(copiedBytes)})`;
  const how = `${kind}${header.base === null ? '' : ` on ${header.base}`}`;
  report.say(
    `${isDryRun ? 'would make' : 'made'} ${join(folder, header.id)}: ${how}, ${took}, ${deleted} deleted since`,
  );
  const removed = retire(spec, folder, [...sets, header], context);
  const result = {
    set: header.id,
    kind,
    state: header.state,
    files,
    bytes,
    copiedFiles,
    copiedBytes,
    deleted,
    unsaved,
  };
  return { ...result, removedSets: removed };
}

/** The newest set that can be read, with all that it stands on. Where there is none, everything is saved. */
function baseOf(folder: string, sets: readonly SetHeader[], { report }: ActionContext): Base | undefined {
  const known = new Set(sets.map(({ id }) => id));
  for (const header of [...sets].reverse()) {
    const missing = header.needs.find((id) => !known.has(id));
    if (missing !== undefined) {
      report.problem(`${join(folder, header.id)}: it needs ${missing}, which is not there; it is no base`);
      continue;
    }
    try {
      const files = new Map<string, IndexFile>();
      for (const line of readIndex(folder, header)) if ('set' in line) files.set(line.path, line);
      return { header, files };
    } catch (error) {
      report.problem(`${reasonOf(error)}; it is no base`);
    }
  }
  return undefined;
}

/** Of the planned start by the host's clock: a run that came late is still Sunday's. */
function weekdayOf({ env, nowMs }: ActionContext): number {
  const planned = Date.parse(env.CARILLON_SCHEDULED_FOR ?? '');
  return new Date(Number.isNaN(planned) ? nowMs : planned).getDay();
}

function retire(spec: BackupSpec, folder: string, sets: readonly SetHeader[], context: ActionContext): string[] {
  const { report, isDryRun, nowMs } = context;
  const gone: string[] = [];
  for (const id of setsToRemove(sets, spec.keep, nowMs)) {
    try {
      if (!isDryRun) removeSet(folder, id);
      gone.push(id);
      report.say(`${isDryRun ? 'would remove' : 'removed'} ${join(folder, id)}: it need not be kept any more`);
    } catch (error) {
      report.problem(`${join(folder, id)}: ${reasonOf(error)}`);
    }
  }
  return gone;
}

/** Its name goes first, so that nothing half removed is ever taken for a set. */
function removeSet(folder: string, id: string): void {
  const doomed = join(folder, `${id}${removing}`);
  retryWhileHeld(() => renameSync(join(folder, id), doomed));
  rmSync(doomed, { recursive: true, force: true, maxRetries: 3 });
}
