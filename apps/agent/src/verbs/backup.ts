import { listSets } from '../actions/set-folder.js';
import { describeSets, restoreBackup, setsFolder, verifyBackup } from '../programs/backup.js';
import { type Call, print, UsageError } from './arguments.js';

/** Sets that jobs made, for whoever needs what is in them. */
export function backup({ values, data, words: [act, where, pattern] }: Call): number {
  if ((act !== 'list' && act !== 'verify' && act !== 'restore') || where === undefined)
    throw new UsageError('backup: expected list, verify or restore, and a job or a folder of sets');
  const folder = setsFolder(data, where);
  if (act === 'list') {
    const sets = listSets(folder);
    print(values.json ? sets : describeSets(sets));
    return 0;
  }
  const { set, to, overwrite = false } = values;
  if (act === 'verify') return verifyBackup(folder, set);
  if (set === undefined || to === undefined)
    throw new UsageError('backup restore: expected --set SET|latest and --to DIR');
  return restoreBackup(folder, set, { to, pattern, overwrite, isDryRun: values['dry-run'] === true });
}
