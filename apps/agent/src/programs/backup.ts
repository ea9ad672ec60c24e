import { isAbsolute, resolve } from 'node:path';
import type { SetHeader } from '@carillon/core/action/backup';
import { ActionReport, describeBytes } from '../actions/action-report.js';
import { setsPath } from '../actions/backup.js';
import { type RestoreOptions, restoreSet, verifySet } from '../actions/restore.js';
import { listSets, type Sets } from '../actions/set-folder.js';
import { agentFolderAt } from '../state/agent-folder.js';
import { findManifest, hostNameOf } from './action.js';

/**
 * The folder of a job's sets.
 * @param where a job of this host by name or id, or a folder, on whatever machine
 * @throws Error when it is neither
 */
export function setsFolder(data: string, where: string): string {
  if (isAbsolute(where) || /[\\/]/.test(where)) return resolve(where);
  const folder = agentFolderAt(data);
  const { name, run } = findManifest(folder, where);
  if (run.kind !== 'backup') throw new Error(`the job ${name} makes no backups`);
  return setsPath(run.action.to, hostNameOf(folder), name);
}

/** For people; `--json` prints the same as it is. */
export function describeSets({ sets, damaged, leftovers }: Sets): string {
  const lines = [
    ...sets.map(
      ({ id, state, files, bytes, copiedFiles, copiedBytes, unsaved }) =>
        `${id}  ${state}  ${files} files, ${describeBytes(bytes)}; ${copiedFiles} here, ${describeBytes(copiedBytes)}${unsaved > 0 ? `; ${unsaved} not saved` : ''}`,
    ),
    ...damaged.map(({ id, reason }) => `${id}  damaged  ${reason}`),
    ...leftovers.map((name) => `${name}  left by a run that was cut short`),
  ];
  return lines.length > 0 ? `${lines.join('\n')}\n` : 'no sets\n';
}

/** Compares what sets hold with their indexes. @param id one of them; all without it. @returns the exit code */
export function verifyBackup(folder: string, id: string | undefined): number {
  const report = consoleReport();
  const { sets, damaged } = listSets(folder);
  for (const header of id === undefined ? sets : [chosen(sets, id, folder)]) verifySet(folder, header, report);
  if (id === undefined) for (const each of damaged) report.problem(`${each.id}: ${each.reason}`);
  return report.problems > 0 ? 1 : 0;
}

/** @returns the exit code: 1 when a file that was asked for is not there as it was */
export function restoreBackup(folder: string, id: string, options: RestoreOptions): number {
  const report = consoleReport();
  report.result(restoreSet(folder, chosen(listSets(folder).sets, id, folder), options, report));
  return report.problems > 0 ? 1 : 0;
}

/** `latest` is the newest complete one. */
function chosen(sets: readonly SetHeader[], id: string, folder: string): SetHeader {
  const found =
    id === 'latest' ? sets.filter(({ state }) => state === 'complete').at(-1) : sets.find((each) => each.id === id);
  if (found) return found;
  throw new Error(`no set ${id} in ${folder}; carillon-agent backup list ${folder} names them`);
}

function consoleReport(): ActionReport {
  return new ActionReport(
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  );
}
