import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { jobTemplates } from '@carillon/core/job/job-templates';
import { isAlive } from '@carillon/stack/data-folder';
import { HttpSink } from '@carillon/testkit/http-sink';
import { SmtpSink } from '@carillon/testkit/smtp-sink';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Product, startProduct } from './product.js';

const agent = resolve(import.meta.dirname, '../../../agent/dist/carillon-agent.cjs');

interface Run {
  id: string;
  state: string;
  reason: string | null;
  detail: string | null;
  trigger: string;
}

let product: Product & { dispose(): Promise<void> };
let folder: string;
let mail: SmtpSink;
let web: HttpSink;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-triggers-'));
  [product, mail, web] = await Promise.all([startProduct(), SmtpSink.start(), HttpSink.start()]);
});
afterAll(async () => {
  await product?.dispose();
  await Promise.all([mail?.close(), web?.close()]);
  rmSync(folder, { recursive: true, force: true });
});

const place = (name: string) => join(folder, name);
const runs = (job: string) => product.json<Run[]>('runs', '--job', job);
const node = (code: string) => ({ program: process.execPath, arguments: ['-e', code] });

function job(name: string, rest: object) {
  return { kind: 'Job', name, targets: { all: true }, ...rest };
}

async function apply(...jobs: object[]): Promise<void> {
  const file = place('jobs.yaml');
  writeFileSync(file, jobs.map((each) => JSON.stringify(each)).join('\n---\n'));
  const result = await product.cli('apply', '-f', file);
  expect([result.code, result.stderr]).toEqual([0, '']);
}

const applied = (name: string) =>
  eventually(async () => {
    const { assignments } = await product.json<{ assignments: { total: number; applied: number } }>('jobs', name);
    return assignments.applied === assignments.total ? true : undefined;
  });

/** A channel `email` that goes to the mail server of this test. */
function mailChannel() {
  const server = { type: 'smtp', host: '127.0.0.1', port: mail.port, security: 'none', allowPrivateAddresses: true };
  return { kind: 'Channel', name: 'email', ...server, from: 'carillon@example.com', to: 'ops@example.com' };
}

/** The text of the first mail with the report of a job, its long lines put together again. */
function mailAbout(name: string): Promise<string> {
  const subject = `Subject: [Carillon] report ${name}: `;
  return eventually(async () => mail.mails.find(({ raw }) => raw.includes(subject))?.raw.replace(/=\r\n/g, ''));
}

describe('what the host decides by itself', () => {
  it('lets a run wait for its conditions where everybody can see it, and skips one that they keep out', async () => {
    await apply(
      job('guarded', {
        schedule: { at: '2099-01-01T00:00' },
        when: { fileExists: place('ready'), waitUpTo: '5m' },
        run: node(''),
      }),
    );
    await apply(
      job('strict', { schedule: { at: '2099-01-01T00:00' }, when: { fileExists: place('never') }, run: node('') }),
    );
    for (const name of ['guarded', 'strict']) await applied(name);
    const ordered = product.cli('run', 'guarded', '--wait');
    const waiting = await eventually(async () => (await runs('guarded')).find(({ state }) => state === 'waiting'));
    expect(waiting).toMatchObject({
      reason: 'condition_file',
      detail: `no file ${place('ready')}`,
      trigger: 'command',
    });
    writeFileSync(place('ready'), '');
    expect((await ordered).stdout).toContain('succeeded');
    const strict = await product.cli('run', 'strict', '--wait');
    expect([strict.code, strict.stdout]).toEqual([1, expect.stringContaining('skipped (condition_file)')]);
  });

  it('gives a program its secret, and nobody else', async () => {
    const set = spawn(process.execPath, [agent, 'secret', 'set', 'token', '--data', join(product.folder, 'agent')]);
    set.stdin.end('tok-4711-x');
    expect(await once(set, 'close')).toEqual([0, null]);
    const run = { ...node('console.log("with", process.env.TOKEN)'), environment: { TOKEN: { secret: 'token' } } };
    await apply(job('secretive', { schedule: { at: '2099-01-01T00:00' }, run }));
    expect((await product.cli('run', 'secretive', '--wait')).stdout).toContain('succeeded');
    const [last] = await runs('secretive');
    const output = await eventually(async () => (await product.cli('output', last?.id ?? '')).stdout || undefined);
    expect(output).toBe('with ***\n');
  });

  it('runs a chain of jobs in order, to its end or to where one of them fails', async () => {
    const never = { at: '2099-01-01T00:00' };
    const after = (of: string, outcome = 'success') => ({ on: { job: of, outcome } });
    mkdirSync(place('data'));
    mkdirSync(place('logs'));
    mkdirSync(place('sets'));
    writeFileSync(place('data/orders.csv'), 'one\n');
    writeFileSync(place('logs/old.log'), '');
    const index = `if (require('fs').existsSync(${JSON.stringify(place('broken'))})) process.exit(3)`;
    await apply(
      job('chain-backup', { schedule: never, run: { backup: { from: [place('data')], to: place('sets') } } }),
      job('chain-index', { schedule: after('chain-backup'), run: node(index) }),
      job('chain-clean', {
        schedule: after('chain-index'),
        run: { cleanup: { root: place('logs'), patterns: '*.log' } },
      }),
      mailChannel(),
      job('chain-report', {
        schedule: after('chain-clean'),
        run: { report: { to: 'email', jobs: 'chain-*', hosts: 'this', period: 'since-last' } },
      }),
      job('chain-alarm', { schedule: after('chain-index', 'failure'), run: node('') }),
    );
    for (const name of ['chain-index', 'chain-clean', 'chain-report', 'chain-alarm']) await applied(name);
    const ended = (name: string, state: string) =>
      eventually(async () => (await runs(name)).find((run) => run.state === state));
    const first = await product.cli('run', 'chain-backup', '--wait');
    expect(first.stdout, (await product.cli('output', 'latest')).stderr).toContain('succeeded');
    await ended('chain-report', 'succeeded');
    const report = await mailAbout('chain-report');
    for (const name of ['chain-backup', 'chain-index', 'chain-clean'])
      expect(report).toContain(`${name}: 1 run: all succeeded; `);
    expect(report).not.toContain('guarded');
    expect(existsSync(place('logs/old.log'))).toBe(false);
    expect(readdirSync(place('sets'))).toHaveLength(1);

    // The same once more, and the second of them fails.
    writeFileSync(place('broken'), '');
    writeFileSync(place('logs/new.log'), '');
    expect((await product.cli('run', 'chain-backup', '--wait')).stdout).toContain('succeeded');
    await ended('chain-index', 'failed');
    await ended('chain-alarm', 'succeeded');
    for (const name of ['chain-clean', 'chain-report']) expect(await runs(name)).toHaveLength(1);
    expect(await runs('chain-alarm')).toHaveLength(1);
    expect(existsSync(place('logs/new.log'))).toBe(true);
    expect(mail.mails).toHaveLength(1);
  });

  it('starts jobs for a file and for each other while the server is gone, and tells of it afterwards', async () => {
    const append = `require('fs').appendFileSync(${JSON.stringify(place('log'))}, process.env.CARILLON_JOB + ' ' + process.env.CARILLON_CAUSE + '\\n')`;
    await apply(job('extract', { schedule: { on: { file: place('in-*.csv') } }, run: node(append) }));
    await apply(job('load', { schedule: { on: { job: 'extract' } }, run: node(append) }));
    await applied('extract');
    await applied('load');
    // One look of the agent at what is no news.
    const watched = join(product.folder, 'agent/watched.json');
    await eventually(async () =>
      existsSync(watched) && readFileSync(watched, 'utf8').includes('in-*.csv') ? true : undefined,
    );

    // 1. Only the agent and Task Scheduler are left.
    const { serverPid, agentPid } = product.running();
    await product.kill();
    process.kill(serverPid, 'SIGKILL');
    writeFileSync(place('in-1.csv'), 'data');
    const log = await eventually(async () => {
      const text = existsSync(place('log')) ? readFileSync(place('log'), 'utf8') : '';
      return text.includes('load') ? text : undefined;
    });
    expect(log).toMatch(/^extract \S+in-1\.csv arrived\nload run [0-9a-f-]{36} of extract: succeeded\n$/);

    // 2. The server hears of it later.
    process.kill(agentPid, 'SIGKILL');
    await eventually(async () => (isAlive(agentPid) || isAlive(serverPid) ? undefined : true));
    product = await startProduct({}, product);
    for (const name of ['extract', 'load']) {
      const told = await eventually(async () => (await runs(name)).find(({ state }) => state === 'succeeded'));
      expect(told).toMatchObject({ trigger: 'watch' });
      expect(await runs(name)).toHaveLength(1);
    }
  });
});

/** What `carillon new` prints, for this host: its places are in the folder of this test, and it starts when the test says. */
function filled(kind: keyof typeof jobTemplates, places: Readonly<Record<string, string>>): string {
  const text = jobTemplates[kind]
    .replace(/^targets: .*$/m, 'targets: { all: true }')
    .replace(/^schedule: ".*$/m, 'schedule: { at: 2099-01-01T00:00 }')
    .replace(/^ {2}- every: .*$/m, '  - at: 2099-01-01T00:00');
  return Object.entries(places).reduce((so, [written, here]) => {
    expect(so).toContain(written);
    return so.replace(written, here);
  }, text);
}

const daysMs = 86_400_000;

/** Log files, the n-th of them so many days old. */
function makeLogs(path: string, count: number): void {
  mkdirSync(path);
  for (let age = 0; age < count; age += 1) {
    const file = join(path, `${String(age).padStart(2, '0')}.log`);
    writeFileSync(file, '');
    const at = new Date(Date.now() - age * daysMs);
    utimesSync(file, at, at);
  }
}

describe('what carillon new begins with', () => {
  it('does what it says, each of them', async () => {
    const script = '#!/bin/sh\necho "loads $2"\n';
    for (const name of ['new', 'new/data', 'new/sets', 'new/shop']) mkdirSync(place(name));
    writeFileSync(place('new/etl'), script, { mode: 0o755 });
    writeFileSync(place('new/data/orders.bin'), Buffer.from([0, 255, 13, 10, 26]));
    makeLogs(place('new/logs'), 14);
    const pages = [['a', 'b'], ['c']];
    let asked = 0;
    web.answer = ({ path }) => {
      if (path.startsWith('/health')) return { body: 'ready' };
      // Each page fails once before it comes.
      asked += 1;
      if (asked % 2 === 1) return { status: 503 };
      const second = path.includes('page=2');
      const next = { link: `<${web.url}/prices?page=2>; rel="next"` };
      return { ...(second ? {} : { headers: next }), body: JSON.stringify(pages[second ? 1 : 0]) };
    };
    const texts = [
      JSON.stringify(mailChannel()),
      filled('backup', {
        'from: D:\\data': `from: ${place('new/data')}`,
        'to: E:\\backup': `to: ${place('new/sets')}`,
      }),
      filled('cleanup', { 'root: D:\\backup\\logs': `root: ${place('new/logs')}` }),
      filled('metrics', { 'D:\\logs\\metrics.csv': place('new/metrics.csv') }),
      filled('api-sync', {
        'https://api.example.com/v1/prices': `${web.url}/prices`,
        'D:\\shop\\prices.json': place('new/shop/prices.json'),
        'delay: 5s': 'delay: 1s',
      }),
      filled('health-check', { 'https://shop.example.com/health': `${web.url}/health` }),
      filled('program', {
        'program: D:\\tools\\etl.exe': `program: ${place('new/etl')}`,
        'workingDirectory: D:\\tools': `workingDirectory: ${place('new')}`,
      }),
      filled('powershell', { 'delay: 30s': 'delay: 1s' }),
      filled('batch', {}),
      filled('report', {}),
    ];
    writeFileSync(place('new.yaml'), texts.join('\n---\n'));
    const result = await product.cli('apply', '-f', place('new.yaml'));
    expect([result.code, result.stderr]).toEqual([0, '']);
    /** How it ended, by name of the job. */
    const start = async (...names: string[]) => {
      const ends = names.map(async (name) => {
        await applied(name);
        const { stdout } = await product.cli('run', name, '--wait');
        return [name, /succeeded|failed/.exec(stdout)?.[0] ?? stdout] as const;
      });
      return Object.fromEntries(await Promise.all(ends));
    };
    const good = ['nightly-backup', 'clean-up', 'metrics-to-log', 'price-sync', 'shop-is-up', 'nightly-etl'];
    // Scripts of Windows are stored and registered here too, and say why they cannot start; Wine runs a batch file elsewhere.
    const onlyOnWindows = ['disk-report', 'flush-queue'];
    expect(await start(...good, ...onlyOnWindows)).toEqual({
      ...Object.fromEntries(good.map((name) => [name, 'succeeded'])),
      ...Object.fromEntries(onlyOnWindows.map((name) => [name, 'failed'])),
    });

    // 1. Saved, and given back byte for byte.
    const restore = ['backup', 'restore', 'nightly-backup', '--set', 'latest', '--to', place('new/back')];
    const data = ['--data', join(product.folder, 'agent')];
    expect(await once(spawn(process.execPath, [agent, ...restore, ...data]), 'close')).toEqual([0, null]);
    const back = readdirSync(place('new/back'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('orders.bin'),
    );
    expect(back).toHaveLength(1);
    expect(readFileSync(join(place('new/back'), back[0] ?? ''))).toEqual(readFileSync(place('new/data/orders.bin')));

    // 2. Ten stay, however old.
    expect(readdirSync(place('new/logs'))).toEqual(Array.from({ length: 10 }, (_, age) => `0${age}.log`));

    // 3. A row under its heads.
    expect(readFileSync(place('new/metrics.csv'), 'utf8')).toMatch(
      /^at,cpu_percent,memory_percent,[^\r\n]*\r\n2[^\r\n]*\r\n$/,
    );

    // 4. All pages in one file, though each failed first. When all fails the file stays, and a health check says so.
    const prices = () => JSON.parse(readFileSync(place('new/shop/prices.json'), 'utf8'));
    expect([prices(), asked]).toEqual([['a', 'b', 'c'], 4]);
    web.answer = () => ({ status: 404 });
    expect(await start('price-sync', 'shop-is-up')).toEqual({ 'price-sync': 'failed', 'shop-is-up': 'failed' });
    expect(prices()).toEqual(['a', 'b', 'c']);

    // 5. All of it in a mail.
    expect(await start('daily-report')).toEqual({ 'daily-report': 'succeeded' });
    const report = await mailAbout('daily-report');
    expect(report).toContain('nightly-backup: 1 run: all succeeded; ');
    expect(report).toContain('price-sync: 2 runs: 1 succeeded, 1 failed; ');
    expect(report).toMatch(/flush-queue: 1 run: 0 succeeded, 1 failed; .*last failure .*, 127: /);
  });
});
