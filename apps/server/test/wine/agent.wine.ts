import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readState } from '@carillon/emulator/task-state';
import { startEmbeddedPostgres } from '@carillon/stack/embedded-postgres';
import { HttpSink } from '@carillon/testkit/http-sink';
import { findWine, type Started } from '@carillon/testkit/wine';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startProduct } from '../whole/product.js';
import { startWindowsHost, type WindowsHost } from './windows-host.js';

const wine = findWine();

interface Run {
  id: string;
  state: string;
  trigger: string;
  exitCode: number | null;
  durationMs: number | null;
}

let windows: WindowsHost;
let product: Awaited<ReturnType<typeof startProduct>>;
let database: pg.Client;
let agent: Started;
let jobIds: Record<string, string>;
let web: HttpSink;
const undo: (() => unknown)[] = [];
afterAll(async () => {
  for (const step of undo.reverse()) await step();
}, 60_000);

async function startServer(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-wine-db-'));
  chmodSync(folder, 0o711);
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres({ folder: join(folder, 'postgres'), durable: false });
  undo.push(() => postgres.stop());
  product = await startProduct({ DATABASE_URL: postgres.urlOf('carillon') });
  undo.push(() => product.dispose());
  database = new pg.Client(postgres.urlOf('carillon'));
  await database.connect();
  undo.push(() => database.end());
}

const finishedRuns = async (job: string) =>
  (await product.json<Run[]>('runs', '--job', job, '--host', 'winehost')).filter((run) => run.durationMs !== null);

/** What a started job leaves in the centre: the run that was not there before. */
async function runOf(job: string, start: () => Promise<unknown>): Promise<Run> {
  const before = new Set((await finishedRuns(job)).map((run) => run.id));
  await start();
  return eventually(async () => (await finishedRuns(job)).find((run) => !before.has(run.id)));
}

/** What a run wrote to standard output; it comes apart from the run's end, and may come after it. */
function outputOf({ id }: { readonly id: string }): Promise<string> {
  return eventually(async () => (await product.cli('output', id)).stdout || undefined);
}

/** What Task Scheduler does when a trigger fires, but from a command line. */
const runDirectly = (job: string) => windows.run(windows.agent, ['run', jobIds[job] ?? '']);
const startTask = (job: string) => windows.schtasks('/run', '/tn', `\\Carillon\\${job}`);

/** Started by hand or through Task Scheduler; never by a timetable, which nobody could wait for here. */
const jobOf = (name: string, run: object, rest: object = {}) => ({
  kind: 'Job',
  name,
  targets: { labels: { site: 'wine' } },
  schedule: [{ on: 'logon' }],
  run,
  ...rest,
});

/** One story of one Windows host, told in order. */
describe.skipIf(wine.kind === 'missing')(
  `the Windows program under ${wine.kind === 'found' ? wine.version : `Wine (${wine.why})`}`,
  () => {
    beforeAll(async () => {
      if (wine.kind === 'missing') return;
      const server = startServer();
      web = await HttpSink.start();
      undo.push(() => web.close());
      windows = await startWindowsHost(wine);
      undo.push(() => windows.dispose());
      await server;
      await windows.startScheduler();
    });

    it('says its version', async () => {
      expect(await windows.run(windows.agent, ['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n', stderr: '' });
    });

    it('joins the server as a Windows host', async () => {
      const token = (await product.cli('token', 'create', '--label', 'site=wine')).stdout.trim();
      const args = ['enroll', '--server', product.url, '--name', 'winehost'];
      const joined = await windows.run(windows.agent, args, { CARILLON_JOIN_TOKEN: token });
      expect(joined).toMatchObject({ code: 0, stderr: '' });
      expect(joined.stdout).toMatch(/^enrolled as winehost /);
      const again = await windows.run(windows.agent, args, { CARILLON_JOIN_TOKEN: token });
      expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('already enrolled as winehost') });
      agent = windows.start(windows.agent, ['agent']);
      const host = await eventually(async () => {
        const hosts = await product.json<{ name: string; presence: string; os: string }[]>('hosts');
        return hosts.find(({ name, presence }) => name === 'winehost' && presence === 'online');
      });
      expect(host.os).toMatch(/Windows 10 /);
    });

    it('registers its jobs with Task Scheduler, to be started by this very program', async () => {
      mkdirSync(join(windows.driveC, 'Scripts'));
      const lines = ['@echo off', 'echo backup of %1 & echo careful 1>&2', 'exit /b 7'];
      writeFileSync(join(windows.driveC, 'Scripts/back up.bat'), `${lines.join('\r\n')}\r\n`);
      const program = (script: string) => ({ program: windows.node, arguments: ['-e', script] });
      const jobs = [
        jobOf('batch-file', { program: 'C:\\Scripts\\back up.bat', arguments: ['D & E'] }),
        jobOf('batch-text', { batch: 'echo %CARILLON_JOB% 备份\nexit /b 3' }),
        jobOf('program', program("console.log(process.argv.length, '备份'); process.exitCode = 0")),
        jobOf('interrupted', program('process.exit(0xC000013A)')),
        jobOf('not-there', { program: 'C:\\nowhere.exe' }),
        jobOf('orderly', program(orderly), { timeout: '3s' }),
        jobOf('hangs', program(hangingTree(await callPort())), { timeout: '3s' }),
        jobOf('saves', { backup: { from: 'C:\\data', to: 'C:\\sets' } }),
        jobOf('cleans', { cleanup: { root: 'C:\\logs', patterns: '*.LOG', keepNewest: 2 } }),
        jobOf('asks', { http: { url: `${web.url}/prices`, saveTo: 'C:\\shop\\prices.json' } }),
        jobOf('measures', { metrics: { log: 'C:\\logs\\metrics.csv' } }),
      ];
      const file = join(windows.driveC, 'jobs.yaml');
      writeFileSync(file, jobs.map((job) => JSON.stringify(job)).join('\n---\n'));
      const applied = await product.cli('apply', '-f', file);
      expect(applied).toMatchObject({ code: 0, stderr: '' });
      const host = await eventually(async () => {
        const [found] = await product.json<{ inSync: boolean; assignments: { applied: number } }[]>(
          'hosts',
          '--search',
          'winehost',
        );
        return found?.inSync && found.assignments.applied === jobs.length ? found : undefined;
      });
      expect(host.assignments.applied).toBe(jobs.length);
      const xml = windows.taskXml('\\Carillon\\batch-file');
      expect(xml).toContain(`<Command>${windows.agent}</Command>`);
      expect(xml).toContain('<Arguments>run --data C:\\ProgramData\\Carillon\\agent ');
      const { rows } = await database.query<{ name: string; id: string }>('SELECT name, id FROM job');
      jobIds = Object.fromEntries(rows.map(({ name, id }) => [name, id]));
    });

    it('runs batch files, and hands on their exit codes', async () => {
      const run = await runOf('batch-file', async () => expect((await runDirectly('batch-file')).code).toBe(7));
      expect(run).toMatchObject({ state: 'failed', exitCode: 7, trigger: 'schedule' });
      expect(await outputOf(run)).toContain('backup of "D & E"');
      expect(await runOf('batch-text', () => runDirectly('batch-text'))).toMatchObject({
        state: 'failed',
        exitCode: 3,
      });
    });

    it('runs programs, and says which it did not find', async () => {
      const run = await runOf('program', async () => expect((await runDirectly('program')).code).toBe(0));
      expect(run).toMatchObject({ state: 'succeeded', exitCode: 0 });
      expect(await outputOf(run)).toContain('1 备份');
      expect(await runOf('not-there', () => runDirectly('not-there'))).toMatchObject({ exitCode: 127 });
    });

    it('carries out actions on the paths and disks of Windows', async () => {
      const place = (path: string) => join(windows.driveC, path);
      for (const name of ['data', 'data/north', 'sets', 'logs', 'shop']) mkdirSync(place(name));
      const bytes = Buffer.from([0, 255, 13, 10, 26]);
      writeFileSync(place('data/north/订单.bin'), bytes);
      for (let age = 0; age < 4; age += 1) {
        writeFileSync(place(`logs/${age}.log`), '');
        utimesSync(place(`logs/${age}.log`), new Date(), new Date(Date.now() - age * 86_400_000));
      }
      web.answer = () => ({ body: '{"prices":[1]}' });
      for (const job of ['saves', 'cleans', 'asks', 'measures']) {
        const run = await runOf(job, () => runDirectly(job));
        expect([job, run.state, run.state === 'succeeded' ? '' : await outputOf(run)]).toEqual([job, 'succeeded', '']);
      }
      const restore = ['backup', 'restore', 'saves', '--set', 'latest', '--to', 'C:\\back'];
      expect(await windows.run(windows.agent, restore)).toMatchObject({ code: 0, stderr: '' });
      const back = readdirSync(place('back'), { recursive: true, encoding: 'utf8' });
      expect(back.filter((path) => path.endsWith('.bin'))).toEqual([expect.stringMatching(/north.订单\.bin$/)]);
      expect(readFileSync(place(`back/${back.find((path) => path.endsWith('.bin'))}`))).toEqual(bytes);
      expect(readdirSync(place('logs')).sort()).toEqual(['0.log', '1.log', 'metrics.csv']);
      expect(readFileSync(place('shop/prices.json'), 'utf8')).toBe('{"prices":[1]}');
      expect(readFileSync(place('logs/metrics.csv'), 'utf8')).toMatch(/^at,cpu_percent,memory_percent,[^\r\n]*\r\n2/);
    });

    it('keeps all 32 bits of an exit code, up to Task Scheduler and up to the centre', async () => {
      const run = await runOf('interrupted', () => startTask('interrupted'));
      expect(run).toMatchObject({ state: 'failed', exitCode: 0xc000013a });
      const lastResult = () => readState(windows.store, '\\Carillon\\interrupted').lastResult >>> 0;
      await eventually(async () => (lastResult() === 0xc000013a ? true : undefined));
    });

    it('presses Ctrl-C in the console of a program before it ends it', async () => {
      // Not by the emulated Task Scheduler: Wine gives no console to what that starts.
      const run = await runOf('orderly', () => runDirectly('orderly'));
      expect(run).toMatchObject({ state: 'timed_out', exitCode: 7 });
      expect(await outputOf(run)).toBe('closing\n');
    });

    it('ends a program with everything it started when its time is over', async () => {
      const [run] = await Promise.all([runOf('hangs', () => startTask('hangs')), grandchildEnds]);
      expect(run).toMatchObject({ state: 'timed_out' });
      expect(run.durationMs).toBeGreaterThanOrEqual(3_000);
    });

    it('loses nothing when the agent dies: runs go on, and are told by the next', async () => {
      await agent.kill();
      expect((await runDirectly('program')).code).toBe(0);
      const run = await runOf('batch-text', async () => {
        await runDirectly('batch-text');
        agent = windows.start(windows.agent, ['agent']);
      });
      expect(run).toMatchObject({ state: 'failed', exitCode: 3 });
      expect(await finishedRuns('program')).toHaveLength(2);
    });

    it('loses nothing when the server dies: runs go on, and are told when it is back', async () => {
      const before = (await finishedRuns('program')).length;
      process.kill(product.running().serverPid, 'SIGKILL');
      expect((await runDirectly('program')).code).toBe(0);
      // No answer at first: the server is being started again.
      const runs = await eventually(async () => {
        const found = await finishedRuns('program').catch(() => []);
        return found.length > before ? found : undefined;
      });
      expect(runs).toHaveLength(before + 1);
    });

    it('has told every event once, without a gap', async () => {
      const { rows } = await database.query<{ kept: string; first: string; last: string; runs: string }>(`
        SELECT count(*) AS kept, min(seq) AS first, max(seq) AS last,
               (SELECT count(*) FROM run WHERE host_id = k.host_id) AS runs
          FROM agent_event_key k JOIN host ON host.id = k.host_id WHERE host.name = 'winehost' GROUP BY host_id`);
      const [{ kept, first, last, runs } = { kept: 0, first: 0, last: 0, runs: 0 }] = rows;
      expect(Number(kept)).toBe(Number(last) - Number(first) + 1);
      expect(Number(runs)).toBe(14);
    });
  },
);

/** Ends when the process that a job's program started, and that would never end by itself, is gone. */
let grandchildEnds: Promise<void>;

/** Ends in its own way when it is asked to. */
const orderly =
  "process.on('SIGINT', () => { console.log('closing'); process.exit(7); }); setInterval(() => undefined, 1000)";

/** A process of the tree is known by the line that it holds open to us. */
async function callPort(): Promise<number> {
  const server = createServer();
  undo.push(() => server.close());
  grandchildEnds = new Promise((done) => {
    server.once('connection', (line: Socket) => {
      line.resume().once('error', () => undefined);
      line.once('close', () => done());
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as { port: number }).port;
}

function hangingTree(port: number): string {
  const grandchild = `require('node:net').connect(${port}, '127.0.0.1'); setInterval(() => {}, 1000)`;
  const start = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}])`;
  return `${start}; setInterval(() => {}, 1000)`;
}
