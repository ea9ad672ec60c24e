import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Postgres refuses to run as root, so root starts it under the account that owns nothing. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const nobody: Account = { uid: 65534, gid: 65534 };

/** The account to start Postgres under; undefined when ours will do. */
export function postgresAccount(): Account | undefined {
  return process.getuid?.() === 0 ? nobody : undefined;
}

/** May the account pass through every folder down to this path? Folders of its own may be closed to others. */
export function isReachableBy(account: Account, path: string): boolean {
  let at = path;
  while (!existsSync(at)) at = dirname(at);
  for (;;) {
    const { mode, uid } = statSync(at);
    if ((mode & (uid === account.uid ? 0o100 : 0o001)) === 0) return false;
    const up = dirname(at);
    if (up === at) return true;
    at = up;
  }
}

/** A folder outside closed homes, the same for the same wanted folder, so that its content is found again. */
export function reachableFolderFor(wanted: string): string {
  return join('/var/tmp', `carillon-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`);
}

/** Creates a folder that belongs to the account. */
export function makeOwnedFolder(path: string, account: Account | undefined): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (account) chownSync(path, account.uid, account.gid);
}

/** Gives a file to the account. */
export function chownTo(path: string, account: Account | undefined): void {
  if (account) chownSync(path, account.uid, account.gid);
}

/** The binaries where the account can execute them: in place, or copied beside the data. */
export function reachableBinaries(account: Account, root: string, copyTo: string): string {
  if (isReachableBy(account, root)) return root;
  const copy = join(copyTo, 'postgres-binaries');
  if (!existsSync(copy)) {
    mkdirSync(copyTo, { recursive: true, mode: 0o755 });
    cpSync(root, copy, { recursive: true, verbatimSymlinks: true });
  }
  return copy;
}
