import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { perform } from '@carillon/emulator/perform';
import { LocalApi } from '@carillon/stack/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Product, startProduct } from './product.js';

interface Run {
  id: string;
  job: string;
  state: string;
  exitCode: number | null;
  durationMs: number | null;
}

const job = 'kept';
let product: Product & { dispose(): Promise<void> };
let ledgerFile: string;
let backup: string;
beforeAll(async () => {
  product = await startProduct();
  ledgerFile = join(product.folder, 'ledger.txt');
  backup = join(product.folder, 'backup');
  writeFileSync(ledgerFile, '');
  await applyJob('first');
  await eventually(async () => isRegistered(job) || undefined);
});
afterAll(() => product?.dispose());

async function applyJob(description: string, name = job): Promise<void> {
  const program = `require('node:fs').appendFileSync(${JSON.stringify(ledgerFile)}, process.env.CARILLON_RUN_ID + '\\n')`;
  const document = {
    kind: 'Job',
    name,
    description,
    targets: { labels: { site: 'local' } },
    schedule: [{ on: 'logon' }],
    onOverlap: 'parallel',
    run: { program: process.execPath, arguments: ['-e', program] },
  };
  writeFileSync(join(product.folder, 'job.yaml'), JSON.stringify(document));
  expect(await product.cli('apply', '-f', join(product.folder, 'job.yaml'))).toMatchObject({ code: 0, stderr: '' });
}

const startTask = (name = job) =>
  perform(join(product.folder, 'task-scheduler'), ['/run', '/tn', `\\Carillon\\${name}`], 'UTC');
const isRegistered = (name: string) => existsSync(join(product.folder, 'task-scheduler/Tasks/Carillon', name));
/** Runs of a job that the backup does not know: nobody can ask for them any more. */
const lost = new Set<string>();
const ledger = () =>
  readFileSync(ledgerFile, 'utf8')
    .split('\n')
    .filter((id) => id !== '' && !lost.has(id));
const recorded = () => product.json<Run[]>('runs', '--all').catch(() => [] as Run[]);

/** Resolves when every run of the host's own ledger is on record as over, each once. */
async function agreed(): Promise<Run[]> {
  const runs = await eventually(async () => {
    const all = await recorded();
    const ids = new Set(all.map(({ id }) => id));
    const isQuiet = all.every(({ durationMs }) => durationMs !== null) && ids.size === new Set(ledger()).size;
    return isQuiet && ledger().every((id) => ids.has(id)) ? all : undefined;
  });
  expect(ledger()).toHaveLength(runs.length);
  return runs;
}

describe('a database that was restored from a backup made under load', () => {
  it('gets back what the agent was acked for since, runs nothing twice, and keeps identity and key', async () => {
    // 1. Work goes on while the backup is made.
    let working = true;
    const load = (async () => {
      while (working) {
        await startTask();
        await wait(150);
      }
    })();
    await eventually(async () => ledger().length >= 3 || undefined);
    const made = await product.command('backup', backup);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toMatch(/^backup of .*: \d+\.\d MiB, taken 20/);
    expect(statSync(backup).mode & 0o077).toBe(0);
    const atBackup = ledger().length;
    await eventually(async () => ledger().length >= atBackup + 5 || undefined);
    working = false;
    await load;
    expect((await product.command('backup', backup)).stderr).toContain(
      'expected a folder that is empty or not there yet',
    );

    // 2. What the backup cannot know: a version, a command that was carried out, and more runs, all acked.
    await applyJob('second');
    await inStep(2);
    await applyJob('unknown to the backup', 'newer');
    await eventually(async () => isRegistered('newer') || undefined);
    await startTask('newer');
    const newer = await eventually(async () =>
      (await recorded()).find((run) => run.job === 'newer' && run.durationMs !== null),
    );
    expect(await product.cli('run', job, '--wait')).toMatchObject({ code: 0 });
    const before = await agreed();
    expect(before.length).toBeGreaterThan(atBackup + 4);
    const { spool } = await hostOf();
    expect((await product.command('restore', backup, '--replace')).stderr).toContain('Carillon is running there');

    // 3. Back to the backup.
    await product.stop();
    expect((await product.command('restore', backup)).stderr).toContain('--replace puts the backup in its place');
    mkdirSync(join(product.folder, 'nothing'));
    expect((await product.command('restore', join(product.folder, 'nothing'), '--replace')).stderr).toContain(
      'not a backup',
    );
    expect(await product.command('restore', backup, '--replace')).toMatchObject({ code: 0 });
    product = await startProduct({}, product);

    // 4. The agent is known by its old identity, and tells again what is missing.
    await eventually(async () => !isRegistered('newer') || undefined);
    lost.add(newer.id);
    const after = await agreed();
    expect(after.map(({ id }) => id).sort()).toEqual(
      before
        .map(({ id }) => id)
        .filter((id) => id !== newer.id)
        .sort(),
    );
    const log = readFileSync(join(product.folder, 'logs/server.log'), 'utf8');
    expect(log).toContain('were stored once and are not in this database: restored from a backup? They come again');
    expect((await hostOf()).spool.ackedSeq).toBeGreaterThanOrEqual(spool.ackedSeq);

    // 5. The host keeps the version that the backup does not know, and says so; applied again, the job goes on above it.
    const refused = await eventually(async () => {
      const [found] = await assignments();
      return found?.state === 'rejected' ? found : undefined;
    });
    expect(refused).toMatchObject({ version: 1, appliedVersion: 2, code: 'rollback' });
    await applyJob('first');
    await inStep(3);

    // 6. And life goes on.
    await startTask();
    expect(await product.cli('run', job, '--wait')).toMatchObject({ code: 0 });
    // The task's program may not have begun when the command's run is over.
    await eventually(async () => (await agreed()).length === before.length + 1 || undefined);
    expect((await hostOf()).spool.waiting).toBe(0);
  });
});

interface Assignment {
  state: string;
  version: number;
  appliedVersion: number | null;
  code: string | null;
}

async function assignments(): Promise<Assignment[]> {
  const api = new LocalApi(product.url, join(product.folder, 'admin-token'));
  return (await api.call<{ items: Assignment[] }>('GET', `/jobs/${job}/assignments`)).items;
}

/** Resolves when the host has registered what is desired, in this version. */
async function inStep(version: number): Promise<void> {
  await eventually(async () => {
    const [found] = await assignments();
    return ((await hostOf()).inSync && found?.appliedVersion === version) || undefined;
  });
}

async function hostOf(): Promise<{
  name: string;
  inSync: boolean;
  spool: { epoch: number; ackedSeq: number; waiting: number };
}> {
  const [host] = await product.json<{ name: string }[]>('hosts');
  return product.json('hosts', host?.name ?? '');
}
