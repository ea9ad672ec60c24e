import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { randomFrom } from '@carillon/core/random/random-from';
import { isAlive } from '@carillon/stack/data-folder';
import { programsOf } from '@carillon/stack/programs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ledgerProgram } from './ledger-program.js';
import { eventually, type Product, startProduct } from './product.js';

const repository = resolve(import.meta.dirname, '../../../..');
/** `CARILLON_SEED` plays a failing run again, as far as the machine's own timing allows. */
const seed = Number(process.env.CARILLON_SEED ?? Date.now() % 1_000_000);
const jobs = ['fault-a', 'fault-b', 'fault-c', 'fault-d'];
const starts = 40;
const killEvery = 5;

interface Run {
  id: string;
  state: string;
  exitCode: number | null;
  durationMs: number | null;
}

let product: Product & { dispose(): Promise<void> };
let ledgerFile = '';
beforeAll(async () => {
  product = await startProduct();
  ledgerFile = join(product.folder, 'ledger.txt');
  writeFileSync(ledgerFile, '');
  const documents = jobs.map((name) => JSON.stringify(faultJob(name))).join('\n---\n');
  writeFileSync(join(product.folder, 'jobs.yaml'), documents);
  const applied = await product.cli('apply', '-f', join(product.folder, 'jobs.yaml'));
  expect(applied.stderr).toBe('');
  const registered = () =>
    jobs.every((name) => existsSync(join(product.folder, 'task-scheduler/Tasks/Carillon', name)));
  await eventually(async () => registered() || undefined);
});
afterAll(() => product?.dispose());

/** Says on the host itself that it began, works for a moment, says how it ends. */
function faultJob(name: string): unknown {
  return {
    kind: 'Job',
    name,
    targets: { labels: { site: 'local' } },
    schedule: [{ on: 'logon' }],
    onOverlap: 'parallel',
    run: ledgerProgram(ledgerFile, 4, 1500),
  };
}

/** What the host itself knows: run id -> exit code, or null for a program that never came to its end. */
function ledger(): Map<string, number | null> {
  const known = new Map<string, number | null>();
  for (const line of readFileSync(ledgerFile, 'utf8').split('\n').filter(Boolean)) {
    const [runId = '', what, code] = line.split(' ');
    if (what === 'began') expect(known.has(runId), `${runId} began twice`).toBe(false);
    known.set(runId, what === 'ends' ? Number(code) : null);
  }
  return known;
}

const recorded = async () =>
  (await Promise.all(jobs.map((job) => product.json<Run[]>('runs', '--job', job, '--all')))).flat();

describe(`agent, runners and server killed at random, seed ${seed}`, () => {
  it('loses no run that began on the host, and doubles none', async () => {
    const random = randomFrom(seed);
    const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
    const running = join(product.folder, 'agent/running');
    const killed = new Set<string>();
    const end = (pid: number | undefined) => void (pid !== undefined && isAlive(pid) && process.kill(pid, 'SIGKILL'));
    const kills = [
      () => end(product.running().serverPid),
      () => end(product.running().agentPid),
      () => {
        const file = pick(readdirSync(running).filter((name) => name.endsWith('.json')));
        const text = file && existsSync(join(running, file)) ? readFileSync(join(running, file), 'utf8') : undefined;
        if (!text) return;
        const { pid, identity } = JSON.parse(text) as { pid: number; identity: { runId: string } };
        killed.add(identity.runId);
        end(pid);
      },
    ];

    // 1. Task Scheduler starts jobs all the time; now and then something dies.
    const { schtasks } = programsOf(repository);
    for (let start = 1; start <= starts; start += 1) {
      const args = [
        schtasks,
        '--store',
        join(product.folder, 'task-scheduler'),
        '/run',
        '/tn',
        `\\Carillon\\${pick(jobs)}`,
      ];
      await promisify(execFile)(process.execPath, args);
      if (start % killEvery === 0) pick(kills)?.();
      await wait(random() * 400);
    }

    // 2. Quiet: every program has ended, and everything about it is told. What Task Scheduler was told to start last may
    // still be on its way, so the ledger is read anew after each answer: it knows at least what the answer knows.
    const patienceUntil = Date.now() + 150_000;
    let known = ledger();
    let runs: Run[] = [];
    let open: string[] = [];
    do {
      await wait(500);
      runs = await recorded().catch(() => []);
      known = ledger();
      const over = new Set(runs.filter((run) => run.durationMs !== null).map((run) => run.id));
      open = [...known.keys(), ...runs.map((run) => run.id)].filter((id) => !over.has(id));
    } while ((open.length > 0 || runs.length === 0 || readdirSync(running).length > 0) && Date.now() < patienceUntil);
    expect(open, 'began on the host, and the centre does not know how they ended').toEqual([]);
    expect(known.size).toBeGreaterThan(starts / 2);

    // 3. The host's ledger and the centre agree.
    expect(new Set(runs.map((run) => run.id)).size).toBe(runs.length);
    for (const run of runs) {
      const exitCode = known.get(run.id);
      // Killed between its first word and its program: on record, as not known how it ended.
      if (killed.has(run.id) || exitCode === undefined)
        expect(run, run.id).toMatchObject({ state: expect.any(String) });
      else expect(run, run.id).toMatchObject({ exitCode, state: exitCode === 0 ? 'succeeded' : 'failed' });
      if (exitCode === undefined)
        expect([run.state, killed.has(run.id)], JSON.stringify(run)).toEqual(['indeterminate', true]);
    }
    for (const runId of killed) {
      const run = runs.find(({ id }) => id === runId);
      if (run) expect(['indeterminate', 'succeeded', 'failed'], runId).toContain(run.state);
    }
  });
});
