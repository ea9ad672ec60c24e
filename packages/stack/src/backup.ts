import { constants, copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { type DataFolder, isAlive, prepareDataFolder, readRunning, writeFileAtomic } from './data-folder.js';
import { embeddedHome } from './embedded-postgres.js';
import { takeStartLock } from './start-lock.js';
import { type Account, chownTo, makeOwnedFolder, postgresAccount } from './unprivileged.js';

/** What `backup.json` in a backup says. */
export interface BackupNote {
  readonly format: 1;
  readonly takenAt: string;
  readonly bytes: number;
  /** First and last write-ahead log file that the copy needs. */
  readonly wal: readonly [string, string];
}

const noteFile = 'backup.json';
/** Their content is made anew by a server that starts, or would mislead it; the folders themselves are needed. */
const emptied = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);
const leftOut = new Set(['postmaster.pid', 'postmaster.opts', 'backup_label', 'tablespace_map']);

/**
 * Copies the embedded database of a running stack, its signing key and its admin token into a new folder, while
 * everything works on. What is committed before the call is in the copy (Postgres' own online backup: files are copied as
 * they are, and the write-ahead log of that time makes them whole when the copy is started).
 * @throws Error when the stack does not run, has a database of its owner's, or the folder is not empty
 */
export async function backupStack(folder: DataFolder, to: string): Promise<BackupNote> {
  const running = readRunning(folder);
  if (!running || !isAlive(running.pid))
    throw new Error(`${folder.root}: no Carillon is running there; start it, then back it up`);
  if (running.postgresPort === undefined)
    throw new Error(
      `${folder.root}: its database is not the embedded one; back that up with its own tools (pg_dump, pg_basebackup)`,
    );
  requireEmpty(to);
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const home = embeddedHome(folder.postgres);
  const password = readFileSync(join(home, 'password'), 'utf8').trim();
  const url = `postgresql://carillon:${password}@127.0.0.1:${running.postgresPort}/postgres`;
  const postgres = await backupPostgres(url, join(home, 'cluster'), join(to, 'postgres/cluster'));
  copyFileSync(join(home, 'password'), join(to, 'postgres/password'));
  copyTree(folder.server, join(to, 'server'), () => true);
  copyFileSync(folder.adminTokenFile, join(to, 'admin-token'));
  const note: BackupNote = { format: 1, takenAt: new Date().toISOString(), ...postgres };
  // Last: a backup without it is not whole.
  writeFileAtomic(join(to, noteFile), `${JSON.stringify(note, null, 2)}\n`);
  return note;
}

/**
 * Puts a backup in the place of what a folder holds of database, signing key and admin token. Local agents and their
 * spools are left alone. The stack must be stopped.
 * @param replace allows that there is something already, which is then gone
 * @throws Error when something runs on the folder, the backup is not whole, or there is something and `replace` is false
 */
export function restoreStack(folder: DataFolder, from: string, { replace }: { replace: boolean }): BackupNote {
  const note = readNote(from);
  prepareDataFolder(folder);
  const lock = takeStartLock(folder);
  if (!lock.ok) throw new Error(`${folder.root}: Carillon is running there (process ${lock.pid}); stop it first`);
  try {
    const account = postgresAccount();
    const home = embeddedHome(folder.postgres);
    const cluster = join(home, 'cluster');
    if (existsSync(cluster) && !replace)
      throw new Error(`${folder.root}: holds a database already; --replace puts the backup in its place`);
    requireStopped(cluster);
    for (const old of [cluster, folder.server]) rmSync(old, { recursive: true, force: true });
    makeOwnedFolder(home, account);
    copyTree(join(from, 'postgres/cluster'), cluster, () => true, account);
    writeFileAtomic(join(home, 'password'), readFileSync(join(from, 'postgres/password'), 'utf8'));
    copyTree(join(from, 'server'), folder.server, () => true);
    // The end of the audit's chain that the server knew: the database may be a moment older, and rows are not missed by accident.
    rmSync(join(folder.server, 'audit-end'), { force: true });
    // Whoever restores says by it that the database is to be believed as it was.
    writeFileAtomic(join(folder.server, 'believe-database'), `${note.takenAt}\n`);
    writeFileAtomic(folder.adminTokenFile, readFileSync(join(from, 'admin-token'), 'utf8'));
    return note;
  } finally {
    lock.release();
  }
}

/**
 * Online backup of a Postgres server whose files are here, by its low-level interface (Postgres manual, "Making a
 * base backup using the low level API"): nothing but the server is needed.
 * @param cluster data directory of the server
 * @param to new directory
 */
export async function backupPostgres(
  url: string,
  cluster: string,
  to: string,
): Promise<Pick<BackupNote, 'bytes' | 'wal'>> {
  const client = new pg.Client(url);
  await client.connect();
  const ask = async <T extends pg.QueryResultRow>(sql: string) => (await client.query<T>(sql)).rows[0] as T;
  try {
    // The slot goes with the connection; until then no log that the copy needs is recycled.
    await ask(`SELECT pg_create_physical_replication_slot('carillon_backup_' || pg_backend_pid(), true, true)`);
    const { first } = await ask<{ first: string }>(
      `SELECT pg_walfile_name(pg_backup_start('carillon', true)) AS first`,
    );
    const bytes = copyTree(cluster, to, (name) => !leftOut.has(name) && !emptied.has(dirname(name)));
    const { label, last } = await ask<{ label: string; last: string }>(
      'SELECT labelfile AS label, pg_walfile_name(lsn) AS last FROM pg_backup_stop(false)',
    );
    writeFileAtomic(join(to, 'backup_label'), label);
    return { bytes: bytes + copyLog(join(cluster, 'pg_wal'), join(to, 'pg_wal'), first, last), wal: [first, last] };
  } finally {
    await client.end();
  }
}

/** The write-ahead log from one file to another. */
function copyLog(from: string, to: string, first: string, last: string): number {
  const names = readdirSync(from).filter((name) => /^[0-9A-F]{24}$/.test(name) && name >= first && name <= last);
  if (!names.includes(first) || !names.includes(last))
    throw new Error(`${from}: expected the log from ${first} to ${last}`);
  for (const name of names) copyFileSync(join(from, name), join(to, name));
  return names.length * lstatSync(join(from, first)).size;
}

/**
 * Copies files; those that go away meanwhile are left out, as a database drops tables while it is copied.
 * @param wants told the path below `from`
 * @returns bytes copied
 */
function copyTree(from: string, to: string, wants: (name: string) => boolean, account?: Account): number {
  let bytes = 0;
  const copy = (below: string) => {
    const target = join(to, below);
    mkdirSync(target, { recursive: true, mode: 0o700 });
    chownTo(target, account);
    for (const entry of readdirSync(join(from, below), { withFileTypes: true })) {
      const name = below === '' ? entry.name : join(below, entry.name);
      if (!wants(name)) continue;
      if (entry.isDirectory()) copy(name);
      else if (entry.isFile()) bytes += copyFile(join(from, name), join(to, name), account);
    }
  };
  copy('');
  return bytes;
}

function copyFile(from: string, to: string, account: Account | undefined): number {
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  chownTo(to, account);
  return lstatSync(to).size;
}

function readNote(from: string): BackupNote {
  const file = join(from, noteFile);
  if (!existsSync(file)) throw new Error(`${from}: not a backup, or one that was not finished (no ${noteFile})`);
  const note = JSON.parse(readFileSync(file, 'utf8')) as BackupNote;
  if (note.format !== 1) throw new Error(`${file}: expected format 1, got ${JSON.stringify(note.format)}`);
  return note;
}

function requireEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new Error(`${folder}: expected a folder that is empty or not there yet`);
}

/** A server that outlived its supervisor writes into the cluster all the same. */
function requireStopped(cluster: string): void {
  const file = join(cluster, 'postmaster.pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0;
  if (pid > 0 && isAlive(pid))
    throw new Error(`${cluster}: its database server still runs (process ${pid}); stop it first`);
}
