import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isAlive } from '@carillon/stack/data-folder';
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
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-triggers-'));
  product = await startProduct();
});
afterAll(async () => {
  await product?.dispose();
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
      job('chain-report', { schedule: after('chain-clean'), run: node('console.log("all is well")') }),
      job('chain-alarm', { schedule: after('chain-index', 'failure'), run: node('') }),
    );
    for (const name of ['chain-index', 'chain-clean', 'chain-report', 'chain-alarm']) await applied(name);
    const ended = (name: string, state: string) =>
      eventually(async () => (await runs(name)).find((run) => run.state === state));
    const first = await product.cli('run', 'chain-backup', '--wait');
    expect(first.stdout, (await product.cli('output', 'latest')).stderr).toContain('succeeded');
    await ended('chain-report', 'succeeded');
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
