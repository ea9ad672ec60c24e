import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const repository = join(import.meta.dirname, '../../..');

/**
 * Builds a package or app and what it stands on, for tests that start its programs; half a second when nothing has
 * changed. With the compiler that the build uses: another one's output counts as out of date, and takes a minute.
 * @param folder holds its `tsconfig.json`
 */
export function compile(folder: string): void {
  execFileSync(process.execPath, [join(repository, 'node_modules/typescript-7/bin/tsc'), '-b', folder]);
}
