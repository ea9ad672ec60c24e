import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isAlive } from '@carillon/stack/data-folder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Product, startProduct } from './product.js';

const repository = resolve(import.meta.dirname, '../../../..');
const job = 'every-minute';

interface Run {
  id: string;
  state: string;
  scheduledFor: string | null;
  durationMs: number | null;
}

let product: Product & { dispose(): Promise<void> };
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product?.dispose());

const drop = () => readdirSync(join(product.folder, 'agent/spool/drop')).filter((name) => name.endsWith('.json'));
const finishedSlots = async () =>
  (await product.json<Run[]>('runs', '--job', job, '--all')).filter(
    (run) => run.durationMs !== null && run.scheduledFor !== null,
  );

/** The hardest hour: everything that could tell is dead, and Task Scheduler goes on alone. */
describe('a gap in which server, agent and supervisor are all dead', () => {
  it('leaves no run unaccounted for, and none twice', async () => {
    expect((await product.cli('apply', '-f', join(repository, 'examples/every-minute.yaml'))).code).toBe(0);
    await eventually(async () => ((await finishedSlots()).length > 0 ? true : undefined));
    const before = new Set((await finishedSlots()).map((run) => run.id));

    // 1. Everything but Task Scheduler dies at once.
    const { serverPid, agentPid, schedulerPid } = product.running();
    await product.kill();
    for (const pid of [serverPid, agentPid]) process.kill(pid, 'SIGKILL');
    await eventually(async () => (isAlive(serverPid) || isAlive(agentPid) ? undefined : true));

    // 2. The job runs all the same; its runner leaves two events, started and finished, for whoever comes.
    const spooled = await eventually(async () => (drop().length >= 2 ? drop() : undefined));
    expect(readFileSync(join(product.folder, 'agent/spool/drop', spooled[0] ?? ''), 'utf8')).toContain('"run.started"');

    // 3. Started again, it adopts the scheduler and tells what happened meanwhile.
    product = await startProduct({}, product);
    expect(product.running().schedulerPid).toBe(schedulerPid);
    const runs = await eventually(async () => {
      const all = await finishedSlots();
      return all.some((run) => !before.has(run.id)) ? all : undefined;
    });
    const minutes = runs.map((run) => Date.parse(run.scheduledFor ?? '') / 60_000).sort((a, b) => a - b);
    expect(new Set(minutes).size).toBe(minutes.length);
    expect((minutes.at(-1) ?? 0) - (minutes[0] ?? 0) + 1).toBe(minutes.length);
    const late = runs.find((run) => !before.has(run.id));
    expect(late).toMatchObject({ state: 'succeeded' });
    const output = await eventually(async () => (await product.cli('output', late?.id ?? '')).stdout || undefined);
    expect(output.length).toBeGreaterThan(0);
    await eventually(async () =>
      drop().length === 0 && readdirSync(join(product.folder, 'agent/spool/out')).length === 0 ? true : undefined,
    );
  });
});
