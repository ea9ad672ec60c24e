import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type DataFolder, readRunning } from './data-folder.js';
import { embeddedHome } from './embedded-postgres.js';

/** The embedded database of a running stack, for tools that fill or measure it. */
export interface StackDatabase {
  /** Process of Postgres itself; its sessions are its children. */
  readonly pid: number;
  rows<T extends object>(sql: string, values?: unknown[]): Promise<T[]>;
  /** Calls back for each `NOTIFY` on a channel from now on. */
  listen(channel: string, heard: (payload: string) => void): Promise<void>;
  close(): Promise<void>;
}

/** One connection of its own. @throws Error when the stack has no embedded database, or does not run */
export async function openStackDatabase(folder: DataFolder): Promise<StackDatabase> {
  const port = readRunning(folder)?.postgresPort;
  if (port === undefined) throw new Error(`no embedded database runs on ${folder.root}`);
  const home = embeddedHome(folder.postgres);
  const password = readFileSync(join(home, 'password'), 'utf8').trim();
  const client = new pg.Client(`postgresql://carillon:${password}@127.0.0.1:${port}/carillon`);
  // A database that dies is told by the query that fails; unheard, it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  return {
    pid: Number(readFileSync(join(home, 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]),
    rows: async <T extends object>(sql: string, values: unknown[] = []) =>
      (await client.query(sql, values)).rows as T[],
    async listen(channel, heard) {
      client.on('notification', (told) => {
        if (told.channel === channel) heard(told.payload ?? '');
      });
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    },
    close: () => client.end(),
  };
}
