import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { dataFolderAt, isAlive, prepareDataFolder, writeRunning } from './data-folder.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { startStack } from './start.js';
import { takeStartLock } from './start-lock.js';
import { supervise } from './supervisor.js';
import { reachableFolderFor } from './unprivileged.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-stack-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded Postgres', () => {
  it.each([0o711, 0o700])(
    'keeps its data, also when its supervisor was killed and left it running (folder %o)',
    async (mode) => {
      const outer = temporaryFolder();
      chmodSync(outer, mode);
      const folder = join(outer, 'postgres');
      cleanups.push(() => rmSync(reachableFolderFor(folder), { recursive: true, force: true }));
      const first = await startEmbeddedPostgres({ folder, durable: false });
      await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
      // No stop: a second start must end the first server in good order and take its files over.
      const second = await startEmbeddedPostgres({ folder, durable: false });
      cleanups.push(() => second.stop());
      expect(isAlive(first.pid)).toBe(false);
      expect(await ask(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    },
  );

  it('listens on loopback only, and not without its password', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o711);
    const server = await startEmbeddedPostgres({ folder: join(folder, 'postgres'), durable: false });
    cleanups.push(() => server.stop());
    expect(await ask(server.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    const wrong = new URL(server.url);
    wrong.password = 'guess';
    await expect(ask(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });
});

describe('the start lock', () => {
  it('lets one stack in and tells the second what runs', () => {
    const folder = dataFolderAt(temporaryFolder());
    writeFileSync(join(folder.root, 'start.lock'), String(process.ppid));
    writeRunning(folder, { url: 'http://127.0.0.1:7070', pid: process.ppid, startedAt: new Date().toISOString() });
    expect(takeStartLock(folder)).toMatchObject({
      ok: false,
      pid: process.ppid,
      running: { url: 'http://127.0.0.1:7070' },
    });
  });

  it('is taken over from a dead process and released', () => {
    const folder = dataFolderAt(temporaryFolder());
    writeFileSync(join(folder.root, 'start.lock'), '999999999');
    const lock = takeStartLock(folder);
    if (!lock.ok) throw new Error('expected the lock');
    lock.release();
    expect(takeStartLock(folder).ok).toBe(true);
  });
});

describe('the supervisor', () => {
  it('starts a program again when it is killed, and stops it when asked', async () => {
    const folder = temporaryFolder();
    const script = join(folder, 'program.mjs');
    writeFileSync(script, 'setInterval(() => undefined, 1000);');
    const pids: number[] = [];
    const notes: string[] = [];
    const program = supervise({
      name: 'it',
      script,
      logFile: join(folder, 'it.log'),
      onPid: (pid) => pids.push(pid),
      onRestart: (note) => notes.push(note),
    });
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await until(() => pids.length === 2);
    expect(notes[0]).toContain('it ended (SIGKILL)');
    await program.stop();
    expect(pids.map(isAlive)).toEqual([false, false]);
  });

  it('starts a crashed program again after the shortest delay, however often it crashed', async () => {
    const folder = temporaryFolder();
    const script = join(folder, 'program.mjs');
    writeFileSync(script, 'setInterval(() => undefined, 1000);');
    const pids: number[] = [];
    const notes: string[] = [];
    const program = supervise({
      name: 'it',
      script,
      logFile: join(folder, 'it.log'),
      onPid: (pid) => pids.push(pid),
      onRestart: (note) => notes.push(note),
    });
    for (const count of [2, 3]) {
      program.crash();
      await until(() => pids.length === count);
    }
    await program.stop();
    expect(notes).toEqual([
      expect.stringContaining('(SIGKILL); starting it again in 0.5 s'),
      expect.stringContaining('in 0.5 s'),
    ]);
  });

  it('adopts a program of an earlier start instead of starting another', async () => {
    const folder = temporaryFolder();
    const script = join(folder, 'program.mjs');
    writeFileSync(script, 'setInterval(() => undefined, 1000);');
    const first = supervise({ name: 'it', script, logFile: join(folder, 'it.log') });
    const second = supervise({ name: 'it', script, logFile: join(folder, 'it.log'), adoptPid: first.pid });
    expect(second.pid).toBe(first.pid);
    await Promise.all([first.stop(), second.stop()]);
    expect(isAlive(first.pid)).toBe(false);
  });
});

describe('starting a stack', () => {
  it('refuses a port in use before anything starts, and leaves no lock', async () => {
    const { createServer } = await import('node:net');
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => new Promise((resolve) => other.close(resolve)));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const folder = dataFolderAt(temporaryFolder());
    const programs = {
      server: 'x',
      agent: 'x',
      scheduler: 'x',
      schtasks: 'x',
      wevtutil: 'x',
      webRoot: 'x',
      downloads: 'x',
      agentNodeArguments: [],
    };
    const options = { folder, programs, port, localAgent: false, onProgress: () => undefined };
    await expect(startStack(options)).rejects.toThrow(
      `port ${port} is in use by another program; choose another with CARILLON_PORT`,
    );
    expect(takeStartLock(folder).ok).toBe(true);
  });

  it('opens its folder for passing through, not for reading', () => {
    const folder = dataFolderAt(join(temporaryFolder(), 'data'));
    prepareDataFolder(folder);
    expect(statSync(folder.root).mode & 0o777).toBe(0o711);
  });
});
