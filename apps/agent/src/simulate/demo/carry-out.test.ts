import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readJob } from '@carillon/core/job/job-file';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { ActionReport } from '../../actions/action-report.js';
import { restoreSet } from '../../actions/restore.js';
import { listSets } from '../../actions/set-folder.js';
import { makeTempFolder } from '../../testing/temp-folder.js';
import type { ActionOrder } from './action-order.js';
import { carryOutOnDisk } from './carry-out.js';
import { clearUnfinished } from './host-disk.js';

const host = 'berlin-db-01';
let disks: string;
let disk: string;
beforeEach(() => {
  disks = join(realpathSync(makeTempFolder()), 'hosts');
  disk = join(disks, host);
});

function orderOf(run: object, changes: Partial<ActionOrder> = {}): ActionOrder {
  const read = readJob({ kind: 'Job', name: 'tried', targets: { all: true }, schedule: '0 2 * * *', run });
  if (!read.ok) throw new Error(JSON.stringify(read));
  return {
    job: { name: 'tried', jobId: 'tried-id', version: 1, run: read.value.run },
    ...{ runId: 'run-1', scheduledFor: null, isDryRun: false, host, timezone: 'Europe/Berlin', seed: 7, disks },
    load: { cpu: 40, memory: 60, disk: 50 },
    exampleUrl: 'http://127.0.0.1:9/',
    ...changes,
  };
}

async function carryOut(run: object, changes: Partial<ActionOrder> = {}) {
  const written = { stdout: '', stderr: '' };
  const exitCode = await carryOutOnDisk(orderOf(run, changes), (stream, text) => {
    written[stream] += text;
  });
  // Nobody is told where on this machine a host's disk is.
  expect(written.stdout + written.stderr).not.toContain(disks);
  return { exitCode, ...written, result: JSON.parse(/^::result (.*)$/m.exec(written.stdout)?.[1] ?? '{}') };
}

/** Files below a folder, by path, with their bytes. */
function bytesBelow(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1), readFileSync(path, 'base64')];
    }),
  );
}

it('makes a backup that restores byte for byte, and says the paths that were written', async () => {
  const backup = { from: 'D:\\data', to: 'E:\\backup', exclude: ['**/*.tmp'] };
  const { exitCode, stdout, result } = await carryOut({ backup });
  expect(exitCode).toBe(0);
  const folder = join(disk, 'E', 'backup', host, 'tried');
  const [set] = listSets(folder).sets;
  expect(stdout).toContain(`made E:\\backup\\${host}\\tried\\${set?.id}: full, `);
  const to = join(makeTempFolder(), 'restored');
  const report = new ActionReport(
    () => undefined,
    () => undefined,
  );
  if (set) restoreSet(folder, set, { to, overwrite: false, isDryRun: false }, report);
  expect(report.problems).toBe(0);
  const { [join('work', 'import.tmp')]: _, ...saved } = bytesBelow(join(disk, 'D', 'data'));
  expect(bytesBelow(join(to, 'D', 'data'))).toEqual(saved);
  expect(Object.keys(saved).length).toBe(result.files);
  expect(result.files).toBeGreaterThan(8);
});

it('cleans a folder up but for the newest, and first says what would go', async () => {
  const cleanup = { root: 'd:/Backup/LOGS', patterns: '**/*.log', olderThan: '3d', keepNewest: 10 };
  const logs = join(disk, 'D', 'backup', 'logs');
  const dry = await carryOut({ cleanup }, { isDryRun: true });
  expect([dry.exitCode, readdirSync(logs).length]).toEqual([0, 25]);
  const newest = readdirSync(logs)
    .filter((name) => name.endsWith('.log'))
    .sort((a, b) => statSync(join(logs, b)).mtimeMs - statSync(join(logs, a)).mtimeMs)
    .slice(0, 10);
  const { exitCode, stdout, result } = await carryOut({ cleanup });
  expect([exitCode, result.files]).toEqual([0, 14]);
  expect(readdirSync(logs).sort()).toEqual([...newest, 'readme.txt'].sort());
  expect(dry.stdout.match(/^would remove D:\\backup\\logs\\backup-\d+\.log/gm)).toHaveLength(14);
  expect(stdout.match(/^removed D:\\backup\\logs\\backup-\d+\.log/gm)).toHaveLength(14);
});

it('writes what the demo says of the host, not of this machine', async () => {
  const metrics = { log: 'D:\\logs\\metrics.csv', disks: ['C:', 'D:', 'Q:'], processes: ['w3wp'], services: ['W3SVC'] };
  const { exitCode, stderr } = await carryOut({ metrics });
  expect([exitCode, stderr]).toEqual([1, 'disks: Q: is not there\n']);
  expect((await carryOut({ metrics: { log: 'D:\\logs\\metrics.csv' } })).exitCode).toBe(0);
  expect((await carryOut({ metrics: { log: 'D:\\logs\\metrics.csv' } })).exitCode).toBe(0);
  const lines = readFileSync(join(disk, 'D', 'logs', 'metrics.csv'), 'utf8')
    .trimEnd()
    .split(/\r?\n/);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toBe('at,cpu_percent,memory_percent,disk C: percent');
  const [, , memory] = lines[1]?.split(',') ?? [];
  expect(Math.abs(Number(memory) - 60)).toBeLessThan(6);
});

it('asks the example server in place of example.com, patiently, and saves all pages', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { host: named, 'x-demo-run': run, authorization = '' } = request.headers;
    asked.push(`${named}${request.url} ${run} ${authorization}`);
    const isFirst = asked.length === 1;
    const link = asked.length < 3 ? { link: '<https://api.example.com/v1?page=2>; rel="next"' } : {};
    response.writeHead(isFirst ? 503 : 200, link).end(`[${asked.length}]`);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const exampleUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const http = {
    url: 'https://api.example.com/v1',
    headers: { Authorization: { secret: 'api-token', prefix: 'Bearer ' } },
    pages: { next: 'link', items: '$', most: 9 },
    saveTo: 'D:\\shop\\{{scheduledFor:yyyyMMdd}}.json',
    retry: { attempts: 3, delay: '1s', backoff: 1 },
  };
  const { exitCode, stdout } = await carryOut({ http }, { exampleUrl, scheduledFor: '2026-11-27T23:30:00.000Z' });
  expect(exitCode).toBe(0);
  // On the clock of the host, which is in Berlin.
  expect(JSON.parse(readFileSync(join(disk, 'D', 'shop', '20261128.json'), 'utf8'))).toEqual([2, 3]);
  expect(stdout).toContain('GET https://api.example.com/v1: 200');
  expect(stdout).toContain('attempt 1: status 503; again in 1000 ms');
  expect(stdout).toContain('to 20261128.json in D:\\shop\n');
  expect(stdout).toContain('api-token is made up');
  expect(asked).toHaveLength(3);
  expect(asked[0]).toBe(`api.example.com/v1 ${host}/run-1 Bearer made-up-api-token`);
  // Whatever is asked for, it is asked for there.
  await carryOut({ healthCheck: { url: 'https://example.com///evil.test/x' } }, { exampleUrl });
  expect(asked.at(-1)).toMatch(/^example\.com\/+evil\.test\/x /);
});

it('fails with its words where what it needs is not there or is none of the host', async () => {
  const from = (path: string) => carryOut({ backup: { from: path, to: 'E:\\backup' } });
  expect(await from('D:\\nothing')).toMatchObject({ exitCode: 1, stderr: 'from[0]: D:\\nothing: it is not there\n' });
  expect(await from('/etc')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/^from\[0\]: \/etc: it is a path of Unix/),
  });
  const agents = await from('C:\\ProgramData\\Carillon');
  expect(agents).toMatchObject({ exitCode: 2, stderr: "from[0]: C:\\ProgramData\\Carillon is the agent's own\n" });
});

it('follows no link out of the disk', async () => {
  await carryOut({ metrics: { log: 'D:\\logs\\metrics.csv' } });
  const outside = makeTempFolder();
  writeFileSync(join(outside, 'a.log'), 'mine');
  symlinkSync(outside, join(disk, 'D', 'Out'));
  const cleanup = { patterns: '**' };
  for (const root of ['D:\\out', 'D:\\Out', 'D:\\Out\\']) {
    const { exitCode, stderr } = await carryOut({ cleanup: { ...cleanup, root } });
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^root: D:\\Out leads by a link to /)]);
  }
  expect(existsSync(join(outside, 'a.log'))).toBe(true);
});

it('makes a disk whole or not at all, and clears what was left half made', async () => {
  mkdirSync(join(disks, `${host}.1-0.new`, 'D'), { recursive: true });
  await carryOut({ metrics: { log: 'D:\\logs\\metrics.csv' } });
  clearUnfinished(disks);
  expect(readdirSync(disks)).toEqual([host]);
  // The same for a seed and a host.
  const before = bytesBelow(join(disk, 'D', 'data'));
  renameSync(disk, `${disk}-before`);
  await carryOut({ metrics: { log: 'D:\\logs\\metrics.csv' } });
  expect(bytesBelow(join(disk, 'D', 'data'))).toEqual(before);
  rmSync(disks, { recursive: true });
});
