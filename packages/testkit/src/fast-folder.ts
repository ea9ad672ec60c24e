import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';

const memoryFolder = '/dev/shm';
/** Databases of a whole run of tests take less than a gigabyte at a time. */
const neededBytes = 4 * 2 ** 30;

/**
 * Where databases go that tests throw away: a folder in memory where there is room for it, else the one for temporary
 * files. Each database has some four hundred files, whose making and removing on a disk costs more than all of its
 * queries.
 */
export function fastFolder(): string {
  if (!existsSync('/proc/mounts') || !mayHoldPrograms(readFileSync('/proc/mounts', 'utf8'))) return tmpdir();
  const { bavail, bsize } = statfsSync(memoryFolder);
  return Math.min(bavail * bsize, freemem()) < neededBytes ? tmpdir() : memoryFolder;
}

/** Postgres' programs may be copied beside its data. @param mounts as Linux tells them in `/proc/mounts` */
export function mayHoldPrograms(mounts: string): boolean {
  const [, , type = '', options = ''] =
    mounts
      .split('\n')
      .map((line) => line.split(' '))
      .find(([, place]) => place === memoryFolder) ?? [];
  return type === 'tmpfs' && options.split(',').includes('rw') && !options.split(',').includes('noexec');
}
