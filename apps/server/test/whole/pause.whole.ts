import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '@carillon/stack/data-folder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Product, startProduct } from './product.js';

interface Run {
  state: string;
  reason: string | null;
  detail: string | null;
  trigger: string;
}

let product: Product & { dispose(): Promise<void> };
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-pause-'));
  product = await startProduct();
});
afterAll(async () => {
  await product?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const runs = () => product.json<Run[]>('runs', '--job', 'rested');

describe('a host that is paused', () => {
  it('leaves out what is due, and makes up for it at the end while the server is gone', async () => {
    const log = join(folder, 'log');
    // 1. Due in half a minute, inside the pause: a busy machine is through with it by then.
    const dueMs = Date.now() + 30_000;
    const local = `${new Date(dueMs).toISOString().slice(0, 19)}Z`;
    const append = `require('fs').appendFileSync(${JSON.stringify(log)}, process.env.CARILLON_TRIGGER + ' ' + process.env.CARILLON_CAUSE + '\\n')`;
    const run = { program: process.execPath, arguments: ['-e', append] };
    const file = join(folder, 'job.json');
    writeFileSync(
      file,
      JSON.stringify({ kind: 'Job', name: 'rested', targets: { all: true }, schedule: { at: local }, run }),
    );
    expect((await product.cli('apply', '-f', file)).code).toBe(0);
    const until = new Date(dueMs + 40_000).toISOString();
    const paused = await product.cli(
      'pause',
      '--all-hosts',
      '--until',
      until,
      '--then',
      'run-once',
      '--reason',
      'storage',
    );
    expect([paused.code, paused.stdout]).toEqual([0, expect.stringContaining('1 host paused until')]);
    await eventually(async () => ((await product.json<{ inSync: boolean }[]>('hosts'))[0]?.inSync ? true : undefined));
    expect((await product.cli('pauses')).stdout).toContain('storage');

    // 2. The start is left out, and everybody can see why.
    const skipped = await eventually(async () => (await runs()).find(({ trigger }) => trigger === 'schedule'));
    const detail = expect.stringMatching(/^paused by .* until .*: storage$/);
    expect(skipped).toMatchObject({ state: 'skipped', reason: 'paused', trigger: 'schedule', detail });
    expect((await product.cli('why', 'rested', '--at', local)).stdout).toMatch(/it was skipped: paused by .*: storage/);
    expect(existsSync(log)).toBe(false);

    // 3. Only the agent and Task Scheduler are left; the end comes by itself.
    const { serverPid, agentPid } = product.running();
    await product.kill();
    process.kill(serverPid, 'SIGKILL');
    const text = await eventually(async () => (existsSync(log) ? readFileSync(log, 'utf8') || undefined : undefined));
    expect(text).toMatch(
      new RegExp(`^watch makes up for ${new Date(Date.parse(local)).toISOString()}: paused by .*: storage\n$`),
    );
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until));

    // 4. The server hears of it later.
    process.kill(agentPid, 'SIGKILL');
    await eventually(async () => (isAlive(agentPid) || isAlive(serverPid) ? undefined : true));
    product = await startProduct({}, product);
    const states = await eventually(async () => {
      const all = (await runs()).map(({ state }) => state);
      return all.length > 1 ? all : undefined;
    });
    expect(states).toEqual(['succeeded', 'skipped']);
  });
});
